import { isOwnPath } from "../access/own-paths.ts";
import { type ApiPath, covers, networksOfAccess, openPathsOf } from "../access/routes.ts";
import { apiPath } from "../catalogue/config.ts";
import { overlap } from "../catalogue/overlap.ts";
import type { LogApp } from "./app.ts";
import type { Counted } from "./counter.ts";
import { type OpeningLine, openingLine } from "./opening-line.ts";
import { wantedPaths } from "./prefixes.ts";
import { varying } from "./shape.ts";
import type { RefusedCall } from "./tally.ts";

/** A path to open. */
export interface Opening extends Pick<ApiPath, "path" | "exact"> {
  /** Refused requests that it would let pass. */
  count: number;
  /** What is known of the path. */
  note?: string;
}

/** Requests that no open path is proposed for. */
export interface NotOpened {
  path: string;
  count: number;
  why: string;
}

/** What programs were refused at an app, and the line that would let them pass. */
export interface Needed {
  app: string;
  at: string;
  /** The app's first host. */
  host: string;
  calls: readonly Counted<RefusedCall>[];
  open: readonly Opening[];
  notOpened: readonly NotOpened[];
  /** Refused, although the stack file opens them by now. */
  already: number;
  line?: OpeningLine;
}

export interface NeededOptions {
  /** Whether a caller without a session passes by the stack file. */
  isOpen(call: RefusedCall): boolean;
  /** Whether the stack's Pomerium merges double slashes before it looks at a path. */
  mergesSlashes: boolean;
}

/** What an app's programs were refused at any of its hosts, in the order of the stack file. */
export function neededBy(
  apps: readonly LogApp[],
  calls: readonly Counted<RefusedCall>[],
  options: NeededOptions,
): Needed[] {
  return [...Map.groupBy(apps, ({ key }) => key).values()].flatMap((hosts) => {
    const own = calls.filter(({ value }) => hosts.some(({ host }) => host === value.host));
    return own.length === 0 ? [] : [neededAt(hosts[0]!, own, options)];
  });
}

function neededAt(app: LogApp, calls: readonly Counted<RefusedCall>[], options: NeededOptions): Needed {
  const closed = calls.filter(({ value }) => !options.isOpen(value));
  const already = countOf(calls) - countOf(closed);
  const told = { app: app.key, at: app.at, host: app.host, calls: closed, already };
  const reason = closedAltogether(app);
  if (reason !== undefined)
    return {
      ...told,
      open: [],
      notOpened: closed.length === 0 ? [] : [{ path: "/", count: countOf(closed), why: reason }],
    };
  const matched = (path: string): string => (options.mergesSlashes ? path.replace(/\/{2,}/g, "/") : path);
  const asked = [...new Set(closed.map(({ value }) => matched(value.path)))];
  const paths = asked.filter((path) => !isOpenFromSomewhere(app, path));
  const count = (some: readonly string[]): number =>
    countOf(closed.filter(({ value }) => some.includes(matched(value.path))));
  const open: Opening[] = [];
  const notOpened: NotOpened[] = asked
    .filter((path) => !paths.includes(path))
    .map((path) => ({
      path,
      count: count([path]),
      why: `open by now, but only from ${networksOfAccess(app.access).join(", ")} (${app.at}.access.from)`,
    }));
  // The catalogue's paths come first, because they have reasons.
  const listed = (app.entry?.api ?? []).map((entry) => ({
    entry,
    paths: paths.filter((path) => covers(entry, path)),
  }));
  for (const { entry, paths: covered } of listed)
    if (covered.length > 0 && refusal(app, entry) === undefined)
      open.push({
        path: entry.path,
        ...(entry.exact ? { exact: true } : {}),
        count: count(covered),
        note: `in the catalogue's ${app.profile}`,
      });
  const others = paths.filter((path) => !open.some((one) => covers(one, path)));
  const wanted = wantedPaths(others, (path) => refusal(app, { path }) === undefined);
  const frequent = wanted
    .map((one) => ({ ...one, count: count(one.paths) }))
    .sort((one, other) => other.count - one.count);
  for (const { path, exact, count: times } of frequent) {
    const candidate = { path, ...(exact ? { exact } : {}) };
    const why = refusal(app, candidate) ?? (open.length < mostOpen ? undefined : tooMany);
    if (why !== undefined) notOpened.push({ path, count: times, why });
    else open.push({ ...candidate, count: times, ...noteOf(app, candidate) });
  }
  const lost = others.filter((path) => !wanted.some((one) => one.paths.includes(path)));
  for (const path of lost) notOpened.push({ path, count: count([path]), why: whyLost(app, path) });
  const line = open.length === 0 ? undefined : openingLine(app, open);
  return { ...told, open, notOpened, ...(line === undefined ? {} : { line }) };
}

