import { setTimeout as sleep } from "node:timers/promises";

/** How long a slow machine may take for one step, in milliseconds. */
export const PATIENCE = 120_000;

/** Whether `condition` became true in time. An error that it throws counts as "not yet". */
export async function waitFor(condition: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
    if (await condition().catch(() => false)) return true;
  }
  return false;
}
