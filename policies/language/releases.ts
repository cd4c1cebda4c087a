/** Releases of Pomerium's ingress controller: those that this project knows, and what to know of each. */

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
export const oldestRelease = "v0.31.3";

/** Newest release that it was tested with, and the one that a stack gets when its file names none. */
export const newestRelease = "v0.33.1";

const tag = /^v\d+\.\d+\.\d+$/;

/** Whether `text` has the form of a release tag: `v0.33.1`. */
export function isReleaseTag(text: string): boolean {
  return tag.test(text);
}

/**
 * Order of two releases: negative when `a` is the older one.
 *
 * @throws RangeError when either is no release tag.
 */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => {
    if (!isReleaseTag(text)) throw new RangeError(`${text} is no release tag like ${newestRelease}`);
    return text.slice(1).split(".").map(Number);
  });
  const place = left!.findIndex((number, i) => number !== right![i]);
  return place < 0 ? 0 : left![place]! - right![place]!;
}

/** Whether `release` is `minimum` or a later one. */
export function atLeast(release: string, minimum: string): boolean {
  return compareReleases(release, minimum) >= 0;
}

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

/** What somebody should know before they run a release; undefined when there is nothing to say. */
export function releaseWarning(release: string): string | undefined {
  if (release === "v0.33.0")
    return `${release} refuses paths with escaped slashes and headers with underscores, and has no setting for it; use v0.33.1`;
  if (!atLeast(release, "v0.32.9"))
    return `${release} lacks a security fix (a request can exhaust memory when it is decompressed); use v0.32.9 or v0.33.1`;
  return undefined;
}
