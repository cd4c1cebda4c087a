import * as fc from "fast-check";

type Raw = Record<string, unknown>;

/** The values of a stack file, as data, and the names of its apps by index: an edit after a rename finds its app. */
export interface EditedFile {
  values: Raw;
  names: string[];
}

/** Where edits may lead. */
export interface EditSpace {
  /** How many apps are edited. */
  apps: number;
  /** Namespaces that have the Services of all edited apps. */
  namespaces: readonly string[];
  zones: readonly string[];
  /** Settings of a DNS provider in a zone. */
  credentials(solver: "cloudflare" | "porkbun"): Raw;
  /** Id of a tunnel that the stack has made. Absent if it has made none. */
  made?: string;
}

/**
 * One edit: of an app's name, place, hosts, paths, Secret, isolation or tunnel, of a tunnel's name or id, or of a zone.
 */
export type Edit =
  | { kind: "name"; app: number; to: string }
  | { kind: "host"; app: number; to: string }
  | { kind: "namespace"; app: number; to: string }
  | { kind: "tls"; app: number; to: string | undefined }
  | { kind: "alias"; app: number; to: string }
  | { kind: "path"; app: number; to: string }
  | { kind: "isolate"; app: number }
  | { kind: "carry"; app: number; tunnel: number }
  | { kind: `swap ${"name" | Swapped}`; app: number; other: number }
  | { kind: "tunnel name"; tunnel: number; to: string }
  | { kind: "swap tunnel names" }
  | { kind: "write id"; written: boolean }
  | { kind: "wildcard" | "solver"; zone: string }
  | { kind: "narrower zone" }
  | { kind: "reorder" };

type Swapped = "host" | "namespace" | "tls";

export function anEdit({ apps, namespaces, zones, made }: EditSpace): fc.Arbitrary<Edit> {
  const app = fc.nat(apps - 1);
  const of = <K extends string>(kind: K) => fc.constant(kind);
  return fc.oneof(
    fc.record({ kind: of("name"), app, to: fc.constantFrom("books", "home", "b1") }),
    fc.record({ kind: of("host"), app, to: fc.constantFrom("a", "b", "c.a") }),
    fc.record({ kind: of("namespace"), app, to: fc.constantFrom(...namespaces) }),
    fc.record({ kind: of("tls"), app, to: fc.constantFrom(undefined, "served", "books-tls", "home-tls") }),
    fc.record({ kind: of("alias"), app, to: fc.constantFrom("www", "a", "*.d") }),
    fc.record({ kind: of("path"), app, to: fc.constantFrom("/admin", "/a/b", "/a-b") }),
    fc.record({ kind: of("isolate"), app }),
    fc.record({ kind: of("carry"), app, tunnel: fc.nat(2) }),
    fc.record({
      kind: fc.constantFrom("swap name", "swap name", "swap host", "swap namespace", "swap tls"),
      app,
      other: app,
    }),
    fc.record({ kind: of("tunnel name"), tunnel: fc.nat(1), to: fc.constantFrom("way-in", "edge") }),
    fc.record({ kind: of("swap tunnel names") }),
    fc.record({
      kind: fc.constantFrom("wildcard", "solver"),
      zone: fc.constantFrom(...zones),
    }),
    fc.record({ kind: fc.constantFrom("narrower zone", "reorder") }),
    ...(made === undefined ? [] : [fc.record({ kind: of("write id"), written: fc.boolean() })]),
  );
}

interface App {
  namespace: string;
  host?: string;
  aliases?: string[];
  paths?: Raw;
  isolate?: boolean;
  tls?: { secretName: string };
}

interface Tunnel {
  apps: string[];
  tunnelId?: string;
}

