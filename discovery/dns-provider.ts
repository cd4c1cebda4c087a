import { solverNames, solverOf } from "../components/certificates/solvers/registry.ts";
import type { LiveChallenge, LiveSolver } from "../components/certificates/solvers/solver.ts";
import { isMap } from "../stack-file/paths.ts";
import { soundsSecret } from "./secret-names.ts";

/**
 * A live issuer's solver in the words of the stack file, without its secrets. Undefined for HTTP-01, which needs
 * ingress-nginx today. Also undefined for a provider whose settings the stack file does not accept.
 */
export function zoneValue({ dns01 }: LiveSolver): Record<string, unknown> | undefined {
  if (dns01 === undefined) return undefined;
  const { cnameStrategy, ...providers } = dns01;
  const live: LiveChallenge = Object.fromEntries(
    Object.entries(providers).map(([name, given]) => [name, isMap(given) ? given : {}]),
  );
  for (const name of solverNames) {
    const found = solverOf(name).fromLive?.(live);
    if (found === undefined) continue;
    const settings = isMap(found.config) ? { ...found, config: withoutSecrets(found.config) } : found;
    if (!solverOf(name).schema.safeParse(settings).success) return undefined;
    return { [name]: settings, ...(cnameStrategy === "Follow" ? { cnameStrategy } : {}) };
  }
  return undefined;
}

/** The configuration of a webhook without credentials. A reference to a Secret is not a credential. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => typeof inner === "object" || !soundsSecret(key))
      .map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}
