/** Prefix of the annotations of ingress-nginx. */
export const nginxPrefix = "nginx.ingress.kubernetes.io/";

/**
 * What becomes of an annotation behind Pomerium:
 * - `equivalent`: a key of the stack file does the same;
 * - `unnecessary`: nothing has to do it;
 * - `decide`: something similar exists and works differently;
 * - `lost`: nothing does it.
 */
export type Outcome = "equivalent" | "unnecessary" | "decide" | "lost";

export interface Judgement {
  outcome: Outcome;
  /** What the annotation does behind Pomerium, and which key to write; one line. */
  says: string;
  /** Whether the annotation restricts who may call, or how much. */
  protects?: boolean;
}

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
  /** The judgement of a special value. It is asked before `off`. */
  byValue?: (value: string) => Judgement | undefined;
}
