import type { PendingOperation, ResourceState, Snapshot, StateStore } from "./state.ts";

/**
 * The resources of a stack while a run goes over them: those that the run has been at, in the order in which
 * they were done, and those of earlier runs that it has not come to (yet). Each change is on disk before the
 * run goes on, unless the run is a preview.
 */
export class Ledger {
  readonly #store: StateStore;
  readonly #persist: boolean;
  readonly #new = new Map<string, ResourceState>();
  #old: ResourceState[];
  #pending: PendingOperation[];

  constructor(store: StateStore, persist: boolean) {
    this.#store = store;
    this.#persist = persist;
    this.#old = [...store.loaded.resources];
    this.#pending = [...store.loaded.pending];
  }

  /** In an order in which everything comes after what it needs. */
  get resources(): ResourceState[] {
    return [...this.#new.values(), ...this.#old];
  }

  /** Left from earlier runs, and not met in this one. */
  get remaining(): readonly ResourceState[] {
    return this.#old;
  }

  get pending(): readonly PendingOperation[] {
    return this.#pending;
  }

  /** The resource of an earlier run under one of `urns`, unless this run has been at it. */
  find(urns: readonly string[]): ResourceState | undefined {
    for (const urn of urns) {
      const found = this.#old.find((resource) => resource.urn === urn && !resource.condemned);
      if (found) return found;
    }
    return undefined;
  }

  /** The resource as this run knows it, or as the last one left it. */
  get(urn: string): ResourceState | undefined {
    return this.#new.get(urn) ?? this.find([urn]);
  }

  isPending(urn: string, operation: PendingOperation["operation"]): boolean {
    return this.#pending.some((each) => each.urn === urn && each.operation === operation);
  }

  /** Notes an operation before it begins, so that an interruption is noticed by the next run. */
  begin(operation: PendingOperation): Promise<void> {
    this.#settle(operation.urn);
    this.#pending.push(operation);
    return this.#save();
  }

  /** The operation failed without leaving anything behind. */
  abandon(urn: string): Promise<void> {
    this.#settle(urn);
    return this.#save();
  }

  /** Takes down what a resource is now, in the place of `old`. */
  record(resource: ResourceState, old?: ResourceState): Promise<void> {
    this.#settle(resource.urn);
    this.#old = this.#old.filter((each) => each !== old);
    this.#new.set(resource.urn, resource);
    return this.#save();
  }

  /** Changes what an earlier run left without taking it from its place: it is not done with yet. */
  amend(old: ResourceState, changes: Partial<ResourceState>): ResourceState {
    const changed = { ...old, ...changes };
    this.#old = this.#old.map((each) => (each === old ? changed : each));
    return changed;
  }

  save(): Promise<void> {
    return this.#save();
  }

  /** A resource is gone. */
  forget(gone: ResourceState): Promise<void> {
    this.#settle(gone.urn);
    this.#old = this.#old.filter((each) => each !== gone);
    if (this.#new.get(gone.urn) === gone) this.#new.delete(gone.urn);
    return this.#save();
  }

  /** Rewrites every resource, such as to drop references to what is gone. */
  rewrite(change: (resource: ResourceState) => ResourceState): Promise<void> {
    this.#old = this.#old.map(change);
    for (const [urn, resource] of this.#new) this.#new.set(urn, change(resource));
    return this.#save();
  }

  #settle(urn: string): void {
    this.#pending = this.#pending.filter((each) => each.urn !== urn);
  }

  async #save(): Promise<void> {
    if (this.#persist)
      await this.#store.save((): Snapshot => ({ resources: this.resources, pending: this.#pending }));
  }
}
