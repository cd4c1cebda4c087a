/** A release line of Pomerium's ingress controller: `0.32`. Annotations come and go with these. */
export type ReleaseLine = `${number}.${number}`;

/**
 * Compares the release lines of two versions: negative when `a` is older, 0 when both are of one line.
 *
 * @param a, b `v0.32.9`, `0.32.9` or `0.32`.
 * @throws RangeError when one is not a version.
 */
export function compareReleaseLines(a: string, b: string): number {
  const [x, y] = [releaseLine(a), releaseLine(b)];
  return x.major - y.major || x.minor - y.minor;
}

function releaseLine(version: string): { major: number; minor: number } {
  const match = /^v?(\d+)\.(\d+)(?:\.\d+(?:[-+].*)?)?$/.exec(version);
  if (!match) throw new RangeError(`"${version}" is not a Pomerium version; write it like "v0.33.1"`);
  return { major: Number(match[1]), minor: Number(match[2]) };
}
