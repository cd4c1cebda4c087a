import { setKey } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import type { LiveIngress } from "../cluster/live.ts";
import { objectId } from "../cluster/objects.ts";
import { answerable, type ReadinessRow } from "../cluster/readiness.ts";
import { type LostProtection, lostProtections } from "./annotations/lost.ts";
import type { LiveController } from "./live-controllers.ts";
import { effectiveIngresses } from "./served-of-app.ts";
import type { AppView, StackView } from "./stack-view.ts";

/** A protection of an nginx Ingress that Pomerium does not give the app that takes over. */
export interface LossAtApp extends LostProtection {
  app: AppView;
  /** The Ingress, `namespace/name`. For a setting of the controller, the first Ingress of the app. */
  ingress: string;
  /** The command that accepts the loss. */
  fix: string;
}

/** What a controller serves, and with which settings of its ConfigMap. */
export interface Serving extends Pick<LiveController, "settings"> {
  ingresses: readonly LiveIngress[];
}

/**
 * What the apps of a stack lose: each protection of each nginx Ingress, and each setting of a controller once for an
 * app. The controllers that are kept count as well, because Pomerium serves the app without their protections.
 */
export function losses(
  { name: stack, apps }: Pick<StackView, "name" | "apps">,
  controllers: readonly Serving[],
): LossAtApp[] {
  const knownOf = new Map<string, Set<string>>();
  return apps.flatMap((app) => {
    const { key: written = app.name } = app;
    // The hosts of one app share their answers.
    const known = knownOf.get(written) ?? new Set<string>();
    knownOf.set(written, known);
    return controllers.flatMap((controller) =>
      effectiveIngresses(app, apps, [controller]).flatMap((ingress) =>
        lostProtections(ingress.annotations, app, controller.settings)
          .filter(({ annotation, isSetting }) => {
            // Two controllers may serve the same Ingress.
            const key = isSetting ? annotation : `${objectId(ingress)} ${annotation}`;
            if (known.has(key)) return false;
            known.add(key);
            return true;
          })
          .map((loss) => ({
            ...loss,
            app,
            ingress: objectId(ingress),
            fix: setKey(stack, ["apps", written, "accept", loss.annotation], "<why>"),
          })),
      ),
    );
  });
}

/** Lost protections without an answer. They matter in every phase: from coexist on, Pomerium serves the app as well. */
export function lossProblems(all: readonly LossAtApp[]): Problem[] {
  return all
    .filter(({ answeredBy }) => answeredBy === undefined)
    .map(({ app, ingress, annotation, isSetting, reason, fix }) => ({
      at: `${app.at}.accept`,
      message: `Ingress ${ingress} is protected by ${annotation}${isSetting ? " in the ConfigMap of ingress-nginx" : ""}, and nothing of the app replaces that: ${reason}; put something in its place, or say why nothing is needed`,
      fix,
    }));
}

/** The same as a row of the readiness table. */
export function protectionsRow(all: readonly LossAtApp[]): ReadinessRow {
  return {
    name: "protections",
    items: all.map((loss) => answerable(`${loss.app.name} ${loss.annotation}`, loss)),
  };
}
