import { type Entry, type Judgement, nginxPrefix, type Outcome } from "./judgement.ts";
import { entryOf } from "./table.ts";

/** What becomes of one annotation behind Pomerium. */
export interface Finding {
  /** As it stands on the Ingress, prefix included. */
  annotation: string;
  value: string;
  outcome: Outcome;
  /** What it comes to, and what to write where; one line, without the value. */
  says: string;
  /** It restricts who may call, or how much, as it stands: neither switched off nor short of what it needs. */
  protects: boolean;
}

/**
 * What becomes of an nginx Ingress's annotations behind Pomerium: those of ingress-nginx, those that look like
 * its own but are read by another controller, and those of cert-manager. All others say nothing of nginx.
 *
 * @param annotations All annotations of the Ingress.
 */
export function classify(annotations: Readonly<Record<string, string>>): Finding[] {
  return Object.entries(annotations).flatMap(([annotation, value]) => {
    const judgement = judge(annotation, value.trim(), annotations);
    return judgement === undefined ? [] : [{ annotation, value, protects: false, ...judgement }];
  });
}

function judge(
  annotation: string,
  value: string,
  annotations: Readonly<Record<string, string>>,
): Judgement | undefined {
  if (!annotation.startsWith(nginxPrefix)) return judgeForeign(annotation);
  const name = annotation.slice(nginxPrefix.length);
  const entry = entryOf(name);
  if (entry === undefined)
    return { outcome: "decide", says: "not known here; see whether it restricts anybody" };
  const { needs, offBy } = entry;
  const of = (other: string): string => (annotations[nginxPrefix + other] ?? "").trim();
  if (needs !== undefined && needs !== name && isOff(of(needs), entryOf(needs)))
    return { outcome: "unnecessary", says: `does nothing without ${needs}` };
  if (offBy?.value.test(of(offBy.name)))
    return { outcome: "unnecessary", says: `does nothing with ${offBy.name} ${of(offBy.name)}` };
  const special = entry.byValue?.(value);
  if (special !== undefined) return special;
  if (isOff(value, entry)) return { outcome: "unnecessary", says: "switched off" };
  const { outcome, says, protects = false } = entry;
  return { outcome, says, protects };
}

function isOff(value: string, entry: Entry | undefined): boolean {
  return /^(f|false)?$/i.test(value) || (entry?.off?.test(value) ?? false);
}

function judgeForeign(annotation: string): Judgement | undefined {
  const [prefix = "", name = ""] = annotation.split("/", 2);
  if (annotation === "nginx.org/websocket-services")
    return {
      outcome: "decide",
      says: "does nothing today, ingress-nginx does not read it; an app with WebSockets needs `route.allow_websockets`",
    };
  if (/^(ingress\.kubernetes\.io|nginx\.(org|com))$/.test(prefix))
    return { outcome: "unnecessary", says: "does nothing today: ingress-nginx does not read this prefix" };
  if (/^(acme\.)?cert-manager\.io$/.test(prefix) || (prefix === "kubernetes.io" && name === "tls-acme"))
    return { outcome: "unnecessary", says: "the stack has its own certificate for the host" };
  return undefined;
}
