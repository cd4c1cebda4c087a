import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { managedBy } from "../cluster/live.ts";
import { secretOutputs } from "../cluster/secret.ts";
import * as names from "./names.ts";
import { signingKey } from "./signing-key.ts";

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
  // Not RandomBytes: its id holds the bytes, and an id is not encrypted in the state. 64 letters and digits hold
  // more randomness than either digest.
  const random = (key: string, digest: "sha256" | "sha384") =>
    new RandomPassword(`${name}-${key}`, { length: 64, special: false }, { parent }).result.apply((text) =>
      createHash(digest).update(text).digest(),
    );
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
        shared_secret: random("shared-secret", "sha256").apply(base64),
        cookie_secret: random("cookie-secret", "sha256").apply(base64),
        signing_key: random("signing-key", "sha384").apply((seed) => base64(Buffer.from(signingKey(seed)))),
      }),
    },
    secretOpts,
  );
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}
