import { type ApiPath, covers } from "../access/routes.ts";
import { varying } from "./shape.ts";

/** Open paths for some refused requests, before anything is held against them. */
export interface Wanted extends Pick<ApiPath, "path" | "exact"> {
  /** The requests that it would let pass. */
  paths: readonly string[];
}

/** From so many different parts on, a client calls an API and not some of its paths. */
const whole = 4;

interface Node {
  /** Whether a request ends here. */
  isEnd: boolean;
  /** Whether a part follows that differs from request to request, or an empty one. */
  varies: boolean;
  children: Map<string, Node>;
}

/**
 * The open paths that some refused requests need, as narrow as possible: the requests' own paths up to the first part
 * that varies. They merge into the path above where four different parts follow, unless something there may not be
 * opened. The whole host is never among them. Requests with a varying part are left out if the path in front of it may
 * not be opened. Other requests below that path may still be covered.
 *
 * @param paths Shapes of paths, by `shapeOf`.
 * @param mayOpen Whether everything below a path may be opened.
 */
export function wantedPaths(paths: readonly string[], mayOpen: (path: string) => boolean): Wanted[] {
  const root: Node = { isEnd: false, varies: false, children: new Map() };
  for (const path of paths) {
    let node = root;
    for (const segment of path
      .replace(/(?<=.)\/+$/, "")
      .split("/")
      .slice(1)) {
      if (segment === varying) {
        node.varies = true;
        break;
      }
      const next = node.children.get(segment) ?? { isEnd: false, varies: false, children: new Map() };
      node.children.set(segment, next);
      node = next;
    }
    // The path with a slash at its end is another one for Pomerium than the path alone.
    if (path.endsWith("/")) node.varies = true;
    if (!node.varies) node.isEnd = true;
  }
  const found: Pick<ApiPath, "path" | "exact">[] = [];
  const visit = (node: Node, path: string): void => {
    const below = node.children.size + (node.isEnd ? 1 : 0);
    const merges = node.children.size === 0 || ((node.varies || below >= whole) && mayOpen(path));
    if (merges) found.push({ path });
    else {
      if (node.isEnd) found.push({ path, exact: true });
      for (const [segment, child] of node.children) visit(child, `${path}/${segment}`);
    }
  };
  for (const [segment, child] of root.children) if (segment !== "") visit(child, `/${segment}`);
  return found.map((open) => ({ ...open, paths: paths.filter((path) => covers(open, path)) }));
}
