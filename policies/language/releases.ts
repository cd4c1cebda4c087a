import type { AnnotationName } from "../annotations/annotations.ts";

/**
 * What a release may bring: annotations of a route, identity providers, fields of Pomerium's settings, and behaviours
 * that others must know.
 */
interface Additions {
  annotations?: readonly AnnotationName[];
  /** New values of annotations that the releases before have. */
  values?: Readonly<Partial<Record<AnnotationName, readonly string[]>>>;
  identityProviders?: readonly string[];
  settings?: readonly string[];
  behaviours?: readonly Behaviour[];
}

/** Features of Pomerium that exist from one release on. */
export type Behaviour =
  /** Limits the memory that one compressed request can take: a security fix. */
  | "decompressionLimit"
  /** Merges slashes in a path before routes and policies see it. */
  | "mergedSlashes"
  /** Answers 400 to `%2F` and `%5C` in a path, and to headers with underscores, unless its settings say otherwise. */
  | "strictRequests"
  /** Has settings for paths with escaped slashes and for headers with underscores. */
  | "requestSettings"
  /** Can keep a copy of the sessions in every pod. */
  | "clusteredStore"
  /** Asks for a cluster role that may change every Secret and certificate. */
  | "wideClusterRole";

/** What a behaviour means to somebody who changes the release. */
const behaviourTexts: Record<Behaviour, string> = {
  decompressionLimit: "limits the memory of a compressed request (a security fix)",
  mergedSlashes: "merges slashes in paths before routes and policies see them",
  strictRequests: "answers 400 to %2F and %5C in paths and to headers with underscores",
  requestSettings: "has settings for escaped slashes and for headers with underscores",
  clusteredStore: "can keep a copy of the sessions in every pod",
  wideClusterRole: "asks for a cluster role that may change every Secret and certificate",
};

interface Release {
  /** Tag of github.com/pomerium/ingress-controller. */
  tag: string;
  /**
   * Commit of the tag: a tag can be moved, a commit cannot. Absent for a release that nobody gets without a decision:
   * the stack file must name its commit.
   */
  commit?: string;
  /** Version of Pomerium in it: a tag of github.com/pomerium/pomerium, or a commit between two tags. */
  core?: string;
  adds?: Additions;
  /** Annotations that the release no longer knows, with their successors if they have one. */
  removes?: Readonly<Partial<Record<AnnotationName, { successor?: AnnotationName }>>>;
}

/** What somebody should know before they run a release; undefined when there is nothing to say. */
export function releaseWarning(release: string): string | undefined {
  if (atLeast(release, newLicence))
    return `since ${newLicence}, upstream's images come under the Pomerium Community Edition License, which only some may use; read its conditions before you use ${release}, or stay on ${newestRelease}`;
  if (behaves(release, "strictRequests") && !behaves(release, "requestSettings"))
    return `${release} refuses paths with escaped slashes and headers with underscores, and has no setting for it; use ${firstWith("behaviours", "requestSettings")}`;
  if (!behaves(release, "decompressionLimit"))
    return `${release} lacks a security fix (a request can exhaust memory when it is decompressed); use ${firstWith("behaviours", "decompressionLimit")} or ${newestRelease}`;
  return undefined;
}
