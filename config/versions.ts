/** Releases of pomerium/ingress-controller that this project knows, oldest first. */
export const knownVersions = [
  "v0.31.3",
  "v0.32.0",
  "v0.32.1",
  "v0.32.2",
  "v0.32.3",
  "v0.32.4",
  "v0.32.5",
  "v0.32.6",
  "v0.32.7",
  "v0.32.8",
  "v0.32.9",
  "v0.33.0",
  "v0.33.1",
] as const;

/** Release that a stack gets when its file names none. */
export const defaultVersion = "v0.33.1";

/** Order of two release tags: negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return 0;
}

function numbers(tag: string): number[] {
  return tag.replace(/^v/, "").split(".").map(Number);
}

/** What somebody should know before they run a release; undefined when there is nothing to say. */
export function versionWarning(tag: string): string | undefined {
  if (tag === "v0.33.0")
    return `${tag} refuses paths with escaped slashes and headers with underscores, and has no setting for it; use v0.33.1`;
  if (compareVersions(tag, "v0.32.9") < 0)
    return `${tag} lacks a security fix (a request can exhaust memory when it is decompressed); use v0.32.9 or v0.33.1`;
  return undefined;
}
