/** Upstream's releases that this program knows. */

/** Commit of every supported tag of github.com/pomerium/ingress-controller. A tag can be moved, a commit can't. */
export const pinnedCommits: Readonly<Record<string, string>> = {
  "v0.31.3": "14de0a0e8877ad870af94452ab081b1321f130df",
  "v0.32.0": "d9e3e0670ad1d9bd7a50dcad3ba9d2a1c6b0e9d4",
  "v0.32.1": "b6ed91ac3d84c160da347cbc9b1d5af893de37e0",
  "v0.32.2": "5ae8ad9c1bd95d4bb2833fe5505834f6809f8c5d",
  "v0.32.3": "316d7b0549c7c28909db99f97f200ff874c1cece",
  "v0.32.4": "ab439e68b563667c29dafd6b95b521ec8a6e9bce",
  "v0.32.5": "cba8cef27ad9d659b696e9817d82c01e41355c9c",
  "v0.32.6": "b3f6aded1d28fa4d34c2653fa2f636f1eb57ecf7",
  "v0.32.7": "05e34a15bd275d3bae6da1f9416b60c07db5a7b8",
  "v0.32.8": "047691698e9363313a203082ac823347065a68e2",
  "v0.32.9": "07500560f55a9e968e4fbb45fcf7f1feac320d2b",
  "v0.33.0": "f9043f26e2e67ce4c1fdb8b504a291d2b7a9c48d",
  "v0.33.1": "4982fa7b95ff7470066384667d330889dc1047a6",
};

/** First release whose settings, annotations and manifests this program was written for. */
export const oldestVersion = "v0.31.3";
/** Newest release that it was tested with. */
export const newestVersion = "v0.33.1";

type Numbers = readonly [major: number, minor: number, patch: number];

function numbers(version: string): Numbers | undefined {
  const match = /^v(\d+)\.(\d+)\.(\d+)$/.exec(version);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Whether `version` has the form of a release tag: `v0.33.1`. */
export function isReleaseTag(version: string): boolean {
  return numbers(version) !== undefined;
}

/**
 * Whether `version` is `minimum` or a later release.
 *
 * @throws RangeError when either is no release tag.
 */
export function atLeast(version: string, minimum: string): boolean {
  const have = numbers(version);
  const want = numbers(minimum);
  if (!have || !want)
    throw new RangeError(`${have ? minimum : version} is no release tag like ${newestVersion}`);
  for (const [index, number] of want.entries()) {
    if (have[index] !== number) return (have[index] ?? 0) > number;
  }
  return true;
}
