import { type Loosened, loosened } from "../../components/network-policies/loosened.ts";
import { changesBetween } from "../../policies/language/releases.ts";
import { signInChanges } from "../../stack/sign-in-changes.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Widened, widenedFiles } from "../../stack/widened.ts";

/** An app that has a new host. */
export interface Moved {
  app: string;
  from: string;
  to: string;
}

/** An app that has a new name and nothing else. */
export interface Renamed {
  from: string;
  to: string;
  host: string;
}

/** A change of the stack file that has a name. */
export interface NamedChanges {
  moved: readonly Moved[];
  renamed: readonly Renamed[];
  /** Number of new apps. */
  added: number;
  /** Pomerium's release before and after, and what that changes. */
  release?: { from: string; to: string; changes: readonly string[] };
  /** The phase before and after. */
  phase?: { from: Stack["phase"]; to: Stack["phase"] };
  /** Hosts that go from ingress-nginx to Pomerium's sign-in. */
  signIn: readonly string[];
  /** Rights that app files have only after the change. */
  widened: readonly Widened[];
  /** Callers inside the cluster that may newly connect past Pomerium. */
  loosened: readonly Loosened[];
  /** Changes of the identity provider and of client certificates, which no comparison of access shows. */
  identity: readonly string[];
}

/** The changes between two versions of a stack that have a name, such as a move or a rename. */
export function namedChanges(before: Stack | undefined, after: Stack | undefined): NamedChanges {
  if (!before || !after)
    return { moved: [], renamed: [], added: 0, signIn: [], widened: [], loosened: [], identity: [] };
  const [from, to] = [before.pomerium.version, after.pomerium.version];
  const isCutover = before.phase === "coexist" && after.phase !== "coexist";
  const moved = movedApps(before, after);
  const hosts = new Set([...before.apps.map(({ host }) => host), ...moved.map(({ to }) => to)]);
  return {
    moved,
    renamed: renamedApps(before, after),
    added: after.apps.filter(({ host }) => !hosts.has(host)).length,
    ...(from === to ? {} : { release: { from, to, changes: changesBetween(from, to) } }),
    ...(before.phase === after.phase ? {} : { phase: { from: before.phase, to: after.phase } }),
    signIn: isCutover
      ? after.apps
          .filter(({ replaces, migrated }) => replaces.length > 0 && migrated !== true)
          .map(({ host }) => host)
      : [],
    widened: widenedFiles(before, after),
    loosened: loosened(before, after),
    identity: signInChanges(before, after),
  };
}

type App = Stack["apps"][number];

const serviceOf = ({ namespace, service }: App): string => `${namespace}/${service.name}:${service.port}`;

/** Apps of the same name, or of the same Service, with another host. The old host must be free, and the new one new. */
export function movedApps(before: Stack | undefined, after: Stack | undefined): Moved[] {
  if (!before || !after) return [];
  const [hosts, newHosts] = [before, after].map(({ apps }) => new Set(apps.map(({ host }) => host)));
  return after.apps.flatMap((app) => {
    if (hosts!.has(app.host)) return [];
    const old = partner(app, before.apps, after.apps);
    return old && !newHosts!.has(old.host) ? [{ app: app.name, from: old.host, to: app.host }] : [];
  });
}

/** Apps that answer at the same host under another name. */
function renamedApps(before: Stack, after: Stack): Renamed[] {
  return after.apps.flatMap((app) => {
    const old = before.apps.find(({ host }) => host === app.host);
    return old && old.name !== app.name ? [{ from: old.name, to: app.name, host: app.host }] : [];
  });
}

/** The app before the change: that of the same name, or the only one of the same Service whose name is gone. */
function partner(app: App, before: readonly App[], after: readonly App[]): App | undefined {
  const same = before.find(({ name }) => name === app.name);
  if (same) return same;
  const gone = before.filter(
    (old) => serviceOf(old) === serviceOf(app) && !after.some(({ name }) => name === old.name),
  );
  return gone.length === 1 ? gone[0] : undefined;
}
