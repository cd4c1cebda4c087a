import type { Route } from "../../../policies/annotations/annotations.ts";
import { isSwitchedOff } from "./booleans.ts";
import {
  type AnnotationOutcome,
  type Judgement,
  nginxPrefix,
  type Surroundings,
  withoutCredentials,
} from "./judgement.ts";
import { entryOf } from "./table.ts";

/** The meaning of one annotation behind Pomerium. */
export interface AnnotationFinding {
  /** Name with its prefix. */
  annotation: string;
  value: string;
  outcome: AnnotationOutcome;
  /** What becomes of it, and which key to write; one line, without the value. */
  says: string;
  /** Whether it restricts who may call, or how much: it is switched on, and has everything that it needs. */
  protects: boolean;
  /** The settings that the app lacks to do the same. Their values contain no credentials of a URL. */
  lacks: (route: Route, around?: Surroundings) => string | undefined;
  /** The part of the stack file that lacks it. */
  section: "route" | "apps" | "annotations";
}

const nothingAround: Surroundings = {
  paths: [],
  isSettled: () => false,
  annotations: {},
  configMap: () => undefined,
};

/**
 * What becomes of an nginx Ingress's annotations behind Pomerium: those of ingress-nginx, those of cert-manager, and those
 * that other controllers read. Notes of tools such as kubectl and Helm are left out.
 *
 * @param annotations All annotations of the Ingress.
 */
export function classify(annotations: Readonly<Record<string, string>>): AnnotationFinding[] {
  const of = (name: string): string => (annotations[nginxPrefix + name] ?? "").trim();
  return Object.entries(annotations).flatMap(([annotation, whole]) => {
    const value = whole.trim();
    const judgement = annotation.startsWith(nginxPrefix)
      ? judgementOf(annotation.slice(nginxPrefix.length), value, of)
      : judgeForeign(annotation);
    if (judgement === undefined) return [];
    const { outcome, says, protects = false, lacks, section = "route" } = judgement;
    return [
      {
        annotation,
        value: whole,
        outcome,
        says,
        protects,
        lacks: (route, around = nothingAround) => {
          const lack = outcome === "equivalent" ? lacks?.(route, value, of, around) : undefined;
          return lack === undefined ? undefined : withoutCredentials(lack);
        },
        section,
      },
    ];
  });
}

function judgementOf(name: string, value: string, of: (name: string) => string): Judgement {
  const entry = entryOf(name);
  if (entry === undefined)
    return { outcome: "decide", says: "not known here; see whether it restricts anybody" };
  const { needs, offBy } = entry;
  if (needs !== undefined && needs !== name && isOff(needs, of(needs)))
    return { outcome: "unnecessary", says: `does nothing without ${needs}` };
  if (offBy?.value.test(of(offBy.name)))
    return { outcome: "unnecessary", says: `does nothing with ${offBy.name} ${of(offBy.name)}` };
  const special = entry.byValue?.(value);
  if (special !== undefined) return special;
  if (isOff(name, value)) return { outcome: "unnecessary", says: "switched off" };
  return entry;
}

function isOff(name: string, value: string): boolean {
  return isSwitchedOff(name, value) || (entryOf(name)?.off?.test(value) ?? false);
}

/** Prefixes of annotations that tools write for themselves. Nothing is lost with them. */
const bookkeeping =
  /^(checksum|kapp\.k14s\.io|(meta\.)?helm\.sh|argocd\.argoproj\.io|pulumi\.com|((app|config|internal\.config|kubectl)\.)?kubernetes\.io|(config\.)?k8s\.io|skaffold\.dev|(.*\.)?(cattle\.io|fluxcd\.io|lens\.app))$/;

function judgeForeign(annotation: string): Judgement | undefined {
  const [prefix = "", name] = annotation.split("/", 2);
  if (annotation === "nginx.org/websocket-services")
    return {
      outcome: "equivalent",
      says: "`route.allow_websockets`, if the app has WebSockets; ingress-nginx does not read this annotation",
      lacks: ({ allow_websockets }) =>
        allow_websockets === undefined ? "allow_websockets: true, if the app has WebSockets" : undefined,
    };
  if (/^(ingress\.kubernetes\.io|nginx\.(org|com))$/.test(prefix))
    return { outcome: "unnecessary", says: "does nothing today: ingress-nginx does not read this prefix" };
  if (/^(acme\.)?cert-manager\.io$/.test(prefix) || (prefix === "kubernetes.io" && name === "tls-acme"))
    return { outcome: "unnecessary", says: "the stack has its own certificate for the host" };
  const isRead = name !== undefined && !prefix.startsWith(nginxPrefix.slice(0, -1));
  // Google's controller reads its settings below the plain prefix.
  const isSetting = prefix === "kubernetes.io" && /^ingress\.(?!class$)/.test(name ?? "");
  if (isRead && (isSetting || !bookkeeping.test(prefix)))
    return {
      outcome: "equivalent",
      says: "the app's own `annotations`; this one is deleted with the Ingress",
      section: "annotations",
      lacks: (_route, _value, _of, { annotations }) =>
        Object.hasOwn(annotations, annotation)
          ? undefined
          : "the same, if something still reads it; it is deleted with the Ingress",
    };
  return undefined;
}
