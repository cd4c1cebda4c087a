import { strict as assert } from "node:assert";
import { clusterProblems, takeOverProblems } from "../../../../components/pomerium/checks.ts";
import type { LivePomerium } from "../../../../components/pomerium/live.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";

const stack = parse(goodStack());
const nothing: LivePomerium = { existing: [], foreign: [], forced: [], readyReplicas: 0, nodes: [] };
function problems(live: Partial<LivePomerium>, of: Stack = stack): string[] {
  return takeOverProblems(of, { ...nothing, ...live }).map(
    ({ at, message, mend }) => `${at}: ${message} » ${mend}`,
  );
}

describe("the volume that somebody made by hand", () => {
  const volume = { name: "pomerium-pv-data", hostPath: "/data/pomerium", released: false };

  it("is taken when it lies where the stack file says", () => {
    assert.deepEqual(problems({ volume }), []);
    assert.deepEqual(problems({ volume: { ...volume, hostPath: "/data/pomerium/" } }), []);
  });

  it("is refused when it lies elsewhere, with the edit that names its folder", () => {
    const [problem, ...others] = problems({ volume: { ...volume, hostPath: "/home/k8s/data" } });
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^pomerium\.storage\.pebble\.hostPath: the sessions are in \/home\/k8s\/data/,
    );
    assert.match(
      problem ?? "",
      /config set --stack test --path pomerium\.storage\.pebble\.hostPath \/home\/k8s\/data$/,
    );
  });

  it("is refused when it is no folder of a node", () => {
    const [problem] = problems({ volume: { name: "pvc-1", released: false } });
    assert.match(problem ?? "", /holds the volume pvc-1, which is not a folder/);
    assert.match(problem ?? "", /delete deployment\/pomerium pvc\/pomerium-pvc-data$/);
  });

  it("is refused while it waits for a claim that is gone", () => {
    assert.match(problems({ volume: { ...volume, released: true } })[0] ?? "", /patch persistentvolume/);
  });

  it("is refused when the store is another folder of it, which this program would not open", () => {
    assert.deepEqual(problems({ volume, store: "/data/pomerium/databroker" }), []);
    const [problem] = problems({ volume, store: "/data/pomerium" });
    assert.match(
      problem ?? "",
      /are in \/data\/pomerium, and Pomerium would open \/data\/pomerium\/databroker/,
    );
    assert.match(problem ?? "", /scale deployment pomerium --replicas 0$/);
  });

  it("may be none at all: a Deployment's own folder is taken as the stack's", () => {
    assert.deepEqual(problems({ store: "/data/pomerium/databroker" }), []);
    assert.match(problems({ store: "/srv/p/databroker" })[0] ?? "", /hostPath \/srv\/p$/);
  });

  it("is no concern of sessions in PostgreSQL", () => {
    const raw = put(goodStack(), "pomerium.storage", {
      postgres: { connection: "postgresql://u:p@db/pomerium", replicas: 2 },
    });
    assert.deepEqual(problems({ volume: { ...volume, hostPath: "/elsewhere" } }, parse(raw)), []);
  });
});

describe("a StatefulSet that somebody made by hand", () => {
  it("is refused, because it has the name that the program's own needs and cannot become it", () => {
    const [problem, ...others] = problems({ foreign: ["StatefulSet pomerium/pomerium"] });
    assert.deepEqual(others, []);
    assert.match(problem ?? "", /kubectl --context test delete statefulset --namespace pomerium pomerium$/);
  });

  it("is the program's own in every later run", () => {
    assert.deepEqual(problems({ existing: ["StatefulSet pomerium/pomerium"] }), []);
  });
});

describe("the cluster under Pomerium", () => {
  const found = (live: Partial<LivePomerium>, edits: Record<string, unknown> = {}): string[] => {
    const raw = goodStack();
    for (const [path, value] of Object.entries(edits)) put(raw, path, value);
    return clusterProblems(parse(raw), { ...nothing, ...live }).map(
      ({ at, message, mend }) => `${at}: ${message} » ${mend}`,
    );
  };

  it("must be new enough for a pod that pauses before it stops", () => {
    assert.match(
      found({ kubernetesMinor: 29 })[0] ?? "",
      /^cluster: the cluster runs Kubernetes 1\.29, .* 1\.30/,
    );
    for (const kubernetesMinor of [30, 36]) assert.deepEqual(found({ kubernetesMinor }), []);
    assert.deepEqual(found({}), [], "it does not say");
  });

  it("must say on which of its nodes the sessions are", () => {
    const nodes = ["octavo", "alfred"];
    assert.deepEqual(found({ nodes, node: "octavo" }), [
      "pomerium.storage.pebble.node: missing: the cluster has several nodes (octavo, alfred), and the sessions are in a folder of one; name the node that Pomerium must run on, octavo until now » pulumi config set --stack test --path pomerium.storage.pebble.node octavo",
    ]);
    assert.match(found({ nodes })[0] ?? "", /must run on » .* '<node>'$/);
    assert.deepEqual(found({ nodes: ["octavo"] }), []);
    assert.deepEqual(found({ nodes }, { "pomerium.storage.pebble.node": "alfred" }), []);
    assert.match(
      found({ nodes }, { "pomerium.storage.pebble.node": "alfrd" })[0] ?? "",
      /no node "alfrd" takes pods; there are octavo, alfred/,
    );
    const postgres = { postgres: { connection: "postgresql://u:p@db/pomerium", replicas: 2 } };
    assert.deepEqual(found({ nodes }, { "pomerium.storage": postgres }), []);
  });

  it("must be asked for an address in one way: MetalLB refuses two", () => {
    const [problem, ...others] = found({ metalLbAnnotation: "metallb.universe.tf/loadBalancerIPs" });
    assert.deepEqual(others, []);
    assert.ok(
      problem?.endsWith(
        `patch service pomerium-proxy --type merge --patch '{"metadata":{"annotations":{"metallb.universe.tf/loadBalancerIPs":null}},"spec":{"loadBalancerIP":"192.168.0.172"}}'`,
      ),
      problem,
    );
  });
});
