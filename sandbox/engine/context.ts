import type { Callbacks } from "./callbacks.ts";
import type { Step } from "./events.ts";
import type { Hooks } from "./hooks.ts";
import type { Ledger } from "./ledger.ts";
import type { Operand, Provider } from "./providers/provider.ts";
import type { Providers } from "./providers.ts";
import type { Reporter } from "./reporter.ts";
import type { ResourceState } from "./state.ts";
import { parseUrn } from "./urn.ts";

/** What every part of one run works with. */
export interface Context {
  project: string;
  stack: string;
  preview: boolean;
  signal: AbortSignal;
  ledger: Ledger;
  providers: Providers;
  reporter: Reporter;
  callbacks: Callbacks;
  hooks: Hooks;
}

export function operand(context: Context, { urn, type }: { urn: string; type: string }): Operand {
  return {
    urn,
    type,
    name: parseUrn(urn).name,
    preview: context.preview,
    signal: context.signal,
    log: (severity, message) => context.reporter.log({ severity, message, urn }),
  };
}

export function providerOf(context: Context, resource: Pick<ResourceState, "type" | "provider">): Provider {
  return context.providers.of(resource.type, resource.provider, context.ledger);
}

/** What was being done when it failed. */
export class StepError extends Error {
  readonly step: Step;

  constructor(step: Step, cause: unknown) {
    super(messageOf(cause), { cause });
    this.step = step;
  }
}

/**
 * Reports the step around what it does.
 *
 * @throws StepError when that fails; it is the caller who reports it.
 */
export async function inStep<T>(context: Context, step: Step, action: () => Promise<T>): Promise<T> {
  context.reporter.start(step);
  try {
    const result = await action();
    context.reporter.done(step);
    return result;
  } catch (error) {
    throw new StepError(step, error);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
