import { isDeepStrictEqual } from "node:util";
import type { Stack } from "./stack.ts";

/** The parts of the identity provider that decide who can sign in as whom. Secrets are not among them. */
const parts = ["provider", "url", "clientId", "scopes", "requestParams", "ca"] as const;

/**
 * Changes that decide who a person is, and which clients Pomerium answers at all. A comparison of access does not see
 * them. It compares addresses and claims, and not who confirms them.
 */
export function signInChanges(
  before: Pick<Stack, "pomerium"> | undefined,
  after: Pick<Stack, "pomerium"> | undefined,
): string[] {
  if (!before || !after) return [];
  const [was, is] = [before.pomerium, after.pomerium];
  const changed = parts.filter(
    (part) => !isDeepStrictEqual(was.identityProvider[part], is.identityProvider[part]),
  );
  const [then, now] = [was.settings.downstreamMtls, is.settings.downstreamMtls];
  return [
    ...(changed.length > 0
      ? [
          `the identity provider changes (pomerium.identityProvider: ${changed.join(", ")}): another account may be behind the same address or claim, and the comparison does not show that`,
        ]
      : []),
    ...(isDeepStrictEqual(then, now)
      ? []
      : [
          `the client certificates that Pomerium asks for ${changeVerb(then, now)} (pomerium.settings.downstreamMtls): clients may get in that were refused, or the other way round; the comparison shows only a part of it`,
        ]),
  ];
}

function changeVerb(then: unknown, now: unknown): string {
  if (then === undefined) return "are new";
  return now === undefined ? "go" : "change";
}
