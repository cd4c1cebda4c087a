import { strict as assert } from "node:assert";
import { type IngressObject, liveIngress } from "../../../components/cluster/live.ts";
import { appOfHost, byHost } from "../../../policies/access/matrix/by-host.ts";
import { anonymous, decider } from "../../../policies/access/matrix/decider.ts";
import { liveView } from "../../../stack/access-view.ts";
import { goodStack, parse, put } from "./base.ts";

const everybody = { "ingress.pomerium.io/allow_public_unauthenticated_access": "true" };
const backend = { service: { name: "any", port: { number: 80 } } };

/** The hosts of a cluster with one Ingress of Pomerium, each with `public` if everybody reaches it. */
function hosts(
  spec: Partial<IngressObject["spec"]>,
  metadata: Partial<IngressObject["metadata"]> = {},
): string[] {
  const parsed = parse(goodStack());
  const stack = { ...parsed, cluster: { ...parsed.cluster, uid: "uid" } };
  const ingress = liveIngress({
    metadata: { namespace: "any", name: "any", uid: "1", ...metadata },
    spec: { ingressClassName: "pomerium", ...spec },
  });
  const { apps } = liveView(stack, { uid: "uid", ingresses: [ingress], pomerium: {} });
  return apps.map((app) =>
    app.routes.every(({ authorization }) => authorization.public) ? `${app.host} public` : app.host,
  );
}

/** The decision about an anonymous caller at an Ingress that accepts all but invalid client certificates. */
function decided(inStackFile: object, hasClientAuthority: boolean | undefined): string {
  const parsed = parse(put(goodStack(), "pomerium.settings", inStackFile));
  const stack = { ...parsed, cluster: { ...parsed.cluster, uid: "uid" } };
  const policy = "- allow: {or: [{accept: true}]}\n- deny: {or: [{invalid_client_certificate: true}]}";
  const ingress = liveIngress({
    metadata: {
      ...{ namespace: "any", name: "any", uid: "1" },
      annotations: { "ingress.pomerium.io/policy": policy },
    },
    spec: { ingressClassName: "pomerium", rules: [rule("/", "a.example.org")] },
  });
  const settings = {
    ...{ reconciled: true, current: true, warnings: [], ingress: {} },
    ...(hasClientAuthority === undefined ? {} : { hasClientAuthority }),
  };
  const { apps } = liveView(stack, { uid: "uid", ingresses: [ingress], pomerium: { settings } });
  return decider(apps[0]!).verdict(anonymous, { path: "/", method: "GET" }).decision;
}

const rule = (path: string, host?: string) => ({
  ...(host && { host }),
  http: { paths: [{ path, pathType: "Prefix", backend }] },
});

