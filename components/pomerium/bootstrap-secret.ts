import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { managedBy } from "../cluster/foreign.ts";
import { importOf } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { objectLabel } from "../cluster/objects.ts";
import { plaintextOutputs } from "../cluster/secret.ts";
import * as names from "./names.ts";
import { signingKey } from "./signing-key.ts";

/**
 * Secret `pomerium/bootstrap`: shared_secret and cookie_secret, 32 bytes each, and signing_key.
 *
 * Everybody's session depends on it, so it is protected, and an existing one is never generated again. A foreign one
 * is adopted unchanged. A generated one is immutable, and a stack that has lost its state imports it unchanged.
 *
 * @param live Labels of existing objects, and of those that no Pulumi program has ever written to.
 */
export function bootstrapSecret(
  name: string,
  live: { existing: readonly string[]; foreign: readonly string[] },
  opts: pulumi.CustomResourceOptions,
): k8s.Secret {
  const object = { kind: "Secret", namespace: names.namespace, name: names.bootstrapSecret };
  const secretOpts = {
    ...opts,
    protect: true,
    additionalSecretOutputs: plaintextOutputs,
    ...importOf(live.existing, object),
    ...(live.existing.includes(objectLabel(object)) ? { ignoreChanges: ["*"] } : {}),
  };
  if (live.foreign.includes(objectLabel(object))) return new k8s.Secret(name, {}, secretOpts);
  const { parent } = opts;
  // Not RandomBytes: its id contains the bytes, and Pulumi does not encrypt ids in its state. 64 letters and digits
  // have more randomness than either digest.
  const random = (key: string, digest: "sha256" | "sha384") =>
    new RandomPassword(`${name}-${key}`, { length: 64, special: false }, { parent }).result.apply((text) =>
      createHash(digest).update(text).digest(),
    );
  return new k8s.Secret(
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
