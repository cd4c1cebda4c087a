import { addressText } from "../../discovery/compare/addresses.ts";
import { askAll } from "../../discovery/compare/ask-all.ts";
import { compareHosts, countsOf, type HostResult } from "../../discovery/compare/compare.ts";
import type { Severity } from "../../discovery/compare/difference.ts";
import { compareData } from "../../discovery/compare/json.ts";
import { prober } from "../../discovery/compare/prober.ts";
import { type HostPlan, planQuestions, requestsOf } from "../../discovery/compare/questions.ts";
import { compareText } from "../../discovery/compare/text.ts";
import { isOwnPath } from "../../policies/access/own-paths.ts";
import { apiPath } from "../../policies/catalogue/config.ts";
import type { Stack } from "../../stack/stack.ts";
import { didYouMeanOrKnown } from "../../stack-file/nearest.ts";
import { placeText } from "../../stack-file/place.ts";
import { counted } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { addressesOf, refuseWrongAddresses } from "../compare-addresses.ts";
import { exit, UsageError } from "../exit.ts";
import { deliver, json, type Paper, paperOf } from "../output.ts";
import { withNotice } from "../progress.ts";
import { projectOf, stackIn } from "../project.ts";
import type { CompareOptions } from "../usage/compare.ts";
import { stackNow } from "../view-by-name.ts";

/** How Pomerium answers each host, compared with ingress-nginx. */
export const compare: Action<CompareOptions> = {
  async run(args, options, io) {
    const limits = {
      answer: numberOf(options.timeout, "--timeout", 60) * 1000,
      hold: numberOf(options.hold, "--hold", 300) * 1000,
      upload: options.upload === undefined ? 0 : numberOf(options.upload, "--upload", 100) * 1024 * 1024,
    };
    const longest = numberOf(options.maxTime, "--max-time", 3600) * 1000;
    const most = numberOf(options.maxRequests, "--max-requests", 10_000);
    const project = projectOf(options, io);
    const stack = stackNow(project, stackIn(project, args[0]));
    const plans = plansOf(stack, options);
    const planned = requestsOf(plans);
    if (planned > most)
      throw new UsageError(
        `${planned} requests are more than --max-requests ${most}: choose hosts with --host, or raise it`,
      );
    const { old, fresh } = await addressesOf(stack, options, io);
    const announcement = `asking ${counted(plans.length, "host")} with ${counted(planned, "request")}`;
    const run = await withNotice(announcement, io, async (told) => {
      await refuseWrongAddresses(stack, plans, { old, fresh }, limits.answer);
      const progress = (sent: number): void => told(sent, planned, "requests");
      return askAll(plans, { old, fresh, ask: prober(limits), longest, progress });
    });
    const results = compareHosts(run.hosts, stack, io.now().getTime());
    const { requests, milliseconds } = run;
    const addresses = { old: addressText(old), new: addressText(fresh) };
    const result = options.json
      ? json("compare", {
          stack: stack.name,
          ...addresses,
          date: io.now().toISOString(),
          requests,
          milliseconds,
          ...compareData(results, stack),
        })
      : compareText(results, {
          ...{ stack: stack.name, old: addresses.old, fresh: addresses.new, requests, milliseconds },
          authenticateHost: stack.pomerium.authenticateHost,
          coexistPort: stack.pomerium.coexistPort,
          all: options.all ?? false,
          place: (at) => placeText(stack.placeOf(at)),
          paint: (severity, text) => painted(severity, text, paperOf(options, io)),
        });
    deliver(result, options, io);
    return isAsWanted(results) ? exit.ok : exit.failed;
  },
};

function isAsWanted(results: readonly HostResult[]): boolean {
  const { danger, unexpected } = countsOf(results);
  return danger + unexpected === 0;
}

function painted(severity: Severity, text: string, paper: Paper): string {
  const colours = { danger: "red", unexpected: "yellow", note: "dim", wanted: "dim" } as const;
  return paint(paper, colours[severity], text);
}

/** @throws UsageError if the text is not a whole number in the range. */
function numberOf(text: string, option: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= 1 && number <= most))
    throw new UsageError(`${option} ${text}: not a whole number from 1 to ${most}`);
  return number;
}

/** @throws UsageError if the options name something else than the stack has. */
function plansOf(stack: Stack, { host: hosts, path: paths, slow, upload }: CompareOptions): HostPlan[] {
  for (const [option, value] of Object.entries({ "--path": paths, "--slow": slow, "--upload": upload }))
    if (value !== undefined && hosts === undefined) throw new UsageError(`${option} needs --host`);
  for (const path of [...(paths ?? []), ...(slow ?? [])])
    if (path !== "/" && !apiPath.safeParse(path).success)
      throw new UsageError(`"${path}" is not a path such as /api/events, without a query`);
  for (const path of slow ?? [])
    if (isOwnPath(path))
      throw new UsageError(`Pomerium answers ${path} itself on every host, so it is no slow path of the app`);
  const known = [...stack.apps.map(({ host }) => host), stack.pomerium.authenticateHost];
  for (const host of hosts ?? [])
    if (!known.includes(host))
      throw new UsageError(`${host} is no host of the stack ${stack.name}${didYouMeanOrKnown(host, known)}`);
  return planQuestions(stack, { hosts, paths, slow, upload: upload !== undefined });
}
