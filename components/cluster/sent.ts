import { setImmediate } from "node:timers/promises";

/**
 * Lets the SDK send what the program has registered so far. The SDK sends nothing while the program runs. Without a
 * pause, Pulumi's engine would wait until the program has built its last resource.
 *
 * @returns `registered`, which must not be a promise or an output.
 */
export async function sent<T>(registered: T): Promise<T> {
  await setImmediate();
  return registered;
}
