import type { AppEnvironment } from "../../../../components/apps/args.ts";

/** Values of a run for an app: outputs that have resolved, and an empty cluster. */
export function runOf(
  secrets: Readonly<Record<string, string>> = {},
  { version = "v0.33.1" }: { version?: string } = {},
): AppEnvironment {
  const secretNames = new Map(Object.entries(secrets));
  return {
    pomerium: { version, namespace: "pomerium", ingressClass: "pomerium" },
    certificates: { secretNames, issued: () => [...secretNames.values()][0] ?? "tls" },
    origin: (host) => `https://${host}`,
    live: { cluster: { ingresses: [] }, pomerium: { existing: [] } },
  };
}
