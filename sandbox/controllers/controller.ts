/**
 * The loop that every stand-in runs: watch collections, and reconcile after each change.
 *
 * As in a real controller, changes that arrive together cause one reconciliation, and a failed one is repeated.
 * Unlike a real controller, it has no work queue (each reconciliation looks at all objects), no leader election and
 * no resync.
 */
import type { Api, KubernetesObject } from "../cluster/api.ts";
import { Informer } from "./informer.ts";

/** A running stand-in. */
export interface Controller {
  /** Resolves after the first reconciliation. */
  ready: Promise<void>;
  /** Stops watching. Resolves when the last write is done. */
  stop(): Promise<void>;
}

/** Receives one line for each failure and each skipped object. */
export type Log = (line: string) => void;

type Collections = Record<string, KubernetesObject>;

/** The live copy of each watched collection, by the collection's name in `watches`. */
export type View<C extends Collections> = { readonly [K in keyof C]: Informer<C[K]> };

export interface ControllerArgs<C extends Collections> {
  name: string;
  api: Api;
  /** Paths of the collections to watch, by name. */
  watches: { [K in keyof C]: string };
  /**
   * Brings the cluster to the state that `view` asks for, and writes only differences. Called after changes, never
   * twice at the same time. When it throws, it is called again a little later.
   */
  reconcile: (view: View<C>) => Promise<void>;
  log?: Log;
}

/** How long changes are collected before one reconciliation handles them all, in milliseconds. */
const GATHER = 20;
/** How long to wait after a failure before the next attempt, in milliseconds. */
const RETRY = 500;

/** Watches collections, and reconciles after each change in any of them. */
export function startController<C extends Collections>(args: ControllerArgs<C>): Controller {
  const { name, api, watches, reconcile, log = () => {} } = args;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  const trigger = (delay = GATHER) => {
    if (stopped) return;
    if (running !== undefined) again = true;
    else timer ??= setTimeout(run, delay);
  };
  const entries = Object.entries<string>(watches).map(
    ([each, path]) => [each, new Informer<KubernetesObject>(api, path, () => trigger())] as const,
  );
  const view = Object.fromEntries(entries) as unknown as View<C>;
  const synced = Promise.all(entries.map(([, informer]) => informer.synced));

  const attempt = async (): Promise<boolean> => {
    try {
      await synced;
      if (!stopped) await reconcile(view);
      return true;
    } catch (error) {
      // Usually an object that has changed or disappeared in the meantime.
      log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  };
  function run() {
    timer = undefined;
    again = false;
    running = attempt().then((succeeded) => {
      running = undefined;
      if (!succeeded) trigger(RETRY);
      else if (again) trigger();
    });
    return running;
  }

  return {
    ready: synced.then(() => run()),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      for (const [, informer] of entries) informer.stop();
      await running;
    },
  };
}
