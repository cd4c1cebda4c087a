import { mkdirSync, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { HookBindings } from "./goal.ts";
import type { Properties } from "./values.ts";
import { type Encryption, Vault } from "./vault.ts";

/** One resource as the last step left it. Properties hold secrets only while in memory. */
export interface ResourceState {
  urn: string;
  type: string;
  /** False for components, which only group. */
  custom: boolean;
  id?: string;
  parent?: string;
  inputs: Properties;
  outputs: Properties;
  /** `<urn>::<id>` of an explicit provider; undefined for a package's default one. */
  provider?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  protect: boolean;
  retainOnDelete: boolean;
  deletedWith?: string;
  importId?: string;
  /** Read, not managed: never deleted. */
  external?: true;
  /** Why the resource exists without having become ready; the next run updates it again. */
  initErrors?: string[];
  /** Replaced already; deleted at the end of the run. */
  condemned?: true;
  /** Deleted for a replacement that has not been created yet. */
  pendingReplacement?: true;
  /** Seconds. */
  deleteTimeout?: number;
  hooks?: HookBindings;
}

/** An operation whose end was not recorded yet: after an interruption nobody knows whether it happened. */
export interface PendingOperation {
  urn: string;
  operation: "creating" | "updating" | "deleting";
}

interface StateFile {
  version: 1;
  project: string;
  stack: string;
  encryption: Encryption;
  resources: ResourceState[];
  pending: PendingOperation[];
}

/** What a stack holds, and how it gets to disk. */
export interface Snapshot {
  resources: ResourceState[];
  pending: PendingOperation[];
}

/** The state of one stack in one file, readable by its owner only. */
export class StateStore {
  readonly loaded: Snapshot;
  readonly #file: string;
  readonly #vault: Vault;
  readonly #stack: { project: string; stack: string };
  #writing: Promise<void> | undefined;
  #queued: Promise<void> | undefined;

  private constructor(
    file: string,
    vault: Vault,
    stack: { project: string; stack: string },
    loaded: Snapshot,
  ) {
    this.#file = file;
    this.#vault = vault;
    this.#stack = stack;
    this.loaded = loaded;
  }

  /**
   * Opens the state in `file`; one that does not exist is empty.
   *
   * @throws Error for a state of another stack, a damaged one, or a wrong passphrase.
   */
  static open(file: string, stack: { project: string; stack: string }, passphrase: string): StateStore {
    const text = readIfPresent(file);
    if (text === undefined) {
      return new StateStore(file, Vault.open(passphrase), stack, { resources: [], pending: [] });
    }
    const state = parse(file, text);
    if (state.project !== stack.project || state.stack !== stack.stack) {
      throw new Error(
        `${file} holds ${state.project}/${state.stack}, not ${stack.project}/${stack.stack}; give each stack its own file`,
      );
    }
    const vault = Vault.open(passphrase, state.encryption);
    const resources = state.resources.map((resource) => ({
      ...resource,
      inputs: vault.show(resource.inputs) as Properties,
      outputs: vault.show(resource.outputs) as Properties,
    }));
    return new StateStore(file, vault, stack, { resources, pending: state.pending });
  }

  /**
   * Writes what `snapshot` holds by the time of writing; resolves when that is on disk. Saves that arrive
   * during a write share the next one, so that a wide deployment does not write once per resource.
   */
  save(snapshot: () => Snapshot): Promise<void> {
    this.#queued ??= (this.#writing ?? Promise.resolve()).then(() => {
      this.#queued = undefined;
      this.#writing = this.#write(snapshot());
      return this.#writing;
    });
    return this.#queued;
  }

  async #write({ resources, pending }: Snapshot): Promise<void> {
    const state: StateFile = {
      version: 1,
      ...this.#stack,
      encryption: this.#vault.encryption,
      resources: resources.map((resource) => ({
        ...resource,
        inputs: this.#vault.hide(resource.inputs) as Properties,
        outputs: this.#vault.hide(resource.outputs) as Properties,
      })),
      pending,
    };
    mkdirSync(dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.new`;
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(state, undefined, 1)}\n`);
      // Renamed only once its bytes are on disk: a crash leaves the old state or the new one, never a torn one.
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.#file);
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(file: string, text: string): StateFile {
  let state: StateFile;
  try {
    state = JSON.parse(text) as StateFile;
  } catch (error) {
    throw new Error(
      `${file} is damaged (${(error as Error).message}); restore it or delete it to start anew`,
    );
  }
  if (state.version !== 1 || !Array.isArray(state.resources)) {
    throw new Error(`${file} is no state of this engine; name another file`);
  }
  return state;
}
