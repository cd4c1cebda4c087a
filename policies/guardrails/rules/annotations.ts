import { z } from "zod";
import { nearest } from "../../../stack-file/nearest.ts";
import { isMap } from "../../../stack-file/paths.ts";
import { fromIngress } from "../../access/matrix/ingress.ts";
import { annotationPrefix, annotations } from "../../annotations/annotations.ts";
import { accessAnnotations } from "../../annotations/check.ts";
import { checkAnnotations } from "../../annotations/read.ts";
import { isHidden, isIngress, labelOf, mapAt, textsIn } from "../resource.ts";
import { pomerium, type ResourceRule, type RuleFinding } from "../rule.ts";

const options = z.strictObject({ pomerium });

/** An annotation that no supported release reads any more. */
const gone: Readonly<Record<string, string>> = {
  allowed_groups:
    "name a claim of the identity provider instead: allowed_idp_claims, or claim/groups in a policy",
};

/** Prefixes that people write instead of Pomerium's. */
const mistypedPrefix = /pomerium/i;

const known = [...Object.keys(annotations), ...accessAnnotations];

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** Pomerium takes an Ingress with an unknown annotation out of service, or serves its last version. */
export const annotationNames: ResourceRule<z.output<typeof options>> = {
  name: "annotations",
  description: "Pomerium knows every annotation that is meant for it, and its value.",
  level: "mandatory",
  options,
  check(resource, { pomerium }) {
    if (!isIngress(resource)) return [];
    const { annotations: given } = mapAt(resource.props, "metadata");
    const all = textsIn(mapAt(given));
    const shown = Object.fromEntries(Object.entries(all).filter(([, value]) => !isHidden(value)));
    const finding = (reason: string, fix: string): RuleFinding => ({
      resource: labelOf(resource),
      urn: resource.urn,
      reason,
      fix,
    });
    const findings = notTexts(given).map((reason) =>
      finding(
        reason,
        "write each annotation as a text: in quotes in YAML, with JSON.stringify or as a string in a program",
      ),
    );
    for (const key of Object.keys(all)) {
      const name = nameOf(key);
      if (!key.startsWith(annotationPrefix)) {
        if (mistypedPrefix.test(key) && known.includes(name))
          findings.push(
            finding(`Pomerium does not read the annotation ${key}`, `write ${annotationPrefix}${name}`),
          );
      } else if (Object.hasOwn(gone, name))
        findings.push(finding(`Pomerium refuses ${key}: it is no longer supported`, gone[name]!));
      else if (!known.includes(key.slice(annotationPrefix.length))) findings.push(unknownName(key, finding));
    }
    const routeOnly = Object.fromEntries(
      Object.entries(shown).filter(
        ([key]) =>
          key.startsWith(annotationPrefix) && Object.hasOwn(annotations, key.slice(annotationPrefix.length)),
      ),
    );
    for (const { at, message } of checkAnnotations(routeOnly, pomerium))
      findings.push(
        finding(
          `${annotationPrefix}${at}: ${message.replace("; the stack runs", "; this is")}`,
          "correct the value, or remove the annotation; docs/stack-file.md describes each",
        ),
      );
    return [
      ...findings,
      ...accessProblems(shown).map((problem) =>
        finding(
          `Pomerium cannot read who may pass: ${problem}`,
          "write a flag as true or false, and a list as a YAML list of texts",
        ),
      ),
    ];
  },
};

/** Values that Kubernetes refuses: an annotation is a text. */
function notTexts(given: unknown): string[] {
  if (given === undefined || given === null || isHidden(given)) return [];
  if (!isMap(given)) return ["metadata.annotations is not a map, so no rule can read it"];
  return Object.entries(given)
    .filter(([key, value]) => key.startsWith(annotationPrefix) && typeof value !== "string")
    .map(([key, value]) => `${key} is ${JSON.stringify(value)}, which is not a text, so no rule can read it`);
}

function unknownName(key: string, finding: (reason: string, fix: string) => RuleFinding): RuleFinding {
  const name = key.slice(annotationPrefix.length);
  const meant = nearest(name, known);
  return finding(
    `Pomerium takes the Ingress out of service: it knows no annotation ${key}`,
    meant === undefined ? "remove it" : `write ${annotationPrefix}${meant}`,
  );
}

/** Mistakes in the annotations that decide who may pass. Mistakes in the text of a policy have their own rule. */
function accessProblems(shown: Readonly<Record<string, string>>): string[] {
  const { [`${annotationPrefix}policy`]: _, ...others } = shown;
  const [route] = fromIngress({ namespace: "", name: "", host: "", annotations: others }).routes;
  return route?.authorization.unreadable?.split("\n") ?? [];
}
