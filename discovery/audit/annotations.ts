import type { LiveIngress } from "../../components/cluster/live.ts";
import { objectId } from "../../components/cluster/objects.ts";
import { classify } from "../../components/ingress-nginx/annotations/classify.ts";
import { type AnnotationOutcome, nginxPrefix } from "../../components/ingress-nginx/annotations/judgement.ts";
import type { PlannedApp } from "../planned-app.ts";

/** What becomes of an annotation: its outcome, or `protection` if something that restricts callers is lost with it. */
export type AuditVerdict = AnnotationOutcome | "protection";

/** Verdicts in the order in which they matter. */
export const verdicts: readonly AuditVerdict[] = [
  "protection",
  "lost",
  "decide",
  "equivalent",
  "unnecessary",
];

/** An annotation with one verdict, and where it is. Its values are left out, because they may hold secrets. */
export interface AuditedAnnotation {
  /** Without the prefix of ingress-nginx. */
  annotation: string;
  verdict: AuditVerdict;
  says: string;
  /** The Ingresses that have it, `namespace/name`. */
  places: string[];
}

/** All annotations of some Ingresses by verdict. */
export function auditedAnnotations(
  apps: readonly PlannedApp[],
  ingresses: readonly LiveIngress[],
): AuditedAnnotation[] {
  const unanswered = new Set(
    apps.flatMap(({ protections, served }) =>
      protections.flatMap(({ name }) => served.ingresses.map((ingress) => `${objectId(ingress)} ${name}`)),
    ),
  );
  const found = ingresses.flatMap((ingress) =>
    classify(ingress.annotations).map(({ annotation: whole, outcome, says, protects }) => {
      const annotation = whole.replace(nginxPrefix, "");
      const place = objectId(ingress);
      const verdict: AuditVerdict =
        protects && unanswered.has(`${place} ${annotation}`) ? "protection" : outcome;
      return { annotation, verdict, says, place };
    }),
  );
  return [
    ...Map.groupBy(found, ({ annotation, verdict, says }) => `${annotation}\n${verdict}\n${says}`).values(),
  ]
    .map((all) => {
      const { annotation, verdict, says } = all[0]!;
      return { annotation, verdict, says, places: [...new Set(all.map(({ place }) => place))].sort() };
    })
    .sort(
      (one, other) =>
        verdicts.indexOf(one.verdict) - verdicts.indexOf(other.verdict) ||
        other.places.length - one.places.length ||
        (one.annotation < other.annotation ? -1 : 1),
    );
}