/** The file after an edit. The program may refuse it. */
export function edited({ values: before, names: old }: EditedFile, edit: Edit, space: EditSpace): EditedFile {
  const values = structuredClone(before);
  const names = [...old];
  const apps = values.apps as Record<string, App>;
  const tunnels = values.tunnels as Record<string, Tunnel>;
  const certificates = values.certificates as { zones: Record<string, Raw> };
  const { zones } = certificates;
  const appAt = (i: number): App => apps[names[i]!]!;
  const rename = (to: Record<string, string>): void => {
    values.apps = renamed(apps, to);
    const tests = values.accessTests as { apps?: Raw } | undefined;
    if (tests?.apps !== undefined) tests.apps = renamed(tests.apps, to);
    for (const tunnel of Object.values(tunnels)) tunnel.apps = tunnel.apps.map((name) => to[name] ?? name);
    for (const [i, name] of names.entries()) names[i] = to[name] ?? name;
  };
  switch (edit.kind) {
    case "name":
      if (!(edit.to in apps)) rename({ [names[edit.app]!]: edit.to });
      break;
    case "host": {
      const app = appAt(edit.app);
      const zone = Object.keys(zones).find((each) => app.host?.endsWith(`.${each}`));
      if (zone !== undefined) app.host = `${edit.to}.${zone}`;
      break;
    }
    case "namespace":
      appAt(edit.app).namespace = edit.to;
      break;
    case "tls":
      if (edit.to === undefined) delete appAt(edit.app).tls;
      else appAt(edit.app).tls = { secretName: edit.to };
      break;
    case "alias": {
      const app = appAt(edit.app);
      const zone = Object.keys(zones).find((each) => app.host?.endsWith(`.${each}`));
      if (zone !== undefined) app.aliases = toggled(app.aliases, `${edit.to}.${zone}`);
      if (app.aliases?.length === 0) delete app.aliases;
      break;
    }
    case "path": {
      const { paths = {} } = appAt(edit.app);
      if (edit.to in paths) delete paths[edit.to];
      else paths[edit.to] = { access: "admins" };
      appAt(edit.app).paths = paths;
      break;
    }
    case "isolate":
      appAt(edit.app).isolate = !appAt(edit.app).isolate;
      break;
    case "carry": {
      const name = names[edit.app]!;
      for (const tunnel of Object.values(tunnels)) tunnel.apps = tunnel.apps.filter((each) => each !== name);
      Object.values(tunnels)[edit.tunnel]?.apps.push(name);
      break;
    }
    case "swap name": {
      const [one, two] = [names[edit.app]!, names[edit.other]!];
      rename({ [one]: two, [two]: one });
      break;
    }
    case "swap host":
    case "swap namespace":
    case "swap tls":
      swap(appAt(edit.app), appAt(edit.other), edit.kind.slice("swap ".length) as Swapped);
      break;
    case "tunnel name": {
      const name = Object.keys(tunnels)[edit.tunnel];
      if (name !== undefined && !(edit.to in tunnels)) values.tunnels = renamed(tunnels, { [name]: edit.to });
      break;
    }
    case "swap tunnel names": {
      const [one, two] = Object.keys(tunnels);
      if (one !== undefined && two !== undefined)
        values.tunnels = renamed(tunnels, { [one]: two, [two]: one });
      break;
    }
    case "write id": {
      const own = Object.values(tunnels).find(
        ({ tunnelId }) => tunnelId === undefined || tunnelId === space.made,
      );
      if (own !== undefined && edit.written) own.tunnelId = space.made!;
      else if (own !== undefined) delete own.tunnelId;
      break;
    }
    case "wildcard":
      zones[edit.zone]!.wildcard = !zones[edit.zone]!.wildcard;
      break;
    case "solver": {
      const { wildcard, cloudflare } = zones[edit.zone]!;
      const solver = cloudflare === undefined ? "cloudflare" : "porkbun";
      zones[edit.zone] = {
        [solver]: space.credentials(solver),
        ...(wildcard === undefined ? {} : { wildcard }),
      };
      break;
    }
    case "narrower zone": {
      const narrower = `a.${space.zones[0]}`;
      if (narrower in zones) delete zones[narrower];
      else zones[narrower] = { cloudflare: space.credentials("cloudflare") };
      break;
    }
    case "reorder":
      values.apps = reversed(apps);
      values.tunnels = reversed(tunnels);
      certificates.zones = reversed(zones);
  }
  return { values, names };
}

function swap(one: App, two: App, key: Swapped): void {
  const [ofOne, ofTwo] = [one[key], two[key]];
  for (const [app, value] of [
    [one, ofTwo],
    [two, ofOne],
  ] as const)
    if (value === undefined) delete app[key];
    else Object.assign(app, { [key]: value });
}

/** The list without an entry that it has, or with one that it does not have. */
function toggled(list: readonly string[] = [], entry: string): string[] {
  return list.includes(entry) ? list.filter((each) => each !== entry) : [...list, entry];
}

/** A map with renamed keys, in the same order. */
function renamed<T>(map: Record<string, T>, names: Record<string, string>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [names[key] ?? key, value]));
}

function reversed<T>(map: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).reverse());
}
