import { formerUrns } from "./aliases.ts";
import { type Context, inStep, messageOf, operand, providerOf, StepError } from "./context.ts";
import { applyCustom, desiredState } from "./custom.ts";
import { deleteAll, mayDelete } from "./deletion.ts";
import type { Step } from "./events.ts";
import { Gate } from "./gate.ts";
import { type Callback, type Goal, noOptions } from "./goal.ts";
import { type Hook, type HookSubject, runHooks } from "./hooks.ts";
import type { ResourceState } from "./state.ts";
import type { Teardown } from "./teardown.ts";
import { Transforms } from "./transforms.ts";
import { makeUrn, packageOf, STACK_TYPE } from "./urn.ts";
import { equal, hasUnknown, type Properties } from "./values.ts";

/** Operations of providers that run at once. */
const WIDTH = 32;

/** The run is ending: nothing more is registered. */
export class StoppedError extends Error {
  constructor() {
    super("the run is ending");
  }
}

/** Brings a stack to what its program registers, one resource at a time as the program comes to it. */
export class Deployment {
  readonly #context: Context;
  readonly #teardown: Teardown | undefined;
  readonly #transforms: Transforms;
  readonly #gate = new Gate(WIDTH);
  readonly #goals = new Map<string, Goal>();
  /** The URN that a resource of this run had before, where an alias found it. */
  readonly #former = new Map<string, string>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #afterComponents = new Map<string, (outputs: Properties) => Promise<void>>();
  readonly #programDone = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();
  #waiting = false;
  #stopped = false;
  /** The stack's own URN, once the program has registered it. */
  rootUrn = "";
  /** What the program exports. */
  outputs: Properties = {};

  /** @param teardown when the stack is destroyed, and the program runs for its hooks only. */
  constructor(context: Context, teardown?: Teardown) {
    this.#context = context;
    this.#teardown = teardown;
    this.#transforms = new Transforms(context.callbacks);
    context.signal.addEventListener("abort", () => this.stop(), { once: true });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Lets what has begun come to its end, and begins nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Whether the program has nothing more to register, and waits for {@link release} to answer hooks until then. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Resolves when the program has registered all that it has. */
  get programDone(): Promise<void> {
    return this.#programDone.promise;
  }

  /** The program has registered all that it has. Resolves when it may end. */
  waitForRelease(): Promise<void> {
    this.#waiting = true;
    this.#programDone.resolve();
    return this.#released.promise;
  }

  /** Lets the program end. */
  release(): void {
    this.#waiting = false;
    this.#released.resolve();
  }

  registerHook(hook: Hook): void {
    this.#context.hooks.register(hook);
  }

  /** Whether the program goes on without the resource, as it does where nothing may be created. */
  isUnknown(urn: string): boolean {
    return this.#teardown?.isSkipped(urn) ?? false;
  }

  transformAll(callback: Callback): void {
    this.#transforms.addToStack(callback);
  }

  /**
   * @throws StoppedError when the run ends before the resource is what it should be; why is in the report.
   */
  register(request: Goal): Promise<ResourceState> {
    return this.#track(this.#register(request));
  }

  /** Resolves when nothing is under way any more, whether or not the program still waits for it. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #track<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #register(request: Goal): Promise<ResourceState> {
    const { reporter } = this.#context;
    if (this.#stopped) throw new StoppedError();
    const urn = this.urnOf(request);
    try {
      const goal = await this.#transform(this.#inherit(request));
      if (this.#goals.has(urn))
        throw new Error(`duplicate resource ${urn}; give each of a type its own name`);
      this.#goals.set(urn, goal);
      this.#transforms.remember(urn, goal);
      reporter.protect(goal.inputs);
      const old = this.#findOld(urn, goal);
      const state =
        (await this.#teardown?.register(this.#context, urn, goal, old)) ??
        (await this.#apply(urn, goal, old));
      if (this.#stopped) throw new StoppedError();
      return state;
    } catch (error) {
      if (error instanceof StoppedError) throw error;
      const begun = { urn, type: request.type, operation: this.get(urn) ? "update" : "create" } as const;
      reporter.fail(error instanceof StepError ? error.step : begun, messageOf(error));
      this.stop();
      throw new StoppedError();
    }
  }

  /** Once the run is ending the program is, too, and with it its transforms: no failure of theirs. */
  async #transform(goal: Goal): Promise<Goal> {
    try {
      return await this.#transforms.apply(goal);
    } catch (error) {
      throw this.#stopped ? new StoppedError() : error;
    }
  }

