import { appOfHost, byHost } from "../../policies/access/matrix/by-host.ts";
import type { ProtectedApp } from "../../policies/access/matrix/view.ts";
import { type Answer, answers, callerProblem } from "../../policies/access/matrix/why.ts";
import { everybody } from "../../policies/access/people.ts";
import { isPerson } from "../../policies/access/principals.ts";
import { aligned, visible } from "../../report/text.ts";
import { stackFileName } from "../../stack-file/file-name.ts";
import { nearest, nearestAddress } from "../../stack-file/nearest.ts";
import { fileAndPlace } from "../../stack-file/place.ts";
import type { Action } from "../command.ts";
import { CliError, exit, UsageError } from "../exit.ts";
import type { Io } from "../io.ts";
import { json } from "../output.ts";
import { type Project, projectOf, stacksOf } from "../project.ts";
import type { WhyOptions } from "../usage/why.ts";
import { type Seen, viewOf } from "../view-by-name.ts";

interface Found {
  stack: string;
  seen: Seen;
  app: ProtectedApp;
}

/** Whether somebody may reach an address, and which line decides it. */
export const why: Action<WhyOptions> = {
  async run([who = "", url = ""], options, io) {
    const problem = callerProblem(who);
    if (problem !== undefined) throw new UsageError(problem);
    const { host, path } = addressOf(url);
    const { stack, seen, app } = await findApp(projectOf(options, io), host, options, io);
    const { method = "GET", from } = options;
    const asked = { path, method: method.toUpperCase(), ...(from === undefined ? {} : { sourceIp: from }) };
    const answer = answers(app, who, [asked])[0]!;
    const place = seen.stack?.placeOf(answer.keyPath);
    const note = unknownPerson(who, seen);
    if (options.json) io.out(json("why", { stack, who, ...answer, host, ...(place ? { place } : {}) }));
    else io.out(answerText({ who, host, answer, place: fileAndPlace(stackFileName(stack), place), note }));
    return exit.ok;
  },
};

/**
 * Host and path of an address. The path is not changed: a URL parser would resolve its dots.
 *
 * @throws UsageError if the text is not the address of a web page.
 */
function addressOf(text: string): { host: string; path: string } {
  const [, scheme = "https", host, path = "/"] =
    /^(?:([a-z][\w+.-]*):\/\/)?([^/?#:@]+)(?::\d+)?(?=[/?#]|$)([^#]*)/i.exec(text) ?? [];
  if (host === undefined || !/^https?$/i.test(scheme) || !URL.canParse(`${scheme}://${host}`))
    throw new UsageError(`"${text}" is not an address such as https://komga.example.org/api`);
  return { host: new URL(`${scheme}://${host}`).hostname, path: path.startsWith("/") ? path : `/${path}` };
}

/**
 * The app that answers a host, in the named stack or in the first one that has it.
 *
 * @throws CliError if no app has the host, or if it is the host of the sign-in pages.
 */
async function findApp(project: Project, host: string, options: WhyOptions, io: Io): Promise<Found> {
  const named = options.stack === undefined ? [] : [options.stack];
  const hosts: string[] = [];
  for (const stack of stacksOf(project, named)) {
    const seen = await viewOf(options.at ?? "now", project, stack, io);
    const apps = byHost(seen.view.apps);
    if (seen.stack?.pomerium.authenticateHost === host)
      throw new CliError(
        `${host} is the host of Pomerium's sign-in pages: Pomerium itself answers there, and no app`,
      );
    const app = appOfHost(apps, host);
    if (app) return { stack, seen, app };
    hosts.push(...apps.keys());
  }
  const close = nearest(host, hosts);
  const hint = close === undefined ? "" : `; did you mean ${close}?`;
  throw new CliError(`no app of ${named[0] ?? "any stack"} has the host ${host}${hint}`);
}

/** A hint for an address that no list has; undefined for everybody else. */
function unknownPerson(who: string, { view: { directory } }: Seen): string | undefined {
  if (directory === undefined || !isPerson(who)) return undefined;
  const known = everybody(directory);
  if (known.includes(who)) return undefined;
  const meant = nearestAddress(who, known);
  return `${who} is in no list of the stack file${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}

interface Explained {
  who: string;
  host: string;
  answer: Answer;
  place: string;
  note: string | undefined;
}

function answerText({ who, host, answer, place, note }: Explained): string {
  const { app, path, method, decision, rule, reason, keyPath } = answer;
  const words = { allow: "may reach", deny: "may not reach", unknown: "perhaps reaches" }[decision];
  const lines = aligned([
    ["  app", visible(app)],
    ["  because", visible(reason)],
    ["  rule", visible(rule)],
    ["  line", `${[visible(keyPath), place].filter(Boolean).join("  ")}`],
    ...(note === undefined ? [] : [["  note", visible(note)]]),
  ]);
  return `${visible(who)} ${words} ${method} ${visible(`https://${host}${path}`)}\n\n${lines.join("\n")}\n`;
}
