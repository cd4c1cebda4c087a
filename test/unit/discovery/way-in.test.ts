import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { type ExportedObject, readExported } from "../../../discovery/exported.ts";
import { finished, inventoryOf, type Written, written, writtenFrom } from "./written.ts";

const fixture = (name: string): ExportedObject[] => {
  const file = new URL(`fixtures/${name}.yaml`, import.meta.url);
  return readExported({ file: name, text: readFileSync(file, "utf8") }).objects;
};

const withServiceLb = (
  name: string,
  { program = "k3s", namespace = "ingress-nginx" } = {},
): ExportedObject[] => {
  const nginx = fixture(name).find(
    ({ kind, metadata, spec }) =>
      kind === "Service" &&
      metadata?.namespace === namespace &&
      (spec as { type?: string })?.type === "LoadBalancer",
  );
  assert.ok(nginx, `no Service of a load balancer in ${namespace}`);
  const label = `svccontroller.${program}.cattle.io`;
  const labels = { [`${label}/svcname`]: nginx.metadata!.name!, [`${label}/svcnamespace`]: namespace };
  const forwarder = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "svclb-ingress-nginx", namespace: "kube-system" },
    spec: { template: { metadata: { labels }, spec: { containers: [] } } },
  };
  return [...fixture(name), forwarder as ExportedObject];
};

const pomeriumIn = ({ raw }: Written) => raw.pomerium as Record<string, unknown>;
const todosOf = ({ todos }: Written): string[] =>
  todos.map(({ at }) => at).filter((at) => /address|loadBalancerIP/.test(at));

describe("the way to Pomerium that init writes", () => {
  it("is an address of its own where a load balancer gives ingress-nginx one", async () => {
    for (const name of ["k3s", "argo-cd"]) {
      const file = await written(fixture(name));
      assert.equal(pomeriumIn(file).loadBalancerIP, null, name);
      assert.equal(pomeriumIn(file).address, undefined, name);
      assert.deepEqual(todosOf(file), ["pomerium.loadBalancerIP"], name);
    }
  });

  for (const program of ["k3s", "rke2"])
    it(`is other ports of the node where ServiceLB of ${program} gave ingress-nginx the usual ones`, async () => {
      const file = await written(withServiceLb("k3s", { program }));
      const address = { nodePort: { https: 30443, http: 30080 }, node: "192.0.2.10" };
      assert.deepEqual(pomeriumIn(file).address, address);
      assert.deepEqual(todosOf(file), []);
      assert.match(file.text, /DECIDE: k3s' ServiceLB gives the nodes' ports 443 and 80/);
      assert.equal(finished(file).pomerium.address.kind, "nodePort");
    });

  it("is not changed by a ServiceLB of another Service", async () => {
    const objects = withServiceLb("k3s");
    const labels = (objects.at(-1)!.spec as { template: { metadata: { labels: Record<string, string> } } })
      .template.metadata.labels;
    labels["svccontroller.k3s.cattle.io/svcnamespace"] = "elsewhere";
    assert.deepEqual(todosOf(await written(objects)), ["pomerium.loadBalancerIP"]);
  });

  it("is ports of a node that a person names, where no Service has an address", async () => {
    const file = await written(fixture("rke2"));
    const address = { nodePort: { https: 30443, http: 30080 }, node: null };
    assert.deepEqual(pomeriumIn(file).address, address);
    assert.deepEqual(todosOf(file), ["pomerium.address.node"]);
    assert.match(file.text, /TO DO: the address of a node/);
  });

  it("never is a port that another Service has", async () => {
    const file = await written(fixture("baremetal"));
    const { nodePort } = pomeriumIn(file).address as { nodePort: object };
    assert.deepEqual(nodePort, { https: 30444, http: 30080 });
  });

  it("is not guessed from an export without Services", async () => {
    const inventory = await inventoryOf(fixture("rke2"));
    const file = writtenFrom({ ...inventory, missing: ["services"] });
    assert.deepEqual(todosOf(file), ["pomerium.loadBalancerIP"]);
  });
});
