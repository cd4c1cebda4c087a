import { strict as assert } from "node:assert";
import { takeOverProblems } from "../../../../components/pomerium/checks.ts";
import type { LivePomerium } from "../../../../components/pomerium/live.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";

const stack = parse(goodStack());
const nothing: LivePomerium = { existing: [], foreign: [], forced: [], readyReplicas: 0 };
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
