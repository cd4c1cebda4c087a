import type * as pulumi from "@pulumi/pulumi";
import { managedBy } from "../cluster/foreign.ts";
import { importOf } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { objectLabel } from "../cluster/objects.ts";
import { plaintextOutputs, secretData } from "../cluster/secret.ts";
import type { LiveObjects } from "./live-objects.ts";
import * as names from "./names.ts";

/** The namespace, protected: deleting it would delete the Secret that everybody's session depends on. */
export function ownNamespace(
  name: string,
  { existing, foreign }: LiveObjects,
  opts: pulumi.CustomResourceOptions,
): k8s.Namespace {
  const object = { kind: "Namespace", name: names.namespace };
  const protectedOpts = { ...opts, protect: true, ...importOf(existing, object) };
  if (foreign.includes(objectLabel(object)))
    return new k8s.Namespace(name, {}, { ...protectedOpts, ignoreChanges: ["*"] });
  const labels = { "app.kubernetes.io/name": "pomerium", [managedBy.label]: managedBy.value };
  return new k8s.Namespace(name, { metadata: { name: names.namespace, labels } }, protectedOpts);
}

/** A Secret of Pomerium's namespace. Its values are secret in Pulumi's state. */
export function opaqueSecret(
  name: string,
  secretName: string,
  texts: Record<string, pulumi.Input<string>>,
  existing: readonly string[] | undefined,
  opts: pulumi.CustomResourceOptions,
): k8s.Secret {
  const object = { name: secretName, namespace: names.namespace };
  return new k8s.Secret(
    name,
    {
      metadata: object,
      type: "Opaque",
      data: secretData(texts),
    },
    {
      ...opts,
      additionalSecretOutputs: plaintextOutputs,
      ...importOf(existing, { kind: "Secret", ...object }),
    },
  );
}
