import type { Api, KubernetesObject } from "../cluster/api.ts";
import { Informer } from "./informer.ts";

/** A running stand-in. */
export interface Controller {
  /** Resolves when it has looked at everything once. */
  ready: Promise<void>;
  /** Stops watching; resolves when nothing of it writes any more. */
  stop(): Promise<void>;
}

/** Hears about what went wrong or was skipped; one line each. */
export type Log = (line: string) => void;

type Collections = Record<string, KubernetesObject>;

/** The live copies, by the names that the controller gave them. */
export type View<C extends Collections> = { readonly [K in keyof C]: Informer<C[K]> };

export interface ControllerArgs<C extends Collections> {
  name: string;
  api: Api;
  /** Collections to watch: name to path. */
  watches: { [K in keyof C]: string };
  /**
   * Brings the cluster to what `view` asks for, writing only differences. Called after changes, never twice at once;
   * called again a little later when it throws.
   */
  reconcile: (view: View<C>) => Promise<void>;
  log?: Log;
}

/** Changes that arrive together are looked at once, after this many milliseconds. */
const GATHER = 20;
/** How long after a failure the next attempt is made, in milliseconds. */
const RETRY = 500;

/** Watches collections and reconciles after each change of any of them. */
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
      // Typically an object that changed or went away meanwhile.
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
