import type { ReadOnlyApi } from "../cluster/api.ts";
import { objectId } from "../cluster/objects.ts";
import type { AppHost } from "./wanted.ts";

/** A Secret with a certificate that somebody else renews. */
export interface LiveSecret {
  namespace: string;
  name: string;
  /** Names in its certificate, if cert-manager made it. The certificate itself is not read. */
  dnsNames?: string[];
}

/** The apps whose certificate somebody else renews. */
export function withExistingSecret<App extends Pick<AppHost, "isExistingSecret">>(
  apps: readonly App[],
): App[] {
  return apps.filter(({ isExistingSecret }) => isExistingSecret);
}

/** cert-manager writes the names of a certificate on its Secret. */
const altNames = "cert-manager.io/alt-names";

/** Reads the metadata of the Secrets. Those that do not exist are left out. */
export async function readExistingSecrets(
  api: ReadOnlyApi,
  apps: readonly Pick<AppHost, "namespace" | "tlsSecret" | "isExistingSecret">[],
): Promise<LiveSecret[]> {
  const wanted = withExistingSecret(apps).map(({ namespace, tlsSecret: name }) => ({ namespace, name }));
  const found = await Promise.all(
    [...new Map(wanted.map((each) => [objectId(each), each])).values()].map(async ({ namespace, name }) => {
      const secret = await api.findMetadata<{ metadata: { annotations?: Record<string, string> } }>(
        `/api/v1/namespaces/${namespace}/secrets/${name}`,
      );
      const names = secret?.metadata.annotations?.[altNames];
      return secret === undefined
        ? []
        : [{ namespace, name, ...(names ? { dnsNames: names.split(",") } : {}) }];
    }),
  );
  return found.flat();
}
