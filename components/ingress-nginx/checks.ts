import { setKey } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import type { LiveIngress } from "../cluster/live.ts";
import { objectId } from "../cluster/objects.ts";
import type { Row } from "../cluster/readiness.ts";
import { classify, type Finding } from "./annotations/classify.ts";
import { hostsOf } from "./annotations/hosts.ts";
import { nginxPrefix } from "./annotations/judgement.ts";
import { type LostProtection, lostProtections } from "./annotations/lost.ts";
import type { LiveIngressNginx } from "./live.ts";
import type { AppView, StackView } from "./stack-view.ts";

/** A protection of an nginx Ingress that Pomerium does not give the app that takes over from it. */
export interface Loss extends LostProtection {
  app: AppView;
  /** `namespace/name` of the Ingress; of the first of an app, where it is a setting of the controller. */
  ingress: string;
  /** The command that answers for it. */
  mend: string;
}

/** An app and the nginx Ingresses that it takes over from: those that it names, and whatever else has its host. */
function replaced(app: AppView, { ingresses }: Pick<LiveIngressNginx, "ingresses">): LiveIngress[] {
  return ingresses.filter(
    (ingress) =>
      (ingress.namespace === app.namespace && app.replaces.includes(ingress.name)) ||
      hostsOf(ingress).includes(app.host),
  );
}

/** What the apps of a stack lose with their nginx Ingresses, and once for each app with the controller's settings. */
export function losses(
  { name: stack, apps }: Pick<StackView, "name" | "apps">,
  nginx: Pick<LiveIngressNginx, "ingresses" | "settings">,
): Loss[] {
  return apps.flatMap((app) => {
    const settings = new Set<string>();
    return replaced(app, nginx).flatMap((ingress) =>
      lostProtections(ingress.annotations, app, nginx.settings)
        .filter(({ annotation, isSetting }) => !isSetting || !settings.has(annotation))
        .map((loss) => {
          if (loss.isSetting) settings.add(loss.annotation);
          return {
            ...loss,
            app,
            ingress: objectId(ingress),
            mend: setKey(stack, ["apps", app.name, "accept", loss.annotation], "<why>"),
          };
        }),
    );
  });
}

/**
 * Protections that nobody has said anything about. In every phase: from coexist on, Pomerium serves the app too, and
 * without them.
 */
export function lossProblems(all: readonly Loss[]): Problem[] {
  return all
    .filter(({ answeredBy }) => answeredBy === undefined)
    .map(({ app, ingress, annotation, isSetting, reason, mend }) => ({
      at: `${app.at}.accept`,
      message: `Ingress ${ingress} is protected by ${annotation}${isSetting ? " in ingress-nginx' ConfigMap" : ""}, which nothing of the app replaces yet: ${reason}; put something in its place, or say why nothing is needed`,
      mend,
    }));
}

/** The same as a row of the readiness table. */
export function protectionsRow(all: readonly Loss[]): Row {
  return {
    name: "protections",
    items: all.map(({ app, annotation, reason, answeredBy, mend }) => ({
      subject: `${app.name} ${annotation}`,
      ok: answeredBy !== undefined,
      note: answeredBy ?? reason,
      ...(answeredBy === undefined ? { mend } : {}),
    })),
  };
}

/** What somebody should look at besides: annotations that work otherwise behind Pomerium, or not at all. */
export function annotationNotes(
  { apps }: Pick<StackView, "apps">,
  nginx: Pick<LiveIngressNginx, "ingresses">,
): string[] {
  const found = apps.flatMap((app) =>
    replaced(app, nginx).flatMap(({ annotations }) =>
      classify(annotations).map((finding) => ({ app: app.name, ...finding })),
    ),
  );
  if (found.length === 0) return [];
  const many = (outcome: Finding["outcome"]): number =>
    found.filter((finding) => finding.outcome === outcome).length;
  // Apps that have the same annotation share its line.
  const lines = new Map<string, string[]>();
  for (const { app, annotation, outcome, says, protects } of found) {
    if (protects || (outcome !== "decide" && outcome !== "lost")) continue;
    const line = `${annotation.replace(nginxPrefix, "")} ${outcome}: ${says}`;
    lines.set(line, [...(lines.get(line) ?? []), app]);
  }
  return [
    `${found.length} annotations of the apps' nginx Ingresses: ${many("equivalent")} with an equivalent, ${many("unnecessary")} unnecessary, ${many("decide")} to decide, ${many("lost")} lost`,
    ...[...lines].map(([line, apps]) => `${apps.join(", ")}: ${line}`),
  ];
}
