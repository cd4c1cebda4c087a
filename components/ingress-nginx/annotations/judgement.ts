import type { Access } from "../../../policies/access/routes.ts";
import type { Route } from "../../../policies/annotations/annotations.ts";

/** Prefix of the annotations of ingress-nginx. */
export const nginxPrefix = "nginx.ingress.kubernetes.io/";

/**
 * What becomes of an annotation behind Pomerium:
 * - `equivalent`: a key of the stack file does the same;
 * - `unnecessary`: nothing has to do it;
 * - `decide`: something similar exists and works differently;
 * - `lost`: nothing does it.
 */
export type AnnotationOutcome = "equivalent" | "unnecessary" | "decide" | "lost";

/** What the comparison with an app needs to know beside the route and the annotations. */
export interface Surroundings {
  /** Paths of the Ingress. */
  paths: readonly string[];
  /** Whether a host needs nothing any more: an app has it, or it is abandoned. */
  isSettled: (host: string) => boolean;
  /** Annotations of the app's own Ingress for other tools. */
  annotations: Readonly<Record<string, string>>;
  /** Data of a ConfigMap, `namespace/name`; undefined if it was not read. */
  configMap: (id: string) => Readonly<Record<string, string>> | undefined;
}

export interface Judgement {
  outcome: AnnotationOutcome;
  /** What becomes of the annotation behind Pomerium, and which key to write; one line. */
  says: string;
  /** Whether the annotation restricts who may call, or how much. */
  protects?: boolean;
  /**
   * What the app's route lacks to do the same, as keys of `route`: `secure_upstream: true`. Undefined when it lacks
   * nothing. Every equivalent has it.
   *
   * @param value Value of the annotation.
   * @param of Values of the other annotations of the Ingress, without their prefix. An absent one is empty.
   */
  lacks?: (
    route: Route,
    value: string,
    of: (name: string) => string,
    around: Surroundings,
  ) => string | undefined;
  /** The part of the stack file that lacks it. Default: the app's `route`. */
  section?: "apps" | "annotations";
}

/** What takes the place of a protection (`by`), or the end of the sentence that says why nothing does (`but`). */
export interface Replacement {
  by?: string;
  but?: string;
}

/** The part of an app that may replace a protection. */
export interface AppAnswers {
  access: Access;
  route: Route;
  /** Paths that may have their own access or route settings. Default: none. */
  paths?: readonly { path: string; access?: Access; route?: Route }[];
}

/**
 * What of an app takes the place of a protection.
 *
 * @param value Value of the annotation or setting.
 * @param of Values of the annotations of the Ingress, without their prefix. An absent one is empty.
 */
export type ReplacedBy = (value: string, app: AppAnswers, of: (name: string) => string) => Replacement;

/** Annotations with the same outcome. */
export interface Entry extends Judgement {
  /** Names without the prefix. */
  names: readonly string[];
  /** The annotation that the others of the entry depend on. It may be one of `names`. */
  needs?: string;
  /** Values that switch the annotation off, besides `false` and the empty text. */
  off?: RegExp;
  /** Another annotation, and its values, that switch all of these off. */
  offBy?: { name: string; value: RegExp };
  /** For a protection: what of the app takes its place. Absent when nothing can. */
  replacedBy?: ReplacedBy;
  /** The judgement of a special value. It is asked before `off`. */
  byValue?: (value: string) => Judgement | undefined;
}

/** Value of a header, whatever the spelling of its name is; undefined without it. */
export function headerOf(
  headers: Readonly<Record<string, string>> | undefined,
  name: string,
): string | undefined {
  return Object.entries(headers ?? {}).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

/** A text without the name and password of the URLs in it. The host and the path of each URL stay. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^\s"'<>,]*@/g, "//");
}
