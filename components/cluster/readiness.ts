/** One thing that must hold before ingress-nginx is removed. */
export interface Item {
  /** The host or object that the item is about: `komga.example.org`, `ClusterIssuer letsencrypt-prod`. */
  subject: string;
  ok: boolean;
  /** Why it holds, or why it does not. */
  note?: string;
  /** Key path in the stack file where it is fixed. Default: `phase`. */
  at?: string;
  /** Command that fixes it. */
  fix?: string;
}

/** An item that holds only if something answers it; `reason` says why it needs an answer. */
export function answerable(
  subject: string,
  { reason, answeredBy, fix }: { reason: string; answeredBy?: string; fix: string },
): Item {
  return answeredBy === undefined
    ? { subject, ok: false, note: reason, fix }
    : { subject, ok: true, note: answeredBy };
}

/** A row of the readiness table: items of one kind. */
export interface ReadinessRow {
  name: string;
  items: Item[];
  /** The stack file's reason for going to `retired` although an item of this row does not hold. */
  override?: string;
}
