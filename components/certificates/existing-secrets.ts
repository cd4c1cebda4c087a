import { covers } from "../../stack-file/hosts.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl } from "../cluster/commands.ts";
import { objectId } from "../cluster/objects.ts";
import type { LiveIssuance } from "./live.ts";
import { type LiveSecret, withExistingSecret } from "./live-secrets.ts";
import type { AppHost } from "./wanted.ts";

/** Names of a Secret's certificate as far as the cluster says them: by cert-manager's marks or by its Certificate. */
function namesIn(
  live: Pick<LiveIssuance, "certificates">,
  { namespace, name, dnsNames }: LiveSecret,
): string[] | undefined {
  const writers = live.certificates.filter(
    (each) => each.namespace === namespace && each.secretName === name,
  );
  return dnsNames ?? (writers.length > 0 ? writers.flatMap((each) => each.dnsNames) : undefined);
}

/** Why an app cannot use the Secret that it names. */
export function existingSecretProblems(
  { cluster, apps }: { cluster: { context: string }; apps: readonly AppHost[] },
  live: Pick<LiveIssuance, "certificates" | "secrets">,
): Problem[] {
  return withExistingSecret(apps).flatMap(({ at: app, host, namespace, tlsSecret: name }): Problem[] => {
    const at = `${app}.tls.existing`;
    const id = objectId({ namespace, name });
    const fix = kubectl(cluster, `get secrets --namespace ${namespace}`);
    const secret = live.secrets?.find((each) => objectId(each) === id);
    if (secret === undefined)
      return [{ at, message: `there is no Secret ${id}, and without it Pomerium ignores the Ingress`, fix }];
    const names = namesIn(live, secret);
    if (names !== undefined && !covers(names, host))
      return [{ at, message: `Secret ${id} is for ${names.join(", ")}, not for ${host}`, fix }];
    const own = live.certificates.find(
      (each) => each.namespace === namespace && each.secretName === name && each.foreign === undefined,
    );
    return own === undefined
      ? []
      : [
          {
            at,
            message: `Secret ${id} is renewed by this program's own Certificate ${own.name}, which would be deleted; write \`tls: {secretName: ${name}}\``,
          },
        ];
  });
}

/** Says which hosts rely on a certificate of somebody else, and where nobody knows its names. */
export function existingSecretLines(
  { apps }: { apps: readonly AppHost[] },
  live: Pick<LiveIssuance, "certificates" | "secrets">,
): string[] {
  return withExistingSecret(apps).map(({ host, namespace, tlsSecret: name }) => {
    const secret = live.secrets?.find((each) => objectId(each) === objectId({ namespace, name }));
    const known = secret !== undefined && namesIn(live, secret) !== undefined;
    return `${host} is served with Secret ${namespace}/${name}, which somebody else renews${known ? "" : "; whether it is for this host is not known"}`;
  });
}
