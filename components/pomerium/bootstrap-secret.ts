import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { managedBy } from "../cluster/live.ts";
import * as names from "./names.ts";
import { signingKey, signingKeySeedBytes } from "./signing-key.ts";

/**
 * Outputs of a Secret that may hold its plaintext, beside `data` and `stringData`, which the SDK marks itself:
 * `kubectl apply` leaves a copy in an annotation, and only whole properties can be marked.
 */
export const secretOutputs = ["metadata"];

/**
 * Secret `pomerium/bootstrap`: shared_secret and cookie_secret, 32 bytes each, and signing_key.
 *
 * Everybody's session depends on it, so it is protected, and what exists is never made again: an existing one is
 * adopted as it is, and a generated one is immutable, so that not even a stack that has lost its state can write
 * another over it. (Kubernetes refuses. Take the label `app.kubernetes.io/managed-by` off the Secret to have such a
 * one adopted.)
 *
 * @param existing Whether the cluster has one that this program did not make.
 */
export function bootstrapSecret(
  name: string,
  { existing }: { existing: boolean },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  const secretOpts = { ...opts, protect: true, additionalSecretOutputs: secretOutputs };
  if (existing) {
    return new k8s.core.v1.Secret(
      name,
      {},
      { ...secretOpts, import: `${names.namespace}/${names.bootstrapSecret}`, ignoreChanges: ["*"] },
    );
  }
  const { parent } = opts;
  const bytes = (key: string, length: number) =>
    new random.RandomBytes(`${name}-${key}`, { length }, { parent });
  return new k8s.core.v1.Secret(
    name,
    {
      metadata: {
        name: names.bootstrapSecret,
        namespace: names.namespace,
        labels: { [managedBy.label]: managedBy.value },
      },
      type: "Opaque",
      immutable: true,
      data: pulumi.secret({
        shared_secret: bytes("shared-secret", 32).base64,
        cookie_secret: bytes("cookie-secret", 32).base64,
        signing_key: bytes("signing-key", signingKeySeedBytes).base64.apply((seed) =>
          Buffer.from(signingKey(Buffer.from(seed, "base64"))).toString("base64"),
        ),
      }),
    },
    secretOpts,
  );
}
