import type { LiveIngress } from "../components/cluster/live.ts";
import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import { keyPath } from "../config/paths.ts";
import type { Problem } from "../config/problems.ts";
import type { AppConfig, Stack } from "../config/stack.ts";
import { classify, type Finding } from "../policies/nginx/classify.ts";
import { lostProtections } from "../policies/nginx/lost.ts";
import { nginxPrefix } from "../policies/nginx/table.ts";
import type { Row } from "./gates/gate.ts";

/** A protection of an nginx Ingress that Pomerium does not give the app that takes over from it. */
export interface Loss {
  app: AppConfig;
  /** `namespace/name` of the Ingress. */
  ingress: string;
  annotation: string;
  value: string;
  reason: string;
  /** What takes its place; absent, the stack file has yet to say. */
  answeredBy?: string;
}

/** An app and the nginx Ingresses that it takes over from: those that it names, and whatever else has its host. */
function replaced(app: AppConfig, { ingresses }: Pick<LiveIngressNginx, "ingresses">): LiveIngress[] {
  return ingresses.filter(
    ({ namespace, name, rules }) =>
      (namespace === app.namespace && app.replaces.includes(name)) ||
      rules.some(({ host }) => host === app.host),
  );
}

/** What the apps of a stack lose with their nginx Ingresses. */
export function losses({ apps }: Pick<Stack, "apps">, nginx: Pick<LiveIngressNginx, "ingresses">): Loss[] {
  return apps.flatMap((app) =>
    replaced(app, nginx).flatMap(({ namespace, name, annotations }) =>
      lostProtections(annotations, app).map((loss) => ({
        ...loss,
        app,
        ingress: `${namespace}/${name}`,
        value: annotations[nginxPrefix + loss.annotation] ?? "",
      })),
    ),
  );
}

/**
 * Protections that nobody has said anything about. In every phase: from coexist on, Pomerium serves the app too, and
 * without them.
 */
export function lossProblems({ name }: Pick<Stack, "name">, all: readonly Loss[]): Problem[] {
  return all
    .filter(({ answeredBy }) => answeredBy === undefined)
    .map(({ app, ingress, annotation, reason }) => ({
      at: `${app.at}.accept`,
      message: `Ingress ${ingress} is protected by ${annotation}, which nothing of the app replaces yet: ${reason}; put something in its place, or say why nothing is needed`,
      mend: `pulumi config set --stack ${name} --path '${keyPath(["apps", app.name, "accept", annotation])}' '<why>'`,
    }));
}

/** The same as a row of the readiness table. */
export function protectionsRow(all: readonly Loss[]): Row {
  return {
    name: "protections",
    items: all.map(({ app, annotation, reason, answeredBy }) => ({
      subject: `${app.name} ${annotation}`,
      ok: answeredBy !== undefined,
      note: answeredBy ?? reason,
    })),
  };
}

/** What somebody should look at besides: annotations that work otherwise behind Pomerium, or not at all. */
export function annotationNotes(
  { apps }: Pick<Stack, "apps">,
  nginx: Pick<LiveIngressNginx, "ingresses">,
): string[] {
  const found = apps.flatMap((app) =>
    replaced(app, nginx).flatMap(({ annotations }) =>
      classify(annotations).map((finding) => ({ app: app.name, ...finding })),
    ),
  );
  if (found.length === 0) return [];
  const many = (verdict: Finding["verdict"]): number =>
    found.filter((finding) => finding.verdict === verdict).length;
  // Apps that have the same annotation share its line.
  const lines = new Map<string, string[]>();
  for (const { app, annotation, verdict, says, protects } of found) {
    if (protects || (verdict !== "decide" && verdict !== "lost")) continue;
    const line = `${annotation.replace(nginxPrefix, "")} ${verdict}: ${says}`;
    lines.set(line, [...(lines.get(line) ?? []), app]);
  }
  return [
    `${found.length} annotations of the apps' nginx Ingresses: ${many("equivalent")} with an equivalent, ${many("unnecessary")} unnecessary, ${many("decide")} to decide, ${many("lost")} lost`,
    ...[...lines].map(([line, apps]) => `${apps.join(", ")}: ${line}`),
  ];
}
