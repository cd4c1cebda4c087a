import { strict as assert } from "node:assert";
import { App } from "../../../../components/apps/App.ts";
import { appArgs } from "../../../../components/apps/args.ts";
import { goodStack, parse, problemsOf, put } from "../../stack/base.ts";
import { registered } from "./mocks.ts";
import { runOf } from "./run.ts";

const run = runOf({ "komga/komga-tls": "komga-tls" });

describe("annotations and labels for other tools", () => {
  it("are on the Ingress of the host, beside Pomerium's own, and not on the one of the open paths", async () => {
    const raw = put(goodStack(), "apps.komga.annotations", {
      "gethomepage.dev/enabled": "true",
      "external-dns.alpha.kubernetes.io/target": "192.0.2.1",
    });
    put(raw, "apps.komga.labels", { "external-dns": "public" });
    const komga = parse(raw).apps.find(({ name }) => name === "komga")!;
    const [, site, open] = await registered(() => void new App("komga", appArgs(komga, run)));
    assert.deepEqual(site!.inputs.metadata.labels, { "external-dns": "public" });
    assert.equal(site!.inputs.metadata.annotations["gethomepage.dev/enabled"], "true");
    assert.equal(site!.inputs.metadata.annotations["external-dns.alpha.kubernetes.io/target"], "192.0.2.1");
    assert.ok("ingress.pomerium.io/policy" in site!.inputs.metadata.annotations);
    assert.equal(open!.inputs.metadata.labels, undefined);
    assert.deepEqual(
      Object.keys(open!.inputs.metadata.annotations).filter((key) => !key.startsWith("ingress.pomerium.io/")),
      [],
    );
  });

  it("leave an Ingress without any as it was", async () => {
    const komga = parse(goodStack()).apps.find(({ name }) => name === "komga")!;
    assert.equal("metadata" in appArgs(komga, run), false);
    assert.equal("paths" in appArgs(komga, run), false);
  });

  const refused: [kind: "annotations" | "labels", key: string, why: RegExp][] = [
    ["annotations", "ingress.pomerium.io/policy", /is Pomerium's own: write policy under `route`/],
    ["annotations", "ingress.pomerium.io/", /is Pomerium's own/],
    ["annotations", "cert-manager.io/cluster-issuer", /a second certificate for the host/],
    ["annotations", "acme.cert-manager.io/http01-edit-in-place", /a second certificate for the host/],
    ["annotations", "kubernetes.io/tls-acme", /a second certificate for the host/],
    ["annotations", "kubernetes.io/ingress.class", /contradicts the class/],
    ["annotations", "pulumi.com/skipAwait", /is Pulumi's/],
    ["annotations", "nginx.ingress.kubernetes.io/proxy-body-size", /does nothing behind Pomerium/],
    ["annotations", "a/b/c", /is not a valid key/],
    ["annotations", "-a", /is not a valid key/],
    ["annotations", `a/${"b".repeat(64)}`, /is not a valid key/],
    ["labels", "acme.cert-manager.io/http01-solver", /Pomerium lets everybody in/],
    ["labels", "app.kubernetes.io/managed-by", /that is this program/],
    ["labels", "über", /is not a valid key/],
  ];
  for (const [kind, key, why] of refused)
    it(`refuse ${key} among the ${kind}`, () => {
      const [problem, ...others] = problemsOf(put(goodStack(), `apps.komga.${kind}`, { [key]: "true" }));
      assert.match(problem!, why);
      assert.deepEqual(others, []);
    });

  it("are text, and a label's value is short", () => {
    const of = (kind: string, value: unknown) =>
      problemsOf(put(goodStack(), `apps.komga.${kind}`, { key: value }));
    assert.deepEqual(of("annotations", true), ["apps.komga.annotations.key: must be text, not true"]);
    assert.deepEqual(of("annotations", ""), []);
    assert.deepEqual(of("labels", ""), []);
    assert.match(of("labels", "a b")[0]!, /is not a label's value/);
    assert.match(of("labels", "a".repeat(64))[0]!, /is not a label's value/);
  });
});
