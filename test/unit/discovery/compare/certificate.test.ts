import { strict as assert } from "node:assert";
import type { Certificate } from "../../../../discovery/compare/answer.ts";
import { compareCertificates } from "../../../../discovery/compare/certificate.ts";
import { certificate, fakeCertificate, now } from "./answers.ts";

const host = "komga.example.org";

function told(old: Certificate | undefined, fresh: Certificate, at = host): string[] {
  return compareCertificates(at, old, fresh, { now, cluster: { context: "home" } }).map(
    ({ severity, message }) => `${severity} ${message}`,
  );
}

describe("the certificate at the new address", () => {
  it("may be another one, and the difference is reported", () => {
    assert.deepEqual(told(certificate(), certificate()), []);
    assert.deepEqual(
      told(
        certificate(),
        certificate({ fingerprint: "BB", issuer: "Let's Encrypt R12", names: ["*.example.org"] }),
      ),
      [
        "wanted another certificate: by Let's Encrypt R11 → Let's Encrypt R12, ends 2027-01-30 → 2027-01-30, names komga.example.org → *.example.org",
      ],
    );
    assert.deepEqual(told(fakeCertificate, certificate()), [
      "wanted a certificate for komga.example.org; ingress-nginx has none",
    ]);
  });

  it("must be for the host, also by a wildcard of one label", () => {
    for (const names of [[host], ["*.example.org"], ["other.example.org", host]])
      assert.deepEqual(told(undefined, certificate({ names })), []);
    for (const names of [["example.org"], ["*.org"], ["*.komga.example.org"], []])
      assert.match(
        told(undefined, certificate({ names }))[0]!,
        /^unexpected .* not for komga\.example\.org$/,
      );
  });

  it("must be valid now, and a near end is noted", () => {
    const until = (date: string): string[] => told(undefined, certificate({ validTo: Date.parse(date) }));
    assert.match(until("2026-11-26T11:59:59Z")[0]!, /^unexpected .* ended 2026-11-26$/);
    assert.match(until("2026-12-03T00:00:00Z")[0]!, /^note .* ends 2026-12-03; is it renewed\?$/);
    assert.deepEqual(until("2026-12-20T00:00:00Z"), []);
    const later = certificate({ validFrom: Date.parse("2026-12-01T00:00:00Z") });
    assert.match(told(undefined, later)[0]!, /^unexpected .* begins 2026-12-01$/);
  });

  it("is always shown when this machine does not trust it, and unexpected when it trusts the old one", () => {
    const distrust = "SELF_SIGNED_CERT_IN_CHAIN";
    const fresh = certificate({ distrust });
    assert.match(
      told(certificate(), fresh)[0]!,
      /^unexpected this machine trusts the old certificate, and not/,
    );
    assert.match(told(certificate({ distrust }), fresh)[0]!, /^note this machine trusts neither/);
    for (const old of [undefined, fakeCertificate])
      assert.match(
        told(old, fresh)[0]!,
        /^note this machine does not trust the new certificate, issued by Let/,
      );
  });

  it("may have times that cannot be read", () => {
    const broken = certificate({ validFrom: Number.NaN, validTo: Number.NaN, fingerprint: "BB" });
    assert.deepEqual(
      told(certificate(), broken).map((each) => each.split(" ")[0]),
      ["wanted"],
    );
  });
});
