import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { type PhaseRecord, readCluster } from "../../../../components/cluster/live.ts";
import { ownerProblems, recordOwner } from "../../../../components/cluster/owner.ts";
import type { Phase } from "../../../../components/cluster/phase.ts";
import { type PhaseRecordArgs, recordPhase } from "../../../../components/cluster/phase-record.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";
import { record } from "../pomerium/recorder.ts";

const octavo = { name: "octavo", cluster: { context: "octavo" } };

describe("a cluster that a stack manages", () => {
  const problems = (owner: string | undefined) => ownerProblems(octavo, owner === undefined ? {} : { owner });

  it("refuses any other stack, with the command that hands the cluster over", () => {
    for (const owner of [
      "pomerium-migration/alfred",
      "pomerium-migration/octavo2",
      "another-project/octavo",
    ]) {
      const [problem, ...others] = problems(owner);
      assert.deepEqual(others, []);
      assert.equal(problem?.at, "cluster.context");
      assert.match(
        problem?.message ?? "",
        new RegExp(`belongs to the stack ${owner}, and this is pomerium-migration/octavo:`),
      );
      assert.equal(
        problem?.fix,
        `kubectl --context octavo --namespace pomerium patch configmap pomerium-migration --type json --patch '[{"op":"remove","path":"/data/owner"}]'`,
      );
    }
  });

  it("accepts its own stack, the first stack, and a stack to which it was handed over", () => {
    assert.deepEqual(problems("pomerium-migration/octavo"), []);
    assert.deepEqual(problems(undefined), []);
    assert.deepEqual(ownerProblems(octavo, undefined), []);
  });
});

describe("the record of the phase", () => {
  const { fake, connect } = useFakeApi();
  const existing = { phase: "cutover", adopted: ["Ingress a/b"], tunnels: "{}" };
  /** A record as one run registers it. */
  const written = async ({
    stack = { name: "octavo", phase: "coexist" },
    record: before,
    ...args
  }: Partial<PhaseRecordArgs> & {
    stack?: { name: string; phase: Phase };
    record?: PhaseRecord | undefined;
  }) => {
    const registrations = await record(() => {
      recordPhase(
        stack,
        {
          adopted: ["Service x/y"],
          pomerium: { namespace: "pomerium" },
          live: { cluster: { record: before } },
          proof: {
            digest: "0123456789abcdef",
            hook: new pulumi.ResourceHook("what is written is in force", async () => {}),
          },
          ...args,
        },
        {},
      );
    });
    const phase = registrations.find(({ name }) => name === "phase");
    return { data: phase?.inputs.data as Record<string, string>, importId: phase?.importId };
  };

  it("contains the stack, and is read back unchanged", async () => {
    const { data, importId } = await written({ tunnels: '{"records":[]}' });
    assert.equal(importId, "");
    fake.objects["/api/v1/namespaces/pomerium/configmaps/pomerium-migration"] = { data };
    assert.deepEqual((await readCluster(await connect())).record, {
      owner: recordOwner("octavo"),
      phase: "coexist",
      adopted: ["Service x/y"],
      tunnels: '{"records":[]}',
    });
  });

  it("is found again by a stack that has lost its state", async () => {
    assert.equal((await written({ record: existing })).importId, "pomerium/pomerium-migration");
  });

  it("changes with everything that the check covers, so that each change is checked", async () => {
    assert.equal((await written({})).data.inForce, "0123456789abcdef");
  });

  it("still lists in retired the adopted objects and the record of the tunnels", async () => {
    const { data } = await written({
      stack: { name: "octavo", phase: "retired" },
      adopted: [],
      record: existing,
    });
    assert.deepEqual([data.adopted, data.tunnels], ["Ingress a/b", "{}"]);
  });

  it("remembers an installation that was retired before the one that is adopted now", async () => {
    const cutover = { name: "octavo", phase: "cutover" } as const;
    const retired = { ...existing, phase: "retired" };
    const second = (await written({ stack: cutover, record: retired })).data;
    assert.equal(second.retired, "Ingress a/b");
    fake.objects["/api/v1/namespaces/pomerium/configmaps/pomerium-migration"] = { data: second };
    const { record } = await readCluster(await connect());
    assert.deepEqual(record?.retired, ["Ingress a/b"]);
    for (const phase of ["cutover", "retired"] as const)
      assert.equal(
        (await written({ stack: { ...cutover, phase }, record })).data.retired,
        "Ingress a/b",
        phase,
      );
    const third = await written({
      stack: cutover,
      adopted: ["Service z/z"],
      record: { ...record!, phase: "retired" },
    });
    assert.equal(third.data.retired, "Ingress a/b\nService x/y");
    for (const others of [
      { record: existing },
      { record: retired, adopted: ["Ingress a/b", "Service x/y"] },
      { record: retired, stack: { ...cutover, phase: "retired" as const } },
    ])
      assert.equal((await written({ stack: cutover, ...others })).data.retired, undefined);
  });
});
