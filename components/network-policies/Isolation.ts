import type * as pulumi from "@pulumi/pulumi";
import { formerlyIn } from "../cluster/former-parent.ts";
import { importAs } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import type { WantedPolicy } from "./wanted.ts";

export interface IsolationArgs {
  /** Namespace of the Service. */
  namespace: pulumi.Input<string>;
  /** Name of the NetworkPolicy. */
  policyName: string;
  spec: WantedPolicy["spec"];
  /** Id of the NetworkPolicy if the cluster has it already: it is taken over. */
  existing?: string;
}

/** Lets only Pomerium and the callers in the stack file connect to the pods of one Service. */
export class Isolation extends k8s.NetworkPolicy {
  constructor(
    name: string,
    { policyName, namespace, spec, existing }: IsolationArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      `${name}-policy`,
      { metadata: { name: policyName, namespace }, spec },
      {
        ...opts,
        aliases: [formerlyIn("pomerium-migration:network-policies:Isolation", name, opts?.parent)],
        ...importAs(existing),
      },
    );
  }
}
