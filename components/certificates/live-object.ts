/** What a controller reports about an object. */
export interface Conditions {
  conditions?: { type: string; status: string; message?: string; observedGeneration?: number }[];
}

/**
 * Whether an object is Ready.
 *
 * @param generation Generation that the status must be about. Default: any.
 */
export function isReady(status: Conditions | undefined, generation?: number): boolean {
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  const { status: value, observedGeneration } = condition ?? {};
  return value === "True" && (observedGeneration ?? Number.POSITIVE_INFINITY) >= (generation ?? 0);
}
