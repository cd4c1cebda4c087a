import * as pulumi from "@pulumi/pulumi";
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
export class Isolation extends pulumi.ComponentResource {
  constructor(name: string, args: IsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    // The existing object is left out: it differs in the next run, and its preview would show a change.
    const { existing, ...recorded } = args;
    super("pomerium-migration:network-policies:Isolation", name, recorded, opts);
    new k8s.NetworkPolicy(
      `${name}-policy`,
      { metadata: { name: args.policyName, namespace: args.namespace }, spec: args.spec },
      { parent: this, ...importAs(existing) },
    );
    this.registerOutputs({});
  }
}
