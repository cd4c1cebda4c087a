import { type Directory, everybody } from "../people.ts";
import type { Principal } from "../principals.ts";
import { covers, openPathsOf } from "../routes.ts";
import { byHost } from "./by-host.ts";
import { anonymous, decider, stranger, type Verdict } from "./decider.ts";
import { mentionsOfApp } from "./mentions.ts";
import { type Probe, probes } from "./probes.ts";
import { type ProtectedApp, type ProtectedRoute, routeFor } from "./view.ts";

/**
 * What somebody may do at an app. `people`: passes by name. `api`: reaches only the paths that are open to anybody.
 * `public`: passes as everybody does. `unknown`: cannot be decided. `none`: reaches nothing.
 */
export type Mark = "people" | "api" | "public" | "unknown" | "none";

/** Who may reach what on one cluster. */
export interface Matrix {
  /**
   * The people of the stack file, then the people whom only a policy names. Claims and domains that a policy names come
   * last.
   */
  people: readonly Principal[];
  /**
   * One app for each host, in the order given. Each path that has its own access follows as a separate app, with the
   * path in its name: `wiki/admin`.
   */
  apps: readonly AppAccess[];
}

/** Who may reach one app. */
export interface AppAccess {
  app: ProtectedApp;
  /** Everybody passes everywhere, signed in or not. */
  public: boolean;
  /** Paths that anybody may call although the app is not public. Empty for a public app. */
  open: readonly OpenPath[];
  /** The requests that were tried, `/` first. */
  probes: readonly Probe[];
  /** Groups of people with equal decisions. The last group has the stranger and everybody whom no policy names. */
  alike: readonly Alike[];
}

/** People with the same decision about every request. */
export interface Alike {
  /** E-mail addresses, claims, domains, `stranger`, `anonymous`. */
  principals: readonly Principal[];
  mark: Mark;
  /** One decision for each probe of the app. */
  verdicts: readonly Verdict[];
}

/** A path that anonymous callers reach. */
export interface OpenPath {
  path: string;
  /** The path itself is open. */
  self: boolean;
  /** The path with a slash at its end is open. */
  slash: boolean;
  /** The paths below it are open too. */
  below: boolean;
  /** Paths with the same beginning are open too (`/apixyz` for `/api`), because the policy has no boundary. */
  beside: boolean;
  /**
   * The whole app can be opened by putting the path into the query string: `http_path` also compares the query of
   * `/?/api` with `/api`. Open paths of a stack file have a separate route instead.
   */
  byQuery: boolean;
  reason?: string;
}

/** The paths that a caller without a session reaches, except paths below another open one. */
function openPaths(app: ProtectedApp, asked: readonly Probe[], verdicts: readonly Verdict[]): OpenPath[] {
  const reasons = new Map<string, string>();
  for (const { path, reason } of openPathsOf(app.access))
    if (reason) reasons.set(path.length > 1 ? path.replace(/\/$/, "") : path, reason);
  const found = new Map<string, OpenPath>();
  for (const [i, { base, relation, path }] of asked.entries()) {
    if (verdicts[i]?.decision !== "allow") continue;
    const open = found.get(base) ?? {
      path: base,
      self: false,
      slash: false,
      below: false,
      beside: false,
      byQuery: false,
    };
    if (relation === "beside") open.beside = true;
    else if (relation === "query") open.byQuery = true;
    else if (path === base) open.self = true;
    else if (path === `${base}/`) open.slash = true;
    else open.below = true;
    found.set(base, open);
  }
  return [...found.values()]
    .filter(
      ({ path }) =>
        ![...found.values()].some((other) => other.below && other.path !== path && covers(other, path)),
    )
    .map((open) => {
      const reason = reasons.get(open.path);
      return reason === undefined ? open : { ...open, reason };
    });
}

/**
 * Whether a caller without a session passes at the whole site, with at least one method from at least one network. An
 * app that is public in one network only counts as public. The site is everything that the route of `/` answers: other
 * routes of the host may be stricter.
 */
export function isPublic(
  app: ProtectedApp | undefined,
  asked: readonly Probe[],
  verdicts: readonly (Verdict | undefined)[],
): boolean {
  const site = app && routeFor(app, "/");
  if (app === undefined || site === undefined) return false;
  const open = new Map<string, boolean>();
  for (const [i, { path, method, sourceIp }] of asked.entries()) {
    if (routeFor(app, path) !== site) continue;
    const caller = `${method} ${sourceIp ?? ""}`;
    const { decision, criterion } = verdicts[i] ?? {};
    // Paths that Pomerium answers itself do not belong to the app.
    open.set(caller, (open.get(caller) ?? true) && (decision === "allow" || criterion === "own path"));
  }
  return [...open.values()].includes(true);
}

function markOf(verdicts: readonly Verdict[], unsigned: readonly Verdict[], everybodyPasses: boolean): Mark {
  if (everybodyPasses) return "public";
  if (verdicts.some(({ decision }, i) => decision === "allow" && unsigned[i]?.decision !== "allow"))
    return "people";
  if (verdicts.some(({ decision }) => decision === "unknown")) return "unknown";
  return unsigned.some(({ decision }) => decision === "allow") ? "api" : "none";
}

