import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";

/**
 * Upstream's manifests as recorded digests: a test can compare our objects with upstream's without a copy of upstream's
 * files. `record-upstream.ts` writes the recordings.
 */
export const recordings = {
  pomerium: {
    file: new URL("../unit/sandbox/upstream-pomerium.json", import.meta.url),
    source: "https://github.com/pomerium/ingress-controller/tree/v0.33.1/config/default",
    comparable: withoutExplanations,
  },
  "ingress-nginx": {
    file: new URL("../sandbox/upstream-ingress-nginx.json", import.meta.url),
    source:
      "https://github.com/kubernetes/ingress-nginx/blob/controller-v1.15.1/deploy/static/provider/baremetal/deploy.yaml",
    comparable: effect,
  },
};

/** The digests that are recorded of one upstream's objects. */
export function recorded(name: keyof typeof recordings): Record<string, string> {
  return JSON.parse(readFileSync(recordings[name].file, "utf8")).objects;
}

/** Kind, namespace and name of each object → digest of its comparable form. */
export function digests(
  objects: readonly KubernetesObject[],
  comparable: (object: KubernetesObject) => unknown,
): Record<string, string> {
  return Object.fromEntries(
    objects
      .map((object): [string, string] => {
        const { kind, metadata } = object;
        const digest = createHash("sha256")
          .update(JSON.stringify(comparable(object)))
          .digest("hex");
        return [[kind, metadata.namespace, metadata.name].filter(Boolean).join(" "), digest];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A value without the descriptions and annotations, and with sorted keys and lists. */
function withoutExplanations(value: unknown, inProperties: unknown = false): unknown {
  if (Array.isArray(value))
    return value
      .map((item) => withoutExplanations(item))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => inProperties === true || (key !== "description" && key !== "annotations"))
    .map(([key, item]) => [key, withoutExplanations(item, key === "properties")] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The fields of an object that decide its effect: without the version, the images' registry, and empty values. */
function effect(object: KubernetesObject): unknown {
  const text = JSON.stringify(object, (key, value) => {
    if (value === null || key === "app.kubernetes.io/version" || key === "ttlSecondsAfterFinished")
      return undefined;
    if (key === "image")
      return String(value)
        .replace(/^[^/]+\//, "")
        .replace(/:.*/, "");
    if (typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return JSON.parse(text);
}
