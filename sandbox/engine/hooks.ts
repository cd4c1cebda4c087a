import messages from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callbacks } from "./callbacks.ts";
import { type Context, messageOf } from "./context.ts";
import type { Callback, HookBindings, HookKind } from "./goal.ts";
import { parseUrn } from "./urn.ts";
import type { Properties } from "./values.ts";
import { toStruct } from "./wire.ts";

/** A function of the program that is asked before, or told after, something is done to a resource. */
export interface Hook {
  /** What resources name it by; the state keeps no more of it. */
  name: string;
  callback: Callback;
  /** Runs in previews, too. */
  onDryRun: boolean;
  /** Its failure is a warning. */
  ignoreErrors: boolean;
}

/** The resource that a hook is about, as far as it is known by then. */
export interface HookSubject {
  urn: string;
  type: string;
  id?: string;
  old?: Known;
  new?: Known;
}

interface Known {
  inputs: Properties;
  outputs?: Properties;
}

/**
 * The hooks that the running program has registered.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export class Hooks {
  readonly #callbacks: Callbacks;
  readonly #hooks = new Map<string, Hook>();

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
  }

  /** @throws Error for a name that is empty or taken. */
  register(hook: Hook): void {
    if (!hook.name) throw new Error("resource hook name cannot be empty");
    if (this.#hooks.has(hook.name)) {
      throw new Error(`resource hook already registered for name "${hook.name}"`);
    }
    this.#hooks.set(hook.name, hook);
  }

  /** @throws Error for a hook that only the state knows. */
  named(name: string): Hook {
    const hook = this.#hooks.get(name);
    if (!hook) throw new Error(`hook "${name}" was not registered`);
    return hook;
  }

  /** @throws Error with what the hook threw. */
  async call(hook: Hook, subject: HookSubject): Promise<void> {
    const request = new messages.ResourceHookRequest();
    request.setUrn(subject.urn);
    request.setId(subject.id ?? "");
    request.setName(parseUrn(subject.urn).name);
    request.setType(subject.type);
    if (subject.new) request.setNewInputs(toStruct(subject.new.inputs));
    if (subject.new?.outputs) request.setNewOutputs(toStruct(subject.new.outputs));
    if (subject.old) request.setOldInputs(toStruct(subject.old.inputs));
    if (subject.old?.outputs) request.setOldOutputs(toStruct(subject.old.outputs));
    const answer = await this.#callbacks.call(hook.callback, request.serializeBinary());
    const error = messages.ResourceHookResponse.deserializeBinary(answer).getError();
    if (error) throw new Error(error);
  }
}

/**
 * Runs the hooks of one kind one after the other, in a preview only those that ask for it.
 *
 * @throws Error for one that fails or is not registered; those behind it do not run.
 */
export async function runHooks(
  { hooks, preview, reporter }: Context,
  kind: HookKind,
  bindings: HookBindings | undefined,
  subject: HookSubject,
): Promise<void> {
  for (const name of bindings?.[kind] ?? []) {
    const hook = hooks.named(name);
    if (preview && !hook.onDryRun) continue;
    try {
      await hooks.call(hook, subject);
    } catch (error) {
      const message = `${kind.startsWith("before") ? "before" : "after"} hook "${name}" failed: ${messageOf(error)}`;
      if (!hook.ignoreErrors) throw new Error(message);
      reporter.log({ severity: "warning", urn: subject.urn, message });
    }
  }
}
