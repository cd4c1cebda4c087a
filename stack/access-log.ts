import { appOfHost, byHost } from "../policies/access/matrix/by-host.ts";
import { anonymous, type Decider, decider } from "../policies/access/matrix/decider.ts";
import { appsOf } from "../policies/access/matrix/view.ts";
import { everybody } from "../policies/access/people.ts";
import { domainOf, isPerson } from "../policies/access/principals.ts";
import { covers, openPathsOf, principalsOf } from "../policies/access/routes.ts";
import type { LogApp } from "../policies/access-log/app.ts";
import { type Needed, neededBy } from "../policies/access-log/needed.ts";
import { varying } from "../policies/access-log/shape.ts";
import type { Tally, TallyOptions } from "../policies/access-log/tally.ts";
import { openKey, type UnusedGrants, unusedGrants } from "../policies/access-log/unused.ts";
import { catalogue } from "../policies/catalogue/catalogue.ts";
import { catalogueEntrySchema } from "../policies/catalogue/config.ts";
import type { CatalogueEntry } from "../policies/catalogue/entry.ts";
import { pathRules } from "../policies/language/evaluate/path.ts";
import { valueAt } from "../stack-file/paths.ts";
import type { Stack } from "./stack.ts";

type Raw = Readonly<Record<string, unknown>>;

/** The apps of a stack, as far as a log can say something about them. */
function logApps(stack: Pick<Stack, "apps">, raw: Raw): LogApp[] {
  return stack.apps.map(({ key, at, host, access, paths, profile }) => {
    const entry = profile === undefined ? undefined : entryOf(profile, raw);
    return {
      ...{ key, at, host, access, paths },
      written: valueAt(raw, ["apps", key, "access"]),
      ...(profile === undefined ? {} : { profile }),
      ...(entry === undefined ? {} : { entry }),
    };
  });
}

function entryOf(name: string, raw: Raw): CatalogueEntry | undefined {
  const own = catalogueEntrySchema.safeParse(valueAt(raw, ["catalogue", name]));
  return own.success ? own.data : Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
}

/** What a tally of a log must know about the stack. */
export function tallyOptions(
  stack: Pick<Stack, "apps" | "directory">,
  raw: Raw,
): Omit<TallyOptions, "since" | "limit"> {
  const apps = logApps(stack, raw);
  const protectedApps = byHost(appsOf(stack.apps));
  const principals = [...everybody(stack.directory), ...apps.flatMap(({ access }) => principalsOf(access))];
  const people = new Set(principals.filter(isPerson));
  const domains = new Set(principals.flatMap((principal) => domainOf(principal) ?? []));
  const open = new Map(apps.map(({ host, access }) => [host, openPathsOf(access)]));
  return {
    hostOf: (host) => appOfHost(protectedApps, host)?.host,
    isKnown: (email) => people.has(email),
    domainOf: (email) => {
      const domain = email.slice(email.lastIndexOf("@") + 1);
      return domains.has(domain) ? domain : undefined;
    },
    openPathOf: (host, path) => {
      const found = open.get(host)?.find((one) => covers(one, path));
      return found && openKey(found);
    },
  };
}

/** What a log says about a stack: paths that programs need, and grants that nobody used. */
export function accessLogOf(
  stack: Pick<Stack, "apps" | "directory" | "pomerium">,
  raw: Raw,
  tally: Tally,
): { needed: Needed[]; grants: UnusedGrants } {
  const apps = logApps(stack, raw);
  const { version, settings } = stack.pomerium;
  const deciders = new Map<string, Decider>(
    appsOf(stack.apps, version, settings).map((app) => [app.host, decider(app)]),
  );
  const { mergeSlashes } = pathRules(version, settings);
  return {
    needed: neededBy(apps, tally.calls, {
      mergesSlashes: mergeSlashes,
      isOpen: ({ host, path, method }) =>
        deciders.get(host)?.verdict(anonymous, { path: path.replaceAll(varying, "x"), method }).decision ===
        "allow",
    }),
    grants: unusedGrants(apps, stack.directory, tally),
  };
}
