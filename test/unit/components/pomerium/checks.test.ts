import { strict as assert } from "node:assert";
import { clusterProblems, takeOverProblems } from "../../../../components/pomerium/checks.ts";
import type { LivePomerium } from "../../../../components/pomerium/live.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";
import { noPomerium } from "./no-pomerium.ts";

const stack = parse(goodStack());

function problems(live: Partial<LivePomerium>, of: Stack = stack): string[] {
  return takeOverProblems(of, { ...noPomerium, ...live }).map(
    ({ at, message, fix }) => `${at}: ${message} » ${fix}`,
  );
}

describe("a hand-made volume for the store", () => {
  const volume = { name: "pomerium-pv-data", hostPath: "/data/pomerium", released: false };

  it("is adopted if its folder is the one in the stack file", () => {
    assert.deepEqual(problems({ volume }), []);
    assert.deepEqual(problems({ volume: { ...volume, hostPath: "/data/pomerium/" } }), []);
  });

  it("is refused if its folder is another one, with the edit that names that folder", () => {
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

  it("is refused if it is not a folder of a node", () => {
    const [problem] = problems({ volume: { name: "pvc-1", released: false } });
    assert.match(problem ?? "", /holds the volume pvc-1, which is not a folder/);
    assert.match(problem ?? "", /delete deployment\/pomerium pvc\/pomerium-pvc-data$/);
  });

  it("is refused while it is reserved for a deleted claim", () => {
    assert.match(problems({ volume: { ...volume, released: true } })[0] ?? "", /patch persistentvolume/);
  });

  it("is refused if the store is in a subfolder that this program would not open", () => {
    assert.deepEqual(problems({ volume, store: "/data/pomerium/databroker" }), []);
    const [problem] = problems({ volume, store: "/data/pomerium" });
    assert.match(
      problem ?? "",
      /are in \/data\/pomerium, and Pomerium would open \/data\/pomerium\/databroker/,
    );
    assert.match(problem ?? "", /scale deployment pomerium --replicas 0$/);
  });

  it("is not needed: a Deployment may use the stack's folder directly", () => {
    assert.deepEqual(problems({ store: "/data/pomerium/databroker" }), []);
    assert.match(problems({ store: "/srv/p/databroker" })[0] ?? "", /hostPath \/srv\/p$/);
  });

  it("is ignored if sessions are in PostgreSQL", () => {
    const raw = put(goodStack(), "pomerium.storage", {
      postgres: { connection: "postgresql://u:p@db/pomerium", replicas: 2 },
    });
    assert.deepEqual(problems({ volume: { ...volume, hostPath: "/elsewhere" } }, parse(raw)), []);
  });
});

describe("a hand-made StatefulSet of Pomerium", () => {
  it("is refused, because it has the name of the program's StatefulSet and cannot be changed into it", () => {
    const [problem, ...others] = problems({ foreign: ["StatefulSet pomerium/pomerium"] });
    assert.deepEqual(others, []);
    assert.match(problem ?? "", /kubectl --context test delete statefulset --namespace pomerium pomerium$/);
  });

  it("is not refused in later runs, when it is the program's own", () => {
    assert.deepEqual(problems({ existing: ["StatefulSet pomerium/pomerium"] }), []);
  });
});

describe("the cluster under Pomerium", () => {
  const found = (live: Partial<LivePomerium>, edits: Record<string, unknown> = {}): string[] => {
    const raw = goodStack();
    for (const [path, value] of Object.entries(edits)) put(raw, path, value);
    return clusterProblems(parse(raw), { ...noPomerium, ...live }).map(
      ({ at, message, fix }) => `${at}: ${message} » ${fix}`,
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

  it("with several nodes needs the name of the node that has the sessions", () => {
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

  it("must not be asked for an address in two ways, because MetalLB refuses that", () => {
    const [problem, ...others] = found({ metalLbAnnotation: "metallb.universe.tf/loadBalancerIPs" });
    assert.deepEqual(others, []);
    assert.ok(
      problem?.endsWith(
        `patch service pomerium-proxy --type merge --patch '{"metadata":{"annotations":{"metallb.universe.tf/loadBalancerIPs":null}},"spec":{"loadBalancerIP":"192.168.0.172"}}'`,
      ),
      problem ?? "no problem",
    );
  });
});
