import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { type AppEnvironment, appArgs, verifyArgs } from "../../../../components/apps/args.ts";
import { isVerify } from "../../../../components/apps/service-checks.ts";
import { goodStack, parse } from "../../stack/base.ts";
import { ingress } from "../../stack/state.ts";

const certificates = {
  secretNames: new Map([["komga/komga-tls", "komga-tls (once it is issued)"]]),
  issued: (host: string) => `certificate of ${host}`,
};
const cluster = { ingresses: [ingress("komga", "komga-pomerium-ingress", [])] };
const run: AppEnvironment = {
  pomerium: {
    version: "v0.33.1",
    namespace: "pomerium (once it exists)",
    ingressClass: "pomerium (once it is ready)",
  },
  certificates,
  origin: (host: string) => `https://${host}:8443`,
  live: { cluster, pomerium: { existing: [] } },
};
const [komga] = parse(goodStack()).apps;

describe("the arguments of an app", () => {
  it("contain its address in this phase and its existing Ingresses", () => {
    const args = appArgs(komga!, run);
    assert.equal(args.origin, "https://komga.example.org:8443");
    assert.deepEqual(args.existing, ["komga/komga-pomerium-ingress"]);
    assert.equal(args.namespace, "komga");
    assert.equal(args.pomeriumVersion, "v0.33.1");
    assert.ok(!("live" in args) && !("pomerium" in args) && !("certificates" in args));
  });

  it("name the Secret of its issued certificate, unless a wildcard serves the host", () => {
    assert.equal(appArgs(komga!, run).secretName, "komga-tls (once it is issued)");
    for (const elsewhere of ["books/komga-tls", "komga/other-tls"]) {
      const secretNames = new Map([[elsewhere, "x"]]);
      const without = { ...run, certificates: { ...certificates, secretNames } };
      assert.ok(!("secretName" in appArgs(komga!, without)));
    }
  });

  it("wait for the wildcard certificate if it serves the host", async () => {
    const waited: string[] = [];
    const issued = (host: string) => {
      waited.push(host);
      return "wildcard-example.org-tls";
    };
    const wildcard = { issued, secretNames: new Map() };
    const { ingressClass } = appArgs(komga!, { ...run, certificates: wildcard });
    assert.deepEqual(waited, ["komga.example.org"]);
    assert.ok(pulumi.Output.isInstance(ingressClass));
    assert.equal(appArgs(komga!, run).ingressClass, "pomerium (once it is ready)");
  });

  it("wait for Pomerium's namespace if the app is in it", () => {
    assert.equal(appArgs({ ...komga!, namespace: "pomerium" }, run).namespace, "pomerium (once it exists)");
  });
});

describe("the verify page", () => {
  const page = { ...komga!, namespace: "pomerium", service: { name: "verify", port: 8000 } };

  it("is the Service verify in Pomerium's namespace, and nothing else", () => {
    assert.ok(isVerify(page));
    assert.ok(!isVerify({ ...page, namespace: "default" }));
    assert.ok(!isVerify({ ...page, service: { name: "verify2", port: 8000 } }));
  });

  it("is deployed only if an app uses it, and reads Pomerium's keys at the address of this phase", () => {
    assert.equal(verifyArgs([komga!], run), undefined);
    assert.deepEqual(verifyArgs([komga!, page], run), {
      namespace: "pomerium (once it exists)",
      jwksEndpoint: "https://komga.example.org:8443/.well-known/pomerium/jwks.json",
      live: {},
    });
  });

  it("is taken over object by object, with the labels by which its Deployment selects its pods", () => {
    const taken = (pomerium: AppEnvironment["live"]["pomerium"]) =>
      verifyArgs([page], { ...run, live: { cluster, pomerium } })?.live;
    assert.deepEqual(taken({ existing: ["Service pomerium/verify", "Deployment default/verify"] }), {
      service: "pomerium/verify",
    });
    const verifySelector = { app: "verify" };
    assert.deepEqual(taken({ existing: ["Deployment pomerium/verify"], verifySelector }), {
      deployment: "pomerium/verify",
      selector: verifySelector,
    });
  });
});
