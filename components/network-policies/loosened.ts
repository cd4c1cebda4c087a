import { few } from "../../stack-file/text.ts";
import { pomeriumNamespace, verifyService } from "../cluster/names.ts";
import { type IsolableApp, type IsolatedService, includes, peerText } from "./config.ts";

/** The isolation of a stack. */
export interface Isolating {
  apps: readonly Omit<IsolableApp, "route">[];
  isolation: readonly IsolatedService[];
  /** Whether apps that do not say it themselves are isolated. */
  isolate: boolean;
}

/** Callers that may newly connect to Services past Pomerium. */
export interface Loosened {
  /** Key path of the first app whose isolation is looser. */
  at: string;
  message: string;
}

/**
 * Callers inside the cluster that a change lets past Pomerium. They are no people, so a comparison of access does not show
 * them. A Service that no app leads to any more is left out.
 */
export function loosened(before: Isolating | undefined, after: Isolating | undefined): Loosened[] {
  if (!before || !after) return [];
  const [was, is] = [before, after].map(
    ({ isolation }) => new Map(isolation.map((one) => [`${one.namespace}/${one.service}`, one])),
  );
  const known = servicesOf(before.apps);
  const hadIsolated = new Set([...known].flatMap(([id, app]) => (was!.has(id) ? [app] : [])));
  const found = [...servicesOf(after.apps)].flatMap(
    ([id, app]): { id: string; at: string; says: string }[] => {
      const [then, now] = [was!.get(id), is!.get(id)];
      if (now === undefined) {
        const at = `${app}.isolate`;
        if (then !== undefined) return [{ id, at, says: "no longer isolated" }];
        // Another Service may have the same pods, which were isolated.
        const isExpected = after.isolate || hadIsolated.has(app);
        return isExpected && !known.has(id) ? [{ id, at, says: "new and not isolated" }] : [];
      }
      if (then === undefined) return [];
      const more = now.allowFrom.filter((peer) => !then.allowFrom.some((old) => includes(old, peer)));
      const callers = few([...new Set(more.map(peerText))]);
      return more.length === 0 ? [] : [{ id, at: `${app}.allowFrom`, says: callers }];
    },
  );
  // A change for all apps is one line.
  return [...Map.groupBy(found, ({ says }) => says)].map(([says, all]) => {
    const ids = few(
      all.map(({ id }) => id),
      5,
    );
    const { at } = all[0]!;
    return at.endsWith(".isolate")
      ? {
          at,
          message: `${ids} ${all.length === 1 ? "is" : "are"} ${says}: every pod of the cluster may connect there, past Pomerium`,
        }
      : { at, message: `${says} may now connect to ${ids}, past Pomerium` };
  });
}

/** The Services of apps, `<namespace>/<name>`, with the key path of the first app of each. The verify page is never isolated. */
function servicesOf(apps: Isolating["apps"]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { at, namespace, service, paths = [] } of apps)
    for (const { name } of [service, ...paths.map((path) => path.service)]) {
      if (namespace === pomeriumNamespace && name === verifyService.name) continue;
      const id = `${namespace}/${name}`;
      if (!found.has(id)) found.set(id, at);
    }
  return found;
}
