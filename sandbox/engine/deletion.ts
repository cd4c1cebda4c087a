import { type Context, inStep, messageOf, operand, providerOf } from "./context.ts";
import { deletionRounds, transitiveNeeds } from "./dependencies.ts";
import type { Step } from "./events.ts";
import { Gate } from "./gate.ts";
import type { ResourceState } from "./state.ts";
import { isProviderType } from "./urn.ts";

/** Deletions that run at once. */
const WIDTH = 32;

/**
 * Refuses the whole lot when one of it is protected. All of them are reported, and nothing is deleted.
 *
 * @returns whether the deletions may begin.
 */
export function mayDelete(context: Context, condemned: Iterable<ResourceState>): boolean {
  const refused = [...condemned].filter((resource) => resource.protect && !resource.condemned);
  for (const { urn } of refused) {
    context.reporter.failRun({
      urn,
      message: `${urn} is protected, so it is not deleted; take \`protect\` off it and deploy that first`,
    });
  }
  return refused.length === 0;
}

/**
 * Deletes resources, everything before what it needs. A failed deletion spares what the resource needs, and
 * nothing else.
 */
export async function deleteAll(context: Context, condemned: ReadonlySet<ResourceState>): Promise<void> {
  const all = context.ledger.resources;
  const urns = new Set([...condemned].filter((each) => !each.condemned).map((each) => each.urn));
  const failed: ResourceState[] = [];
  const gate = new Gate(WIDTH);
  for (const round of deletionRounds(all, condemned)) {
    if (context.signal.aborted) return;
    const spared = transitiveNeeds(all, failed);
    await Promise.all(
      round
        .filter((resource) => !spared.has(resource))
        .map((resource) =>
          gate.run(async () => {
            const step: Step = { urn: resource.urn, type: resource.type, operation: "delete" };
            try {
              if (resource.external) await context.ledger.forget(resource);
              else await inStep(context, step, () => remove(context, resource, urns));
            } catch (error) {
              failed.push(resource);
              context.reporter.fail(step, messageOf(error));
            }
          }),
        ),
    );
  }
}

async function remove(
  context: Context,
  resource: ResourceState,
  goingToo: ReadonlySet<string>,
): Promise<void> {
  if (!context.preview && !(resource.deletedWith && goingToo.has(resource.deletedWith))) {
    await destroy(context, resource);
  }
  await context.ledger.forget(resource);
}

/** Deletes what the resource stands for, and leaves the ledger to the caller. */
export async function destroy(context: Context, resource: ResourceState): Promise<void> {
  const exists = resource.custom && resource.id !== undefined && !resource.pendingReplacement;
  if (!exists || resource.retainOnDelete || isProviderType(resource.type)) return;
  if (!resource.condemned) await context.ledger.begin({ urn: resource.urn, operation: "deleting" });
  await providerOf(context, resource).delete({
    ...operand(context, resource),
    id: resource.id as string,
    old: resource,
    ...(resource.deleteTimeout === undefined ? {} : { timeout: resource.deleteTimeout }),
  });
}
