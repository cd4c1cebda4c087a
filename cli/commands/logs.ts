import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { LogTally, type Tally } from "../../policies/access-log/tally.ts";
import { accessLogText } from "../../report/access-log.ts";
import { accessLogOf, tallyOptions } from "../../stack/access-log.ts";
import type { Stack } from "../../stack/stack.ts";
import { asGoDuration, durationMilliseconds } from "../../stack-file/duration.ts";
import { stackFileName } from "../../stack-file/file-name.ts";
import { fileAndPlace } from "../../stack-file/place.ts";
import type { Action } from "../command.ts";
import { CliError, exit, UsageError } from "../exit.ts";
import type { Io } from "../io.ts";
import { linesOf } from "../lines.ts";
import { json } from "../output.ts";
import { withNotice } from "../progress.ts";
import { projectOf, stackIn } from "../project.ts";
import type { LogsOptions } from "../usage/logs.ts";
import { stackWithRawNow } from "../view-by-name.ts";

/** What Pomerium's log says: what programs were refused, and which grants nobody used. */
export const logs: Action<LogsOptions> = {
  async run([name, file], options, io) {
    const project = projectOf(options, io);
    const { stack, raw } = stackWithRawNow(project, stackIn(project, name));
    const since = options.since === undefined ? undefined : sinceOf(options.since, io.now().getTime());
    const source =
      file === undefined
        ? `the pods of context ${stack.cluster.context}`
        : file === "-"
          ? "standard input"
          : file;
    const tally = await tallied(stack, raw, { file, since, source }, io);
    const { needed, grants } = accessLogOf(stack, raw, tally);
    const placeOf = (at: string): string => fileAndPlace(stackFileName(stack.name), stack.placeOf(at));
    if (options.json) {
      const { seen: _, domains: __, signedIn: ___, opened: ____, ...counts } = tally;
      io.out(
        json("access-log", {
          stack: stack.name,
          source,
          ...counts,
          ...(tally.span === undefined
            ? {}
            : { span: { from: iso(tally.span.from), to: iso(tally.span.to) } }),
          calls: undefined,
          needed: needed.map((one) => ({ ...one, calls: one.calls.map(flat), place: placeOf(one.at) })),
          people: tally.people.map(flat),
          otherHosts: tally.otherHosts.map(({ value, ...rest }) => flat({ value: { host: value }, ...rest })),
          ...grants,
        }),
      );
    } else io.out(accessLogText({ stack: stack.name, source, tally, needed, grants, placeOf }));
    if (tally.decisions > 0 || tally.older > 0) return exit.ok;
    io.err(
      `no line "authorize check" in ${source}; Pomerium logs it on level info, and to standard output\n`,
    );
    return exit.failed;
  },
};

const iso = (time: number): string => new Date(time).toISOString();

function flat<T extends object>({ value, count, last }: { value: T; count: number; last?: number }) {
  return { ...value, count, ...(last === undefined ? {} : { last: iso(last) }) };
}

/**
 * A time in the past.
 *
 * @throws UsageError if the text is neither a length of time nor a time.
 */
function sinceOf(text: string, now: number): number {
  const length = durationMilliseconds(asGoDuration(text) ?? text);
  if (length !== undefined) return now - length;
  const [day] = /^\d{4}-\d\d-\d\d/.exec(text) ?? [];
  const time = day === undefined ? Number.NaN : Date.parse(text);
  // Date.parse takes 2026-02-31 for a day in March.
  if (Number.isNaN(time) || new Date(`${day}T00:00Z`).toISOString().slice(0, 10) !== day)
    throw new UsageError(
      `--since ${text}: write a length of time such as 24h or 30d, or a time such as 2026-11-01`,
    );
  return time;
}

interface Source {
  file: string | undefined;
  since: number | undefined;
  source: string;
}

async function tallied(
  stack: Stack,
  raw: Readonly<Record<string, unknown>>,
  { file, since, source }: Source,
  io: Io,
): Promise<Tally> {
  const tally = new LogTally({ ...tallyOptions(stack, raw), since });
  try {
    await withNotice(`reading ${source}`, io, async () => {
      for await (const line of linesOf(piecesOf(stack, file, since, io))) tally.add(line);
    });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined || file === undefined) throw error;
    throw new CliError(`cannot read ${file}: ${code}`);
  }
  return tally.result();
}

function piecesOf(
  stack: Stack,
  file: string | undefined,
  since: number | undefined,
  io: Io,
): AsyncIterable<string | Uint8Array> {
  if (file === "-") return io.input();
  if (file !== undefined) return createReadStream(resolve(io.cwd, file));
  return io.readLog(stack, since === undefined ? undefined : (io.now().getTime() - since) / 1000);
}
