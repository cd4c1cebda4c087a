import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { appArgs } from "../../../../components/apps/args.ts";
import { certificateProblems } from "../../../../components/certificates/checks.ts";
import { deployCertificates } from "../../../../components/certificates/deploy.ts";
import { existingSecretLines } from "../../../../components/certificates/existing-secrets.ts";
import type { LiveIssuance } from "../../../../components/certificates/live.ts";
import { readExistingSecrets } from "../../../../components/certificates/live-secrets.ts";
import { secretId, wantedCertificates } from "../../../../components/certificates/wanted.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";
import { goodStack, parse, problemsOf, put, type Raw } from "../../stack/base.ts";
import { certificate } from "../../stack/state.ts";
import { runOf } from "../apps/run.ts";
import { record } from "../pomerium/recorder.ts";
import { issuance } from "./issuance.ts";

function rawStack(edits: Record<string, unknown> = {}): Raw {
  const raw = put(goodStack(), "apps.wiki.tls", { existing: "house-tls" });
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return raw;
}
const stackOf = (edits?: Record<string, unknown>): Stack => parse(rawStack(edits));
const secret = { namespace: "monitoring", name: "house-tls" };

const problems = (live: Partial<LiveIssuance>, edits?: Record<string, unknown>): string[] =>
  certificateProblems(stackOf(edits), issuance(live)).map(({ at, message }) => `${at}: ${message}`);

describe("a certificate that somebody else renews", () => {
  it("is not made by the stack, also in a zone with a wildcard, and the app's Ingress names its Secret", async () => {
    for (const edits of [{}, { 'certificates.zones["example.net"].wildcard': true }]) {
      const stack = stackOf(edits);
      assert.ok(!wantedCertificates(stack).some((each) => secretId(each) === "monitoring/house-tls"));
      const wiki = stack.apps.find(({ name }) => name === "wiki")!;
      let named: unknown;
      await record(async () => {
        const opts = { provider: new k8s.Provider("cluster", { context: "octavo" }) };
        const issuer = { issuerFor: () => "letsencrypt-prod" };
        const run = runOf();
        const live = { certificates: issuance() };
        const needs = { issuer, pomerium: run.pomerium, live };
        const certificates = await deployCertificates(stack, needs, opts);
        const args = appArgs(wiki, { ...run, certificates });
        certificates.issued("wiki.example.net").apply((name) => {
          named = [name, args.secretName];
        });
      });
      assert.equal((named as unknown[])[0], "house-tls");
      assert.ok((named as unknown[])[1] !== undefined);
    }
  });

  it("needs no zone for its host", () => {
    const { apps } = stackOf({ "apps.wiki.host": "wiki.example.com", "tunnels.home.apps": [] });
    assert.equal(apps.find(({ name }) => name === "wiki")?.host, "wiki.example.com");
    assert.match(
      problemsOf(rawStack({ "apps.wiki.host": "wiki.example.com", "apps.wiki.tls": undefined })).join(),
      /wiki\.example\.com is in no zone/,
    );
  });

  it("serves every host of its app, also one outside all zones", () => {
    const stack = stackOf({ "apps.wiki.aliases": ["www.example.com"] });
    const hosts = stack.apps.filter(({ tlsSecret }) => tlsSecret === "house-tls").map(({ host }) => host);
    assert.deepEqual(hosts, ["wiki.example.net", "www.example.com"]);
    const live = issuance({ secrets: [{ ...secret, dnsNames: ["wiki.example.net"] }] });
    assert.deepEqual(
      certificateProblems(stack, live).map(({ message }) => message),
      ["Secret monitoring/house-tls is for wiki.example.net, not for www.example.com"],
    );
  });

  it("may serve several apps of a namespace, but no app whose certificate the stack makes", () => {
    const both = { "apps.influxdb.tls": { existing: "house-tls" } };
    assert.deepEqual(problemsOf(rawStack(both)), []);
    assert.deepEqual(problemsOf(rawStack({ "apps.influxdb.tls": { secretName: "house-tls" } })), [
      "apps.wiki.tls.existing: Secret monitoring/house-tls already belongs to apps.influxdb: its certificate would have only one of the two hosts",
    ]);
    assert.deepEqual(problemsOf(rawStack({ "apps.wiki.tls": { existing: "a", secretName: "b" } })), [
      "apps.wiki.tls: must be a map with exactly one of secretName and existing",
    ]);
  });

  it("must exist, and be for the host as far as the cluster says", () => {
    assert.deepEqual(problems({}), [
      "apps.wiki.tls.existing: there is no Secret monitoring/house-tls, and without it Pomerium ignores the Ingress",
    ]);
    assert.deepEqual(problems({ secrets: [secret] }), []);
    assert.deepEqual(problems({ secrets: [{ ...secret, dnsNames: ["*.example.net"] }] }), []);
    assert.deepEqual(problems({ secrets: [{ ...secret, dnsNames: ["*.example.org", "example.net"] }] }), [
      "apps.wiki.tls.existing: Secret monitoring/house-tls is for *.example.org, example.net, not for wiki.example.net",
    ]);
    const foreign = { dnsNames: [], spec: {}, labels: {}, annotations: {}, isTakenOver: false };
    const writer = (host: string) =>
      certificate("monitoring", "c", [host], { secretName: "house-tls", foreign });
    assert.deepEqual(problems({ secrets: [secret], certificates: [writer("wiki.example.net")] }), []);
    assert.match(
      problems({ secrets: [secret], certificates: [writer("a.example.net")] }).join(),
      /is for a\.example\.net/,
    );
  });

  it("is refused if this program renews it, because its Certificate would be deleted", () => {
    const own = certificate("monitoring", "house-tls", ["wiki.example.net"]);
    assert.deepEqual(problems({ secrets: [secret], certificates: [own] }), [
      "apps.wiki.tls.existing: Secret monitoring/house-tls is renewed by this program's own Certificate house-tls, which would be deleted; write `tls: {secretName: house-tls}`",
    ]);
  });

  const { fake, connect } = useFakeApi();

  it("is never read: only the metadata of its Secret is, once for all of its apps", async () => {
    const path = "/api/v1/namespaces/monitoring/secrets/house-tls";
    const annotations = { "cert-manager.io/alt-names": "wiki.example.net,influxdb.example.org" };
    fake.objects[path] = { metadata: { annotations } };
    const api = await connect();
    const { apps } = stackOf({ "apps.influxdb.tls": { existing: "house-tls" } });
    const dnsNames = ["wiki.example.net", "influxdb.example.org"];
    assert.deepEqual(await readExistingSecrets(api, apps), [{ ...secret, dnsNames }]);
    const asked = fake.asked.filter((each) => each.path === path);
    assert.equal(asked.length, 1);
    assert.match(asked[0]!.accept, /PartialObjectMetadata/);
    fake.objects[path] = { metadata: {} };
    assert.deepEqual(await readExistingSecrets(api, apps), [secret]);
    delete fake.objects[path];
    assert.deepEqual(await readExistingSecrets(api, apps), []);
  });

  it("is named in the preview, with a remark if nobody knows its names", () => {
    const line = "wiki.example.net is served with Secret monitoring/house-tls, which somebody else renews";
    const lines = (live: Partial<LiveIssuance>) => existingSecretLines(stackOf(), issuance(live));
    assert.deepEqual(lines({ secrets: [{ ...secret, dnsNames: ["wiki.example.net"] }] }), [line]);
    assert.deepEqual(lines({ secrets: [secret] }), [`${line}; whether it is for this host is not known`]);
    assert.deepEqual(existingSecretLines(parse(goodStack()), issuance()), []);
  });
});
