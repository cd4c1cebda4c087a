import type { LiveIssuance } from "./live.ts";
import { secretId, type WantedCertificate } from "./wanted.ts";

/** Lists the wanted certificates that are missing or not issued. */
export function certificatesNotInForce(
  wanted: readonly WantedCertificate[],
  { certificates }: Pick<LiveIssuance, "certificates">,
): string[] {
  return wanted.flatMap((each) => {
    const live = certificates.filter(
      ({ namespace, secretName }) => secretId({ namespace, secretName }) === secretId(each),
    );
    if (live.some(({ ready }) => ready)) return [];
    const why = live[0] === undefined ? "there is no Certificate for it" : (live[0].message ?? "not ready");
    return [`Secret ${secretId(each)} (${each.dnsNames.join(", ")}): ${why}`];
  });
}
