import type * as pulumi from "@pulumi/pulumi";
import { idsOf, objectId } from "../cluster/objects.ts";
import { sent } from "../cluster/sent.ts";
import { Isolation } from "./Isolation.ts";
import type { LiveNetwork } from "./live.ts";
import type { WantedPolicy } from "./wanted.ts";

/** Registers a NetworkPolicy for each isolated Service. Its name is that of the Service, whatever the app is called. */
export async function deployIsolation(
  wanted: readonly WantedPolicy[],
  { policies }: Pick<LiveNetwork, "policies">,
  opts: pulumi.ComponentResourceOptions,
): Promise<Isolation[]> {
  const existing = idsOf(policies.map(({ metadata }) => metadata));
  const deployed: Isolation[] = [];
  for (const { namespace, name, spec } of wanted) {
    const id = objectId({ namespace, name });
    const args = { namespace, policyName: name, spec, ...(existing.has(id) ? { existing: id } : {}) };
    deployed.push(await sent(new Isolation(id, args, opts)));
  }
  return deployed;
}
