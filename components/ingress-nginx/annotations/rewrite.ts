import type { Route } from "../../../policies/annotations/annotations.ts";

/**
 * What a route lacks to rewrite paths as `rewrite-target` does.
 *
 * @param target Value of the annotation. `$2` is the second group of the path.
 * @param paths Paths of the Ingress.
 */
export function lacksRewrite(route: Route, target: string, paths: readonly string[]): string | undefined {
  const { prefix_rewrite, regex_rewrite_pattern, regex_rewrite_substitution } = route;
  const isConstant = !target.includes("$");
  // ingress-nginx does not rewrite a path that is the target itself.
  if (isConstant && paths.length > 0 && paths.every((path) => path === target)) return undefined;
  const isRewritten =
    regex_rewrite_pattern === undefined
      ? prefix_rewrite !== undefined && prefix_rewrite === prefixOf(target)
      : withoutGroups(regex_rewrite_substitution ?? "") === withoutGroups(target);
  if (isRewritten) return undefined;
  if (isConstant) return `prefix_rewrite: ${target}`;
  const substitution = target.replace(group, "\\$1");
  const [path, ...others] = paths;
  const pattern = path === undefined || others.length > 0 ? " for the paths" : `: ^${path}`;
  return `regex_rewrite_pattern${pattern}, regex_rewrite_substitution: ${substitution}`;
}

/** A group in nginx's spelling, or in Pomerium's. */
const group = /[$\\](\d)/g;

/** Another pattern may number its groups in another way. */
const withoutGroups = (text: string): string => text.replace(group, "\\");

/** The prefix that does the same, where the target ends with its only group; undefined otherwise. */
function prefixOf(target: string): string | undefined {
  const prefix = target.replace(/[$]\d$/, "");
  return prefix.includes("$") ? undefined : prefix;
}
