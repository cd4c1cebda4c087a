import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse as parseYaml } from "yaml";
import { type PlannedChange, strange } from "../../../stack/planned-objects.ts";
import { goodStack, parse } from "./base.ts";

const plans = fileURLToPath(new URL("../../golden/plans/", import.meta.url));
const stack = { ...parse(goodStack()), phase: "retired" as const };
const pomerium = `https://${stack.pomerium.reach.ip}:${stack.pomerium.reach.port}`;
const tunnelType = "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig";

type Tree = Record<string, unknown>;

const reason = (type: string, asks: Tree, more: Partial<PlannedChange> = {}): string | undefined =>
  strange({ op: "create", type, label: "it", asks, ...more }, stack);

const named = (name: string, namespace?: string): Tree => ({
  metadata: { name, ...(namespace && { namespace }) },
});

/** Why a tunnel with these rules may lead past Pomerium. */
const ruled = (ingresses: unknown, live?: unknown[], of = stack): string | undefined =>
  strange(
    {
      ...{ op: "update", type: tunnelType, label: "rules", asks: { config: { ingresses } } },
      ...(live && { live: { config: { ingresses: live } } }),
    },
    of,
  );

describe("the objects of a preview that may open something", () => {
  for (const file of readdirSync(plans))
    it(`are of no kind that the program makes: ${file}`, () => {
      const objects = Object.entries(parseYaml(readFileSync(plans + file, "utf8")) as Record<string, Tree>)
        .map(([key, object]) => ({ type: key.split(" ")[0]!, does: String(object.does) }))
        .filter(
          ({ type, does }) =>
            /^(?:kubernetes|cloudflare|random):/.test(type) && ["create", "update", "replace"].includes(does),
        );
      assert.ok(objects.length > 0);
      for (const { type } of objects)
        assert.doesNotMatch(reason(type, named("pomerium", "pomerium")) ?? "", /^this kind/, type);
    });

  it("are all kinds that the program does not make, except when they are only adopted or unchanged", () => {
    for (const type of [
      "kubernetes:traefik.io/v1alpha1:IngressRoute",
      "kubernetes:networking.istio.io/v1:VirtualService",
      "kubernetes:apps/v1:DaemonSet",
      "kubernetes:core/v1:Pod",
      "kubernetes:core/v1:ServicePatch",
      "kubernetes:yaml/v2:ConfigFile",
      "kubernetes:networking.k8s.io/v1beta1:Ingress",
      "command:local:Command",
    ]) {
      for (const op of ["create", "update", "replace"])
        assert.match(reason(type, {}, { op }) ?? "", /^this kind of object can open/, `${op} ${type}`);
      for (const op of ["same", "import"]) assert.equal(reason(type, {}, { op }), undefined, type);
    }
    assert.match(reason("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", {}, { op: "import" })!, /^this/);
  });

  it("are Helm charts other than the webhook's, and IngressClasses other than Pomerium's", () => {
    const release = "kubernetes:helm.sh/v3:Release";
    assert.match(reason(release, { chart: "traefik" })!, /^a Helm chart/);
    assert.equal(reason(release, { chart: "cert-manager-webhook-porkbun" }), undefined);
    const ingressClass = "kubernetes:networking.k8s.io/v1:IngressClass";
    assert.match(reason(ingressClass, named("pomerium-2"))!, /this class too/);
    assert.equal(reason(ingressClass, named("pomerium")), undefined);
  });

  it("are Services and pods with an address outside the cluster, except Pomerium's", () => {
    const service = "kubernetes:core/v1:Service";
    for (const spec of [{ type: "NodePort" }, { type: "LoadBalancer" }, { externalIPs: ["192.0.2.1"] }]) {
      assert.match(reason(service, { ...named("wiki", "wiki"), spec })!, /outside the cluster/);
      assert.equal(reason(service, { ...named("pomerium-proxy", "pomerium"), spec }), undefined);
    }
    assert.equal(reason(service, { ...named("wiki", "wiki"), spec: { externalIPs: [] } }), undefined);
    for (const pod of [{ hostNetwork: true }, { containers: [{ ports: [{ hostPort: 80 }] }] }]) {
      const deployment = { ...named("wiki", "wiki"), spec: { template: { spec: pod } } };
      const type = "kubernetes:apps/v1:Deployment";
      assert.match(reason(type, deployment)!, /address of their node/);
      assert.equal(reason(type, deployment, { op: "update", live: deployment }), undefined);
      assert.equal(reason(type, { ...deployment, ...named("pomerium", "pomerium") }), undefined);
    }
  });

  it("are tunnels with a new rule to anything but Pomerium", () => {
    const end = { service: "http_status:404" };
    const own = { hostname: "wiki.example.net", service: pomerium };
    const past = { hostname: "wiki.example.net", service: "http://wiki.monitoring" };
    assert.equal(ruled([own, end]), undefined);
    assert.match(ruled([past, own, end])!, /leads wiki\.example\.net to http:\/\/wiki\.monitoring, which/);
    assert.match(ruled([{ service: "http://traefik.traefik" }])!, /leads every host to/);
    assert.match(ruled([{ ...own, path: "^/x", service: "https://192.0.2.1:443" }, own], [own])!, /\^\/x/);
    // A rule that is there already opens nothing new.
    assert.equal(ruled([past, end], [past, end]), undefined);
    assert.match(ruled("04da6b54-80e4-46f7-96ec-b56ff0331ba9")!, /not known before the run/);
  });

  it("are no tunnels whose address of Pomerium is known only after the run", () => {
    const rule = { hostname: "wiki.example.net", service: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    const checked = { ...rule, originRequest: { originServerName: "wiki.example.net" } };
    assert.equal(ruled([checked]), undefined);
    assert.match(ruled([rule])!, /an unknown address/);
    assert.match(ruled([{ ...checked, hostname: "other.example.net" }])!, /an unknown address/);
  });

  it("are no tunnels to ingress-nginx for hosts that the stack file leaves there", () => {
    const rule = { hostname: "wiki.example.net", service: "https://192.168.0.171:443" };
    assert.equal(ruled([rule], [], { ...stack, phase: "coexist" as never }), undefined);
    assert.match(ruled([rule])!, /not Pomerium's address/);
  });
});
