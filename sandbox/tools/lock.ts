import { mkdir, open, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a holder says that it is alive, in milliseconds. */
const HEARTBEAT = 2_000;
/** Silence after which a lock counts as left behind by a process that was killed, in milliseconds. */
const STALE = 15_000;

/**
 * Runs `work` while no other process holds the same lock file.
 *
 * The holder touches the file; one that has been silent for 15 s is taken over. Process ids would not do: the cache
 * may be shared with a container, whose ids mean nothing here. A takeover by two at once is possible and must be
 * harmless to `work`.
 *
 * @param onWait called about every half second while somebody else holds the lock
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  while (!(await take(file))) {
    onWait();
    await sleep(500);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await (await open(file, "wx")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const held = await stat(file).catch(() => undefined);
  if (held !== undefined && Date.now() - held.mtimeMs > STALE) await rm(file, { force: true });
  return false;
}
