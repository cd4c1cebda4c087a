import { type AnnotationFinding, classify } from "./annotations/classify.ts";
import { nginxPrefix } from "./annotations/judgement.ts";
import type { LiveController } from "./live-controllers.ts";
import { effectiveIngresses, pathsOfIngress } from "./served-of-app.ts";
import type { StackView } from "./stack-view.ts";

/**
 * Annotations that need a decision in the stack file, and those that work differently behind Pomerium or not at all.
 * Protections are in a separate row.
 */
export function annotationNotes(
  { apps, ingressNginx }: Pick<StackView, "apps" | "ingressNginx">,
  controllers: readonly Pick<LiveController, "ingresses" | "headers">[],
): string[] {
  const isSettled = (host: string): boolean =>
    apps.some((app) => app.host === host) || Object.hasOwn(ingressNginx?.abandon ?? {}, host);
  const configMap = (id: string) =>
    controllers.find(({ headers }) => Object.hasOwn(headers, id))?.headers[id];
  const found = apps.flatMap((app) =>
    effectiveIngresses(app, apps, controllers).flatMap((ingress) => {
      const { annotations = {} } = app.metadata ?? {};
      const around = { paths: pathsOfIngress(ingress), isSettled, annotations, configMap };
      return classify(ingress.annotations).map((finding) => ({ app, around, ...finding }));
    }),
  );
  if (found.length === 0) return [];
  const count = (outcome: AnnotationFinding["outcome"]): number =>
    found.filter((finding) => finding.outcome === outcome).length;
  const notes = found.flatMap(({ app, around, annotation, outcome, says, protects, lacks, section }) => {
    const missing = lacks(app.route, around);
    const name = annotation.replace(nginxPrefix, "");
    if (missing !== undefined) return [{ app: app.name, name, text: `: add to ${section}: ${missing}` }];
    return protects || (outcome !== "decide" && outcome !== "lost")
      ? []
      : [{ app: app.name, name, text: ` ${outcome}: ${says}` }];
  });
  return [
    `${found.length} annotations of the apps' nginx Ingresses: ${count("equivalent")} with an equivalent, ${count("unnecessary")} unnecessary, ${count("decide")} to decide, ${count("lost")} lost`,
    ...lines(notes),
  ];
}

/** One line for each text and its annotations. Apps with the same ones share it. */
function lines(notes: readonly { app: string; name: string; text: string }[]): string[] {
  const ofApps = Map.groupBy(notes, ({ app, text }) => `${app}\n${text}`);
  const named = [...ofApps.values()].map((group) => ({
    app: group[0]!.app,
    line: `${[...new Set(group.map(({ name }) => name))].join(", ")}${group[0]!.text}`,
  }));
  return [...Map.groupBy(named, ({ line }) => line)].map(
    ([line, group]) => `${group.map(({ app }) => app).join(", ")}: ${line}`,
  );
}