describe("the access on a live cluster", () => {
  it("has every host of a rule without a host", () => {
    const annotations = { ...everybody, "ingress.pomerium.io/subtle_allow_empty_host": "true" };
    assert.deepEqual(hosts({ rules: [rule("/")] }, { annotations }), ["* public"]);
    assert.deepEqual(hosts({ rules: [rule("/", "a.example.org"), rule("/")] }), ["a.example.org", "*"]);
  });

  it("is not known for an Ingress with such a rule that Pomerium refuses, so nothing is taken for public", () => {
    const rules = [rule("/", "a.example.org"), rule("/")];
    const key = "ingress.pomerium.io/subtle_allow_empty_host";
    for (const annotations of [everybody, { ...everybody, [key]: "false" }])
      assert.deepEqual(hosts({ rules }, { annotations }), ["a.example.org", "*"]);
    assert.deepEqual(hosts({ rules }, { annotations: { ...everybody, [key]: "True" } }), [
      "a.example.org public",
      "* public",
    ]);
  });

  it("has the authority of client certificates that the cluster has, not the stack file", () => {
    const ca = Buffer.from("-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n").toString(
      "base64",
    );
    const withAuthority = { downstreamMtls: { ca, enforcement: "policy" } };
    assert.equal(decided({}, true), "unknown");
    assert.equal(decided({}, undefined), "allow");
    assert.equal(decided(withAuthority, undefined), "allow");
    assert.equal(decided(withAuthority, true), "unknown");
  });

  it("has a default backend at the only host of the only certificate", () => {
    const annotations = { ...everybody, "ingress.pomerium.io/subtle_allow_empty_host": "true" };
    const tls = [{ hosts: ["a.example.org"] }];
    assert.deepEqual(hosts({ defaultBackend: backend, tls }, { annotations }), ["a.example.org public"]);
    assert.deepEqual(hosts({ defaultBackend: backend, tls, rules: [rule("/")] }, { annotations }), [
      "a.example.org public",
      "* public",
    ]);
  });

  it("is not known for an Ingress with rules that Pomerium refuses", () => {
    const [a, b] = [{ hosts: ["a.example.org"] }, { hosts: ["b.example.org"] }];
    const refused: [Record<string, unknown>, string[]][] = [
      [{ defaultBackend: backend }, ["*"]],
      [{ defaultBackend: backend, rules: [rule("/", "c.example.org")] }, ["c.example.org", "*"]],
      [{ defaultBackend: backend, tls: [a, b] }, ["a.example.org"]],
      [{ defaultBackend: backend, tls: [{ hosts: ["a.example.org", "b.example.org"] }] }, ["a.example.org"]],
      [{ defaultBackend: { resource: { kind: "Bucket" } }, tls: [a] }, ["*"]],
      [
        { rules: [rule("/x", "a.example.org"), rule("/x", "a.example.org")] },
        ["a.example.org", "a.example.org"],
      ],
      [
        { defaultBackend: backend, tls: [a], rules: [rule("/", "a.example.org")] },
        ["a.example.org", "a.example.org"],
      ],
      [
        { rules: [{ host: "b.example.org" }, rule("/", "a.example.org")] },
        ["b.example.org", "a.example.org"],
      ],
    ];
    for (const [spec, expected] of refused)
      assert.deepEqual(hosts(spec, { annotations: everybody }), expected, JSON.stringify(spec));
  });

  it("has the paths of a rule without a host, and leaves the others to the next wildcard", () => {
    const ingress = (name: string, one: object, annotations: object) =>
      liveIngress({
        metadata: { namespace: "any", name, annotations: { ...annotations } },
        spec: { ingressClassName: "pomerium", rules: [one] },
      });
    const allowed = { "ingress.pomerium.io/subtle_allow_empty_host": "true" };
    const ingresses = [
      ingress("any", rule("/x"), allowed),
      ingress("wide", rule("/", "*.example.org"), everybody),
    ];
    const parsed = parse(goodStack());
    const stack = { ...parsed, cluster: { ...parsed.cluster, uid: "uid" } };
    const { apps } = liveView(stack, { uid: "uid", ingresses, pomerium: {} });
    const decide = decider(appOfHost(byHost(apps), "b.example.org")!);
    const at = (path: string): string => decide.verdict(anonymous, { path, method: "GET" }).decision;
    assert.deepEqual([at("/x"), at("/y")], ["deny", "allow"]);
  });

  it("is public for an Ingress with the label of a challenge in any letter case, except for the challenge itself", () => {
    for (const value of ["true", "True", "TRUE"]) {
      const labels = { "acme.cert-manager.io/http01-solver": value };
      assert.deepEqual(hosts({ rules: [rule("/", "a.example.org")] }, { labels }), ["a.example.org public"]);
      const challenge = rule("/.well-known/acme-challenge/token", "a.example.org");
      assert.deepEqual(hosts({ rules: [challenge] }, { labels }), ["a.example.org"]);
    }
    const labels = { "acme.cert-manager.io/http01-solver": "false" };
    assert.deepEqual(hosts({ rules: [rule("/", "a.example.org")] }, { labels }), ["a.example.org"]);
  });
});
