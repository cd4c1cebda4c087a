import { mayBeSecret } from "./shape.ts";

/**
 * What kind of program sent a request, judged by its User-Agent.
 *
 * - `program`: a program with a name, that is, an app's client or a script
 * - `browser`: a person's browser, which Pomerium sends to the sign-in
 * - `scanner`: a program that searches the internet for weak hosts
 * - `untold`: the log names no program
 */
export type ClientKind = "program" | "browser" | "scanner" | "untold";

export interface Client {
  kind: ClientKind;
  /** Its name without its version: `KOReader`. */
  name: string;
}

const scanners =
  /bot\b|crawl|spider|scan|zgrab|masscan|nmap|nikto|nuclei|censys|shodan|expanse|internet-measurement|l9explore|sqlmap|dirbuster|slurp|facebookexternalhit|palo alto|headlesschrome/i;

/** Words that browsers have in common. Any other word with a version is the name of an app with a browser inside. */
const browserWords = new Set(
  [
    ...["Mozilla", "AppleWebKit", "Chrome", "Chromium", "Safari", "Version", "Mobile", "Gecko", "Firefox"],
    ...["Edg", "EdgA", "EdgiOS", "Edge", "OPR", "OPT", "Opera", "Presto", "CriOS", "FxiOS", "Focus", "Klar"],
    ...[
      "SamsungBrowser",
      "Vivaldi",
      "YaBrowser",
      "DuckDuckGo",
      "Ddg",
      "Brave",
      "Trident",
      "Epiphany",
      "Silk",
    ],
    ...["UCBrowser", "MiuiBrowser", "Iceweasel", "SeaMonkey", "Konqueror", "Falkon", "QtWebEngine", "Build"],
  ].map((word) => word.toLowerCase()),
);

/** Readers that pose as a browser. */
const readers = /Kobo|Kindle|PocketBook|Tolino/i;

const longestName = 32;

/** Longest name of a program without a version. */
const longestBareName = 16;

const nobody = "a program without a name";

/** The client of a User-Agent; undefined if the log does not tell it. */
export function clientOf(userAgent: string | undefined): Client {
  const agent = userAgent?.trim() ?? "";
  if (agent === "") return { kind: "untold", name: "" };
  if (scanners.test(agent)) return { kind: "scanner", name: "" };
  if (!/^Mozilla\//i.test(agent)) return { kind: "program", name: nameOf(agent) };
  const reader = readers.exec(agent)?.[0];
  if (reader !== undefined) return { kind: "program", name: reader };
  const bare = agent.replace(/\([^()]*\)/g, " ");
  const own = [...bare.matchAll(/([A-Za-z][\w.-]*(?: [A-Za-z][\w.-]*)?)\/[\w.]/g)]
    .map(([, word]) => word!)
    .filter((word) => !word.split(" ").some((part) => browserWords.has(part.toLowerCase())));
  return own[0] === undefined
    ? { kind: "browser", name: "" }
    : { kind: "program", name: nameOf(`${own[0]}/1`) };
}

/** The first words of a text, without what could be a credential or a version. */
function nameOf(agent: string): string {
  const product = /^([A-Za-z][^/(;]*?)[/ ]v?\d+(?:[.\s]|$)/.exec(agent)?.[1];
  const text = product ?? agent.replace(/[/(;].*$/s, "").trim();
  const [name = ""] = /^[A-Za-z][A-Za-z _-]*/.exec(text) ?? [];
  const isSecret =
    text.split(" ").some(mayBeSecret) ||
    // Many services begin their keys like that: `sk_live_…`.
    name.includes("_") ||
    // Without a version, a name cannot be told from a key.
    (product === undefined && (name !== text || name.length > longestBareName));
  return isSecret ? nobody : name.trim().slice(0, longestName) || nobody;
}