  #apply(urn: string, goal: Goal, old: ResourceState | undefined): Promise<ResourceState> {
    if (!goal.custom) return this.#component(urn, goal, old);
    return this.#gate.run(() => this.#unlessStopped(() => applyCustom(this.#context, urn, goal, old)));
  }

  async #unlessStopped<T>(action: () => Promise<T>): Promise<T> {
    if (this.#stopped) throw new StoppedError();
    return action();
  }

  /** What a resource does not say for itself it has from its parent. */
  #inherit(goal: Goal): Goal {
    const parent = goal.parent === undefined ? undefined : this.#goals.get(goal.parent);
    const { options } = goal;
    const providers = goal.custom
      ? options.providers
      : { ...parent?.options.providers, ...options.providers };
    const name = packageOf(goal.type);
    const inherited =
      providers[name] ??
      parent?.options.providers[name] ??
      (parent && packageOf(parent.type) === name ? parent.options.provider : "");
    const protect = options.protect ?? parent?.options.protect;
    const retainOnDelete = options.retainOnDelete ?? parent?.options.retainOnDelete;
    return {
      ...goal,
      options: {
        ...options,
        providers,
        provider: goal.custom || goal.remote ? options.provider || inherited : options.provider,
        deletedWith: options.deletedWith || (parent?.options.deletedWith ?? ""),
        ...(protect === undefined ? {} : { protect }),
        ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
      },
    };
  }

  #findOld(urn: string, goal: Goal): ResourceState | undefined {
    const { project, stack, ledger } = this.#context;
    const named = { project, stack, type: goal.type, name: goal.name, aliases: goal.options.aliases };
    const former = formerUrns({ ...named, ...(goal.parent ? { parent: goal.parent } : {}) }, this.#former);
    const old = ledger.find([urn, ...former]);
    if (old && old.urn !== urn) this.#former.set(urn, old.urn);
    return old;
  }

  async #component(urn: string, goal: Goal, old: ResourceState | undefined): Promise<ResourceState> {
    const { ledger } = this.#context;
    const same = old !== undefined && equal(old.inputs, goal.inputs);
    const step: Step = { urn, type: goal.type, operation: old ? (same ? "same" : "update") : "create" };
    const [before, after] = old
      ? (["beforeUpdate", "afterUpdate"] as const)
      : (["beforeCreate", "afterCreate"] as const);
    const subject: HookSubject = { urn, type: goal.type, ...(old ? { old } : {}) };
    const { hooks } = goal.options;
    const state = await inStep(this.#context, step, async () => {
      if (!same) await runHooks(this.#context, before, hooks, { ...subject, new: { inputs: goal.inputs } });
      const state = { ...desiredState(urn, goal), inputs: goal.inputs, outputs: old?.outputs ?? {} };
      await ledger.record(state, old);
      return state;
    });
    if (!same && hooks[after]) {
      this.#afterComponents.set(urn, (outputs) =>
        runHooks(this.#context, after, hooks, { ...subject, new: { inputs: goal.inputs, outputs } }),
      );
    }
    if (!goal.remote) return state;
    try {
      const constructed = { ...state, outputs: await this.#construct(urn, goal) };
      await ledger.record(constructed);
      return constructed;
    } catch (error) {
      throw error instanceof StoppedError ? error : new StepError(step, error);
    }
  }

  async #construct(urn: string, goal: Goal): Promise<Properties> {
    const provider = providerOf(this.#context, { type: goal.type, provider: goal.options.provider });
    const target = operand(this.#context, { urn, type: goal.type });
    if (hasUnknown(goal.inputs)) {
      target.log("warning", "its inputs are not known yet, so this preview does not show what is below it");
      return {};
    }
    return provider.construct({
      ...target,
      inputs: goal.inputs,
      register: async (child) => {
        const state = await this.register({
          type: child.type,
          name: child.name,
          custom: true,
          remote: false,
          parent: urn,
          inputs: child.inputs,
          options: { ...noOptions(), dependsOn: child.dependencies },
          propertyDependencies: {},
          transforms: [],
        });
        return { urn: state.urn, ...(state.id === undefined ? {} : { id: state.id }) };
      },
    });
  }

  /** Takes down what a component shows of itself, and what the program exports. */
  async registerOutputs(urn: string, outputs: Properties): Promise<void> {
    const { ledger, reporter } = this.#context;
    if (this.isUnknown(urn)) return;
    const state = ledger.get(urn);
    if (!state) throw new Error(`outputs for ${urn}, which the program has not registered`);
    reporter.protect(outputs);
    if (state.type === STACK_TYPE) this.outputs = outputs;
    await ledger.record({ ...state, outputs });
    try {
      await this.#afterComponents.get(urn)?.(outputs);
    } catch (error) {
      reporter.failRun({ urn, message: messageOf(error) });
      this.stop();
    }
  }

  /** Reads what something else manages. */
  async read(goal: Goal, id: string): Promise<ResourceState> {
    const { ledger, reporter } = this.#context;
    if (this.#stopped) throw new StoppedError();
    const urn = this.urnOf(goal);
    const step: Step = { urn, type: goal.type, operation: "read" };
    const desired = desiredState(urn, this.#inherit(goal));
    try {
      return await inStep(this.#context, step, async () => {
        const target = operand(this.#context, desired);
        const found = await providerOf(this.#context, desired).read({ ...target, id, inputs: goal.inputs });
        if (!found) throw new Error(`resource '${id}' does not exist`);
        const state = {
          ...desired,
          id,
          inputs: goal.inputs,
          outputs: found.outputs,
          external: true as const,
        };
        reporter.protect(state.outputs);
        await ledger.record(state, ledger.find([urn]));
        return state;
      });
    } catch (error) {
      reporter.fail(step, messageOf(error));
      this.stop();
      throw new StoppedError();
    }
  }

  /** Calls a function of a package. */
  async invoke(token: string, inputs: Properties, reference: string): Promise<Properties> {
    const { providers, ledger } = this.#context;
    const provider = providers.of(token, reference || undefined, ledger);
    if (!provider.invoke)
      throw new Error(`the stand-in engine has no function ${token}; use the Pulumi CLI for it`);
    return provider.invoke(token, inputs);
  }

  urnOf({ parent, type, name }: Pick<Goal, "parent" | "type" | "name">): string {
    return makeUrn(this.#context.stack, this.#context.project, parent, type, name);
  }

  get(urn: string): ResourceState | undefined {
    return this.#context.ledger.get(urn);
  }

  /** Once the program has registered all that it has: deletes what it no longer registers. */
  async deleteRemaining(): Promise<void> {
    const { ledger } = this.#context;
    const condemned = new Set(ledger.remaining);
    if (mayDelete(this.#context, condemned)) await deleteAll(this.#context, condemned);
  }
}