/** A client calls some paths. More than this come from a search for weak hosts, or from several clients. */
const mostOpen = 20;

const tooMany = `so many different paths are not those of one client; the ${mostOpen} most frequent are in the line`;

const countOf = (calls: readonly { count: number }[]): number =>
  calls.reduce((sum, { count }) => sum + count, 0);

function whyLost(app: LogApp, path: string): string {
  const fixed = path.split(`/${varying}`)[0]!.replace(/\/+$/, "");
  const why = fixed === "" ? undefined : refusal(app, { path: fixed });
  if (why !== undefined) return why;
  if (/^\/*$/.test(path)) return "only the whole app covers it, and that is never proposed";
  if (path.startsWith(`/${varying}`))
    return "it begins with a part that varies, so only the whole app covers it; that is never proposed";
  return "Pomerium before v0.33 does not merge double slashes, and a stack file cannot open them; after the update, the path with a single slash is enough";
}

/** Why no line can open a path of an app; undefined if one can. */
function closedAltogether({ access, at, entry, profile }: LogApp): string | undefined {
  if (access.kind === "policy") return `${at}.access is a policy written by hand: edit it yourself`;
  if (access.kind === "public") return `${at}.access is public: the stack file lets everybody pass by now`;
  const never = entry?.neverOpen?.find(({ path }) => path === "/");
  return never === undefined
    ? undefined
    : `the catalogue's ${profile} must stay closed altogether: ${never.reason}`;
}

/** Whether the stack file opens a path by now, but only to some addresses. A line with the same path changes nothing. */
function isOpenFromSomewhere(app: LogApp, path: string): boolean {
  const { access, paths } = app;
  if (networksOfAccess(access).length === 0) return false;
  const isApart = paths.some((own) => own.access !== undefined && covers(own, path));
  return !isApart && openPathsOf(access).some((open) => covers(open, path));
}

/** The reason against opening a path; undefined if there is no reason. */
function refusal({ entry, paths, at }: LogApp, open: Pick<ApiPath, "path" | "exact">): string | undefined {
  const parsed = apiPath.safeParse(open.path);
  if (!parsed.success) return parsed.error.issues[0]?.message ?? "a stack file cannot have it";
  if (isOwnPath(open.path)) return "Pomerium answers this path itself, so it never reaches the app";
  const never = entry?.neverOpen?.find((one) => overlap(open, one));
  if (never !== undefined) return `${never.path} must never be open to anybody: ${never.reason}`;
  const own = paths.find((one) => one.access !== undefined && overlap(open, one));
  return own === undefined
    ? undefined
    : `${own.at} has an access of its own${own.access?.kind === "public" ? ", which is public" : ""}: edit it at ${at}`;
}

function noteOf(app: LogApp, open: Pick<ApiPath, "path" | "exact">): { note?: string } {
  const { entry, profile } = app;
  const left = entry?.leftOut?.find((one) => overlap(open, one));
  const from = networksOfAccess(app.access);
  const notes = [
    ...(left === undefined ? [] : [`the catalogue's ${profile} leaves ${left.path} out: ${left.reason}`]),
    ...(from.length === 0 ? [] : [`still only from ${from.join(", ")}`]),
  ];
  return notes.length === 0 ? {} : { note: notes.join("; ") };
}
