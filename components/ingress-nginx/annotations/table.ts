import type { Entry } from "./judgement.ts";
import { backend } from "./table/backend.ts";
import { callers } from "./table/callers.ts";
import { limits } from "./table/limits.ts";
import { removed } from "./table/removed.ts";
import { responses } from "./table/responses.ts";
import { traffic } from "./table/traffic.ts";

/**
 * Every annotation of ingress-nginx v1.15.1, and those that earlier releases had.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 * @see https://www.pomerium.com/docs/deploy/k8s/ingress#supported-annotations
 */
export const table: readonly Entry[] = [
  ...callers,
  ...limits,
  ...backend,
  ...traffic,
  ...responses,
  ...removed,
];

const byName: ReadonlyMap<string, Entry> = new Map(
  table.flatMap((entry) => entry.names.map((name) => [name, entry] as const)),
);

/** @param name Annotation without its prefix. */
export function entryOf(name: string): Entry | undefined {
  return byName.get(name);
}

/** Annotations that can protect an app, without their prefix. */
export const protections: readonly string[] = table.flatMap(({ names, protects }) => (protects ? names : []));
