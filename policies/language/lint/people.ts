import { comparisons, type Placed } from "../criteria.ts";
import { at, type Finding, opens } from "./finding.ts";

/** Mail providers at which anybody may open an account. */
export const publicProviders: readonly string[] = [
  "aol.com",
  "fastmail.com",
  "gmail.com",
  "gmx.de",
  "gmx.net",
  "googlemail.com",
  "hotmail.com",
  "icloud.com",
  "live.com",
  "mail.com",
  "mail.ru",
  "me.com",
  "msn.com",
  "outlook.com",
  "pm.me",
  "proton.me",
  "protonmail.com",
  "qq.com",
  "tutanota.com",
  "web.de",
  "yahoo.com",
  "yandex.com",
  "yandex.ru",
];

const several = (value: unknown): string[] => [value ?? []].flat() as string[];

function anybody(placed: Placed): Finding[] {
  const { is, in: among, ends_with: end, contains } = comparisons(placed.data);
  const domains =
    placed.name === "domain"
      ? [...several(is), ...several(among), ...several(end), ...several(contains)]
      : [...several(end), ...several(contains)]
          .filter((part) => part.startsWith("@"))
          .map((part) => part.slice(1));
  return domains
    .filter((domain) => opens(placed) && publicProviders.includes(domain.toLowerCase()))
    .map((domain) => ({
      code: "anybody",
      severity: "error",
      message: `anybody can have an address at ${domain}, so that this lets anybody in who signs in`,
      where: at(placed),
      fix: "list the people: email: { in: [...] }",
    }));
}

function partsOfAddress(placed: Placed): Finding[] {
  if (!opens(placed)) return [];
  const { starts_with: start, ends_with: end, contains } = comparisons(placed.data);
  const boundary = placed.name === "email" ? /^(?=.)[^@]*@/ : /^\./;
  const loose = [
    ...several(end).filter((text) => !boundary.test(text)),
    ...several(contains),
    ...(placed.name === "email" ? several(start) : []),
  ];
  return loose
    .filter((text) => text !== "")
    .map((text) => ({
      code: "part-of-address",
      severity: "warning",
      message: `"${text}" is also part of addresses that others may open`,
      where: at(placed),
      fix:
        placed.name === "email"
          ? `write whole addresses, or ends_with "@${text.replace(/^.*@/, "")}"`
          : `write is, or ends_with ".${text}"`,
    }));
}

function spelling(placed: Placed): Finding[] {
  const { is, in: among } = comparisons(placed.data);
  const findings: Finding[] = [];
  for (const text of [...several(is), ...several(among)]) {
    if (placed.name === "email" && text !== "" && !/^[^@\s]+@[^@\s]+$/.test(text))
      findings.push({
        code: "malformed",
        severity: "error",
        message: `"${text}" is not an e-mail address, so nobody has it`,
        where: at(placed),
        fix: "write the whole address: alice@gmail.com",
      });
    if (placed.name === "domain" && text.includes("@"))
      findings.push({
        code: "malformed",
        severity: "error",
        message: `a domain is what follows the @; "${text}" never matches`,
        where: at(placed),
        fix: `write ${text.replace(/^.*@/, "")}`,
      });
    if (text !== text.toLowerCase())
      findings.push({
        code: "capitals",
        severity: "warning",
        message: `"${text}" is compared letter by letter; identity providers hand out lower case`,
        where: at(placed),
        fix: `write ${text.toLowerCase()}`,
      });
  }
  return findings;
}

/** Finds mistakes in criteria about the addresses of people. */
export function lintPeople(placed: Placed): Finding[] {
  if (placed.name !== "email" && placed.name !== "domain") return [];
  return [...anybody(placed), ...partsOfAddress(placed), ...spelling(placed)];
}
