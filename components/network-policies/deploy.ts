import type * as pulumi from "@pulumi/pulumi";
import { idsOf, objectId } from "../cluster/objects.ts";
import { Isolation } from "./Isolation.ts";
import type { LiveNetwork } from "./live.ts";
import type { WantedPolicy } from "./wanted.ts";

/** Registers a NetworkPolicy for each isolated Service. Its name is that of the Service, whatever the app is called. */
export function deployIsolation(
  wanted: readonly WantedPolicy[],
  { policies }: Pick<LiveNetwork, "policies">,
  opts: pulumi.ComponentResourceOptions,
): Isolation[] {
  const existing = idsOf(policies.map(({ metadata }) => metadata));
  return wanted.map(({ namespace, name, spec }) => {
    const id = objectId({ namespace, name });
    return new Isolation(
      id,
      { namespace, policyName: name, spec, ...(existing.has(id) ? { existing: id } : {}) },
      opts,
    );
  });
}
