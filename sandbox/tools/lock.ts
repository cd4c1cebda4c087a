import { mkdir, open, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How often the holder of a lock shows that it is alive, in milliseconds. */
const HEARTBEAT = 2_000;
/** How long after its holder's last sign a lock counts as abandoned, in milliseconds. */
const STALE = 15_000;

/**
 * Runs `work` while holding a lock file, so that no other process holds the same lock.
 *
 * The holder touches the file regularly. If it has not done so for 15 s, another process may take the lock. Process
 * ids are no alternative: the cache may be shared with a container, which has other ids. Two processes may take an
 * abandoned lock at the same time, so `work` must tolerate that.
 *
 * @param onWait Called about every half second while another process holds the lock.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  while (!(await takeLock(file))) {
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

async function takeLock(file: string): Promise<boolean> {
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
