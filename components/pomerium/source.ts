/** Where the releases come from if a stack names no `source`. */
export const upstreamRepository = "https://github.com/pomerium/ingress-controller";

/** Whether a `source` is `https://…`, `ssh://…`, `file://…` or git's `user@host:path`. Anything else is a folder. */
export function isGitUrl(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[\w.-]+:/.test(source);
}
