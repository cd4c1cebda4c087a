import { strict as assert } from "node:assert";
import { certificateArgs, issuerArgs } from "../../../../components/certificates/args.ts";
import { secretId, wantedCertificates } from "../../../../components/certificates/wanted.ts";
import { goodStack, parse, put } from "../../stack/base.ts";
import { certificate } from "../../stack/state.ts";
import { issuance } from "./issuance.ts";

const issuer = { issuerFor: (host: string) => `proven for ${host}` };

describe("the arguments of a certificate", () => {
  const args = (
    wanted: { namespace: string; secretName: string; dnsNames: string[] },
    live = [certificate("komga", "old-cert", ["komga.example.org"], { secretName: "komga-tls" })],
  ) => certificateArgs(wanted, issuer, "pomerium (once it exists)", { certificates: live });

  it("take over the Certificate that already writes to the Secret, under its own name", () => {
    const wanted = { namespace: "komga", secretName: "komga-tls", dnsNames: ["komga.example.org"] };
    assert.deepEqual(args(wanted), {
      ...wanted,
      issuer: "proven for komga.example.org",
      live: { id: "komga/old-cert", name: "old-cert" },
    });
    assert.ok(!("live" in args(wanted, [])));
  });

  it("wait for the proof of the zone, and for Pomerium's namespace if the certificate is in it", () => {
    const wildcard = { namespace: "pomerium", secretName: "w", dnsNames: ["*.example.org"] };
    assert.equal(args(wildcard).namespace, "pomerium (once it exists)");
    assert.equal(args(wildcard).issuer, "proven for example.org");
  });
});

describe("the identity of a certificate", () => {
  it("is its Secret, so that renaming an app that names its Secret keeps the certificate", () => {
    const ids = (name: string) => {
      const raw = put(goodStack(), "apps.komga", undefined);
      const { komga } = goodStack().apps as { komga: object };
      const renamed = put(raw, `apps.${name}`, {
        ...komga,
        host: "komga.example.org",
        tls: { secretName: "komga-tls" },
      });
      put(renamed, "accessTests.apps.komga", undefined);
      put(renamed, `accessTests.apps.${name}`, [{ deny: ["stranger", "anonymous"] }]);
      return wantedCertificates(parse(renamed)).map(secretId).sort();
    };
    assert.deepEqual(ids("manga"), ids("comics"));
    assert.ok(ids("manga").includes("komga/komga-tls"));
  });
});

describe("the arguments of the issuer", () => {
  it("contain each zone's credentials as secrets", () => {
    const { zones, email } = issuerArgs(parse(goodStack()), issuance(), {
      classes: ["nginx"],
      ingresses: [],
    });
    assert.equal(email, parse(goodStack()).certificates.email);
    assert.ok(Object.keys(zones).length > 0);
    assert.ok(!JSON.stringify(zones).includes("hunter2"));
  });

  it("keep the lists in a webhook's configuration, and contain no secret as text", () => {
    const raw = put(goodStack(), 'certificates.zones["example.org"]', {
      webhook: {
        groupName: "acme.example.org",
        solverName: "x",
        config: { list: ["webhook-example.org", { deep: [1, 2] }] },
        secrets: { key: "hunter2-hunter2" },
      },
    });
    put(raw, "certificates.externalAccountBinding", { keyId: "kid-1", key: "hunter2-hunter2" });
    const args = issuerArgs(parse(raw), issuance(), { classes: [], ingresses: [] });
    assert.deepEqual(args.zones["example.org"]?.settings?.config, {
      list: ["webhook-example.org", { deep: [1, 2] }],
    });
    assert.ok(!JSON.stringify(args.zones).includes("hunter2"));
    assert.equal(args.externalAccountBinding?.keyId, "kid-1");
  });
});
