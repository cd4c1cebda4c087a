import { type Context, inStep, messageOf, operand, providerOf } from "./context.ts";
import { deletionRounds } from "./dependencies.ts";
import type { Step } from "./events.ts";
import { Gate } from "./gate.ts";
import { runHooks } from "./hooks.ts";
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
 * Refuses to delete without the program what a hook of the program wants to be asked about, be it among the
 * targets or not, as Pulumi does.
 *
 * @returns whether there is no such resource.
 */
export function mayDeleteUnasked({ ledger, reporter }: Context): boolean {
  const hooked = ledger.resources.filter(({ hooks }) => hooks?.beforeDelete || hooks?.afterDelete);
  for (const { urn, hooks } of hooked) {
    const names = [...(hooks?.beforeDelete ?? []), ...(hooks?.afterDelete ?? [])].join(", ");
    reporter.failRun({
      urn,
      message: `Resource has delete hooks registered, but the program is not running. Hooks: ${names}`,
    });
  }
  if (hooked.length === 0) return true;
  reporter.failRun({
    message: "You must run with the `--run-program` flag to use delete hooks during destroy.",
  });
  return false;
}

/**
 * Deletes resources, everything before what it needs. After a failure, a hook's refusal included, what has begun
 * comes to its end and nothing more is begun.
 */
export async function deleteAll(context: Context, condemned: ReadonlySet<ResourceState>): Promise<void> {
  const urns = new Set([...condemned].filter((each) => !each.condemned).map((each) => each.urn));
  let failed = false;
  const gate = new Gate(WIDTH);
  for (const round of deletionRounds(context.ledger.resources, condemned)) {
    await Promise.all(
      round.map((resource) =>
        gate.run(async () => {
          if (failed || context.signal.aborted) return;
          const step: Step = { urn: resource.urn, type: resource.type, operation: "delete" };
          try {
            if (resource.external) await context.ledger.forget(resource);
            else await inStep(context, step, () => remove(context, resource, urns));
          } catch (error) {
            failed = true;
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
  const alone = !(resource.deletedWith && goingToo.has(resource.deletedWith));
  await destroy(context, resource, { alone, gone: () => context.ledger.forget(resource) });
}

/**
 * Deletes what the resource stands for, between its hooks.
 *
 * @param alone false for what disappears with something else that is deleted.
 * @param gone takes down in the ledger what has happened.
 */
export async function destroy(
  context: Context,
  resource: ResourceState,
  { alone, gone }: { alone: boolean; gone: () => Promise<void> },
): Promise<void> {
  // Deleted by the run before, which was kept from replacing it.
  if (resource.pendingReplacement) return gone();
  const { urn, type, id, hooks } = resource;
  const subject = { urn, type, ...(id === undefined ? {} : { id }), old: resource };
  await runHooks(context, "beforeDelete", hooks, subject);
  if (alone && !context.preview) await deleteLive(context, resource);
  await gone();
  await runHooks(context, "afterDelete", hooks, subject);
}

async function deleteLive(context: Context, resource: ResourceState): Promise<void> {
  const exists = resource.custom && resource.id !== undefined;
  if (!exists || resource.retainOnDelete || isProviderType(resource.type)) return;
  if (!resource.condemned) await context.ledger.begin({ urn: resource.urn, operation: "deleting" });
  await providerOf(context, resource).delete({
    ...operand(context, resource),
    id: resource.id as string,
    old: resource,
    ...(resource.deleteTimeout === undefined ? {} : { timeout: resource.deleteTimeout }),
  });
}
