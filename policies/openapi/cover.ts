import { isOwnPath } from "../access/own-paths.ts";
import type { ApiPath } from "../access/routes.ts";
import { apiPath } from "../catalogue/config.ts";
import type { Operation } from "./document.ts";
import type { CredentialKind } from "./security.ts";
import { literalOf, mostSegments, type Segments, segmentsOf } from "./segments.ts";

/** A path that can be opened: each known operation there asks for a credential that a program can send. */
export interface OpenPrefix extends Pick<ApiPath, "path" | "exact"> {
  /** The credentials that its operations ask for, in words. */
  credentials: readonly string[];
  /** Number of operations there. */
  operations: number;
}

/** An operation that is not opened, and why. */
export interface Closed {
  method: string;
  path: string;
  /** `blocked`: it asks for a credential, and no safe prefix covers it. */
  kind: Exclude<CredentialKind, "own"> | "blocked";
  why: string;
}

export interface Cover {
  open: readonly OpenPrefix[];
  closed: readonly Closed[];
}

const meanings: Record<Exclude<CredentialKind, "own">, string> = {
  none: "asks for no credential",
  optional: "also answers without a credential",
  cookie: "a cookie is its only credential, so it belongs to the web pages",
  certificate: "asks for a client certificate, which ends at Pomerium",
  unknown: "what it asks for is not known",
};

/**
 * The fewest open paths that cover as many operations with a credential as possible, and no other operation. Among
 * equally few, each is as narrow as possible. Segments are whole: `/api` covers /api and /api/x, and not /apixyz.
 */
export function coverOf(operations: readonly Operation[]): Cover {
  const others = operations.filter(({ credential }) => credential.kind !== "own");
  const closed: Closed[] = others.map(({ method, path, credential: { kind } }) => ({
    method,
    path,
    kind: kind as Exclude<CredentialKind, "own">,
    why: meanings[kind as Exclude<CredentialKind, "own">],
  }));
  const blockers = blockersBelow(others);
  const groups = new Map<string, Operation[]>();
  for (const operation of operations.filter(({ credential }) => credential.kind === "own")) {
    const found = highestSafe(operation.path, blockers);
    if ("why" in found)
      closed.push({ method: operation.method, path: operation.path, kind: "blocked", ...found });
    else {
      const key = JSON.stringify(found);
      groups.set(key, [...(groups.get(key) ?? []), operation]);
    }
  }
  const open = [...groups.values()].map((covered): OpenPrefix => {
    const credentials = new Set(covered.map(({ credential }) => credential.choices.join(" or ")));
    return { ...narrowest(covered), credentials: [...credentials].sort(), operations: covered.length };
  });
  const byPath = (one: { path: string }, other: { path: string }): number =>
    one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
  return { open: open.sort(byPath), closed: closed.sort(byPath) };
}

const rest = Symbol("any number of segments");

/** The closed operations by the paths that their requests may have. */
interface Node {
  /** An operation that ends here, or that may go on with any segments. */
  here?: Operation | undefined;
  [rest]?: Operation | undefined;
  children: Map<string | undefined, Node>;
}

type Blockers = (prefix: Segments) => { below: Operation | undefined; at: Operation | undefined };

/** Finds, for a literal path, an operation that may be at or below it. */
function blockersBelow(others: readonly Operation[]): Blockers {
  const root: Node = { children: new Map() };
  for (const operation of others) {
    const { segments, isOpenEnded } = segmentsOf(operation.path);
    let node = root;
    for (const segment of segments) {
      let next = node.children.get(segment);
      if (next === undefined) {
        next = { children: new Map() };
        node.children.set(segment, next);
      }
      node = next;
    }
    if (isOpenEnded) node[rest] ??= operation;
    else node.here ??= operation;
  }
  const any = (node: Node): Operation | undefined => {
    if (node.here ?? node[rest]) return node.here ?? node[rest];
    for (const child of node.children.values()) {
      const found = any(child);
      if (found) return found;
    }
    return undefined;
  };
  return (prefix) => {
    let nodes = [root];
    let passing: Operation | undefined;
    for (const segment of prefix) {
      passing ??= nodes.find((node) => node[rest])?.[rest];
      nodes = nodes.flatMap((node) =>
        [node.children.get(segment), node.children.get(undefined)].filter((one) => one !== undefined),
      );
    }
    const first = (choose: (node: Node) => Operation | undefined): Operation | undefined => {
      for (const node of nodes) {
        const found = choose(node);
        if (found) return found;
      }
      return undefined;
    };
    return {
      below: passing ?? first(any),
      at: passing ?? first((node) => node.here ?? node[rest]),
    };
  };
}

/** The shortest path that covers an operation and no closed one, or why no path does. */
function highestSafe(path: string, blockers: Blockers): ApiPath | { why: string } {
  const { literal, isWhole } = literalOf(path);
  if (literal === "/")
    return {
      why: isWhole ? "is the whole host" : "begins with a parameter, so only the whole host covers it",
    };
  if (isWhole && isOwnPath(literal)) return { why: "Pomerium answers this path itself on every host" };
  if (literal.split("/").length - 1 > mostSegments) return { why: `has more than ${mostSegments} segments` };
  if (/\/\.{1,2}(?:\/|$)/.test(path)) return { why: "leads out of itself by a . or .. segment" };
  const parsed = apiPath.safeParse(literal);
  if (!parsed.success) return { why: parsed.error.issues[0]?.message ?? "cannot be written in a stack file" };
  const { segments } = segmentsOf(literal);
  for (let length = 1; length <= segments.length; length++)
    if (blockers(segments.slice(0, length)).below === undefined)
      return {
        path: `/${literal
          .split("/")
          .slice(1, length + 1)
          .join("/")}`,
      };
  const { below, at } = blockers(segments);
  if (isWhole && at === undefined) return { path: literal, exact: true };
  const blocker = at ?? below!;
  return { why: `${literal} would also open ${blocker.method} ${blocker.path}` };
}

/** The narrowest path that covers all of some operations. */
function narrowest(covered: readonly Operation[]): Pick<ApiPath, "path" | "exact"> {
  const literals = covered.map(({ path }) => literalOf(path));
  const [first, ...others] = literals.map(({ literal }) =>
    literal
      .replace(/(?<=.)\/+$/, "")
      .split("/")
      .slice(1),
  );
  let length = first!.length;
  for (const parts of others) {
    let same = 0;
    while (same < Math.min(length, parts.length) && parts[same] === first![same]) same++;
    length = same;
  }
  const path = `/${first!.slice(0, length).join("/")}`;
  const isOne = literals.every(({ literal, isWhole }) => isWhole && literal === literals[0]!.literal);
  return isOne ? { path: literals[0]!.literal, exact: true } : { path };
}
