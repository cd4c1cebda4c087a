import { classify } from "./classify.ts";
import { type AppAnswers, nginxPrefix, type Replacement } from "./judgement.ts";
import { settingsInForce } from "./settings.ts";
import { entryOf, protections } from "./table.ts";

/** A protection of an nginx Ingress that Pomerium does not give by itself. */
export interface LostProtection {
  /** Name under the app's `accept`: the annotation without its prefix, or the setting. */
  annotation: string;
  /** Whether it is a setting of the whole controller. */
  isSetting?: true;
  /** What is lost, in one line; never holds a secret. */
  reason: string;
  /** What takes its place, or why nothing has to. Absent while the app has no answer. */
  answeredBy?: string;
}

/** The part of an app that may answer for a lost protection. */
export interface Answers extends AppAnswers {
  /** Annotation without its prefix → why nothing takes its place. */
  accept: Readonly<Record<string, string>>;
}

/**
 * The protections that an app loses with an nginx Ingress, and what answers for each. A protection is named after the
 * annotation that switches it on. The settings of the controller follow.
 *
 * @param annotations All annotations of the Ingress.
 * @param settings Data of the controller's ConfigMap.
 */
export function lostProtections(
  annotations: Readonly<Record<string, string>>,
  app: Answers,
  settings: Readonly<Record<string, string>> = {},
): LostProtection[] {
  const of = (name: string): string => (annotations[nginxPrefix + name] ?? "").trim();
  const own = classify(annotations).flatMap(({ annotation: whole, value, says, protects }) => {
    const annotation = whole.slice(nginxPrefix.length);
    const { needs, replacedBy } = entryOf(annotation) ?? {};
    if (!protects || (needs !== undefined && needs !== annotation)) return [];
    return [lostProtection(annotation, says, replacedBy?.(value, app, of) ?? {}, app)];
  });
  const inherited = settingsInForce(settings, annotations).map(
    ({ name, value, says, replacedBy }): LostProtection => ({
      ...lostProtection(name, says, replacedBy?.(value, app, of) ?? {}, app),
      isSetting: true,
    }),
  );
  return [...own, ...inherited];
}

function lostProtection(
  annotation: string,
  says: string,
  { by, but }: Replacement,
  { accept }: Pick<Answers, "accept">,
): LostProtection {
  const answeredBy = by ?? accepted(annotation, accept);
  return { annotation, reason: `${says}${but ?? ""}`, ...(answeredBy === undefined ? {} : { answeredBy }) };
}

/** The reason under `accept`, for the annotation or for another that depends on it. */
function accepted(annotation: string, accept: Answers["accept"]): string | undefined {
  const kin = [annotation, ...protections.filter((other) => entryOf(other)?.needs === annotation)];
  const name = kin.find((other) => Object.hasOwn(accept, other));
  return name === undefined ? undefined : `accepted: ${accept[name]}`;
}
