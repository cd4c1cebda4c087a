import { kubectl } from "../../components/cluster/commands.ts";
import type { Cluster } from "../../components/cluster/config.ts";
import { covers } from "../../stack-file/hosts.ts";
import type { Certificate } from "./answer.ts";
import type { Difference, Severity } from "./difference.ts";

/** The report names a certificate that ends within this number of days. */
const soon = 14;

const day = 86_400_000;

/** Issuer of the certificate with which ingress-nginx answers for hosts that it does not serve. */
const fakeIssuer = "Kubernetes Ingress Controller Fake Certificate";

/** Whether ingress-nginx answers with the certificate that it made up. */
export function isFake(certificate: Certificate | undefined): boolean {
  return certificate?.issuer.includes(fakeIssuer) ?? false;
}

/**
 * Compares the certificates of a host. Another certificate at the new address is wanted; one that browsers refuse is
 * not.
 *
 * @param old Absent if the old address did not show one.
 * @param context.now Time in milliseconds.
 */
export function compareCertificates(
  host: string,
  old: Certificate | undefined,
  fresh: Certificate,
  { now, cluster }: { now: number; cluster: Pick<Cluster, "context"> },
): Difference[] {
  const found: Difference[] = [];
  const command = kubectl(cluster, "get certificates --all-namespaces");
  const add = (severity: Severity, message: string): void => {
    found.push({ severity, kind: "certificate", message, ...(severity === "unexpected" ? { command } : {}) });
  };
  if (!covers(fresh.names, host))
    add(
      "unexpected",
      `the certificate at the new address is for ${fresh.names.join(", ") || "no name"}, and not for ${host}`,
    );
  const left = Math.floor((fresh.validTo - now) / day);
  if (fresh.validTo <= now)
    add("unexpected", `the certificate at the new address ended ${dateOf(fresh.validTo)}`);
  else if (fresh.validFrom > now)
    add("unexpected", `the certificate at the new address begins ${dateOf(fresh.validFrom)}`);
  else if (left < soon)
    add("note", `the certificate at the new address ends ${dateOf(fresh.validTo)}; is it renewed?`);
  if (fresh.distrust !== undefined) {
    const issuer = `issued by ${fresh.issuer}`;
    if (old === undefined || isFake(old))
      add("note", `this machine does not trust the new certificate, ${issuer}: ${fresh.distrust}`);
    else if (old.distrust === undefined)
      add(
        "unexpected",
        `this machine trusts the old certificate, and not the new one, ${issuer}: ${fresh.distrust}`,
      );
    else add("note", `this machine trusts neither certificate; the new one is ${issuer}: ${fresh.distrust}`);
  }
  if (old !== undefined && old.fingerprint !== fresh.fingerprint)
    add(
      "wanted",
      isFake(old)
        ? `a certificate for ${host}; ingress-nginx has none`
        : `another certificate: ${issuers(old, fresh)}, ends ${dateOf(old.validTo)} → ${dateOf(fresh.validTo)}${names(old, fresh)}`,
    );
  return found;
}

function issuers(old: Certificate, fresh: Certificate): string {
  return old.issuer === fresh.issuer ? `also by ${old.issuer}` : `by ${old.issuer} → ${fresh.issuer}`;
}

function names(old: Certificate, fresh: Certificate): string {
  const [before, after] = [old, fresh].map((each) => [...each.names].sort().join(", "));
  return before === after ? "" : `, names ${before} → ${after}`;
}

/** A day, or a word for a time that cannot be read. */
function dateOf(time: number): string {
  if (Number.isNaN(time)) return "at an unknown time";
  return new Date(time).toISOString().slice(0, 10);
}
