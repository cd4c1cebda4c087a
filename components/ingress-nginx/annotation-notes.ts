import { classify, type Finding } from "./annotations/classify.ts";
import { nginxPrefix } from "./annotations/judgement.ts";
import { type Serving, takesOver } from "./protections.ts";
import type { StackView } from "./stack-view.ts";

/** Annotations that work differently behind Pomerium, or not at all. Protections have a row of their own. */
export function annotationNotes(
  { apps }: Pick<StackView, "apps">,
  controllers: readonly Pick<Serving, "ingresses">[],
): string[] {
  const ingresses = [...new Set(controllers.flatMap((each) => each.ingresses))];
  const found = apps.flatMap((app) =>
    ingresses
      .filter((ingress) => takesOver(app, ingress))
      .flatMap(({ annotations }) => classify(annotations).map((finding) => ({ app: app.name, ...finding }))),
  );
  if (found.length === 0) return [];
  const count = (outcome: Finding["outcome"]): number =>
    found.filter((finding) => finding.outcome === outcome).length;
  // Apps with the same annotation share a line.
  const lines = new Map<string, string[]>();
  for (const { app, annotation, outcome, says, protects } of found) {
    if (protects || (outcome !== "decide" && outcome !== "lost")) continue;
    const line = `${annotation.replace(nginxPrefix, "")} ${outcome}: ${says}`;
    lines.set(line, [...(lines.get(line) ?? []), app]);
  }
  return [
    `${found.length} annotations of the apps' nginx Ingresses: ${count("equivalent")} with an equivalent, ${count("unnecessary")} unnecessary, ${count("decide")} to decide, ${count("lost")} lost`,
    ...[...lines].map(([line, apps]) => `${apps.join(", ")}: ${line}`),
  ];
}