/** Who reaches an app without a session. */
export type OpenAccess = Pick<AppAccess, "app" | "public" | "open">;

/** One app, or one of its paths with its own access, and the requests that it answers. */
interface Part {
  app: ProtectedApp;
  asked: readonly Probe[];
  /** A path that anybody reaches is open, but only a site is public. */
  isSite: boolean;
}

/** The parts of one host: the app, and each of its paths that has its own access. */
function partsOf(app: ProtectedApp): Part[] {
  const asked = probes(mentionsOfApp(app));
  return [undefined, ...app.routes.filter(({ own }) => own !== undefined)].map((own) => {
    const answered = asked.filter(({ path }) => {
      const route = routeFor(app, path);
      return own === undefined ? route?.own === undefined : route === own;
    });
    return {
      app: own === undefined ? app : pathOf(app, own),
      asked: answered,
      isSite: own === undefined,
    };
  });
}

/** A path of an app, as a separate app. */
function pathOf(app: ProtectedApp, { at = app.at, own }: ProtectedRoute): ProtectedApp {
  if (own === undefined) return app;
  return { ...app, name: `${app.name}${own.path}`, pathOf: app.name, at, access: own.access };
}

/** @param unsigned The decisions about a caller without a session. */
function openAccess({ app, asked, isSite }: Part, unsigned: readonly Verdict[]): OpenAccess {
  const everybodyPasses = isSite && isPublic(app, asked, unsigned);
  return { app, public: everybodyPasses, open: everybodyPasses ? [] : openPaths(app, asked, unsigned) };
}

/** @param order All people of the matrix, and their places in it. */
function appAccess(part: Part, order: ReadonlyMap<Principal, number>): AppAccess {
  const { app, asked } = part;
  const decide = decider(app);
  const answers = (principal: string): Verdict[] => asked.map((probe) => decide.verdict(principal, probe));
  const unsigned = answers(anonymous);
  const open = openAccess(part, unsigned);

  const groups = new Map<string, { principals: string[]; verdicts: Verdict[] }>();
  groups.set("anonymous", { principals: [anonymous], verdicts: unsigned });
  const grouped = new Set<Principal>();
  for (const person of decide.named ? inOrder(decide.named, order) : order.keys()) {
    const signature = decide.signature(person, asked);
    if (signature === undefined) continue;
    grouped.add(person);
    const same = groups.get(signature);
    if (same) same.principals.push(person);
    else groups.set(signature, { principals: [person], verdicts: answers(person) });
  }
  const mark = (verdicts: readonly Verdict[]): Mark => markOf(verdicts, unsigned, open.public);
  const strangers = answers(stranger);
  return {
    ...open,
    probes: asked,
    alike: [
      ...[...groups.values()].map((alike) => ({ ...alike, mark: mark(alike.verdicts) })),
      {
        // Nearly everybody, at nearly every app. Only few readers of a matrix ask for their names.
        get principals() {
          return [...[...order.keys()].filter((one) => !grouped.has(one)), stranger];
        },
        verdicts: strangers,
        mark: mark(strangers),
      },
    ],
  };
}

function inOrder(named: ReadonlySet<Principal>, order: ReadonlyMap<Principal, number>): Principal[] {
  return [...named].filter((one) => order.has(one)).sort((one, other) => order.get(one)! - order.get(other)!);
}

/**
 * Who may reach what: each person, a signed-in stranger and an anonymous caller, at each app. People whom the policies
 * of an app do not name are decided once, together.
 *
 * @param directory People to show in addition to the people whom the policies name.
 */
export function matrix(apps: readonly ProtectedApp[], directory?: Directory): Matrix {
  const asks = apps.map(mentionsOfApp);
  const people = new Set([
    ...(directory ? everybody(directory) : []),
    ...asks.flatMap((mentions) => mentions.people.flat()),
    ...asks.flatMap(({ principals }) => principals),
  ]);
  const order = new Map([...people].map((one, i) => [one, i]));
  return {
    people: [...people],
    apps: [...byHost(apps).values()].flatMap(partsOf).map((part) => appAccess(part, order)),
  };
}

/** The part of a matrix that is about callers without a session. */
export function openMatrix(apps: readonly ProtectedApp[]): OpenAccess[] {
  return [...byHost(apps).values()].flatMap((app) => {
    const decide = decider(app);
    return partsOf(app).map((part) =>
      openAccess(
        part,
        part.asked.map((probe) => decide.verdict(anonymous, probe)),
      ),
    );
  });
}

const indexes = new WeakMap<AppAccess, Map<string, Alike>>();

/** The group of a principal at an app. People who are not in the matrix count as strangers. */
export function alikeOf(app: AppAccess, principal: string): Alike {
  let index = indexes.get(app);
  if (!index) {
    const named = app.alike.slice(0, -1);
    index = new Map(named.flatMap((alike) => alike.principals.map((one) => [one, alike] as const)));
    indexes.set(app, index);
  }
  return index.get(principal) ?? strangersAt(app);
}

/** The group of strangers, and of everybody whom no policy of the app names. */
export const strangersAt = ({ alike }: AppAccess): Alike => alike.at(-1)!;
