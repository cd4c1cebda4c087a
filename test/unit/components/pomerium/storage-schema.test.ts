import { strict as assert } from "node:assert";
import { storageLines } from "../../../../components/pomerium/announce.ts";
import { clusterProblems } from "../../../../components/pomerium/checks.ts";
import type { LivePomerium } from "../../../../components/pomerium/live.ts";
import type { LiveStorage } from "../../../../components/pomerium/live-store.ts";
import type { StorageConfig } from "../../../../components/pomerium/storage.ts";
import { goodStack, hunter2, parse, problemsOf, put, warnings } from "../../stack/base.ts";

const raw = (storage: unknown, version = "v0.33.1") =>
  put(put(goodStack(), "pomerium.storage", storage), "pomerium.version", version);
const resolved = (storage: unknown): StorageConfig => parse(raw(storage)).pomerium.storage;

const hostPath = { pebble: { hostPath: "/data/pomerium" } };
const provisioned = { pebble: { storageClass: "local-path" } };
const claimed = { pebble: { claim: "sessions" } };
const memory = { memory: {} };
const cluster = { cluster: {} };
const postgres = { postgres: { connection: hunter2 } };

describe("where sessions are kept", () => {
  it("is one of several stores, each with its defaults", () => {
    assert.deepEqual(resolved(hostPath), { pebble: { hostPath: "/data/pomerium", size: "2Gi" } });
    assert.deepEqual(resolved(provisioned), { pebble: { storageClass: "local-path", size: "2Gi" } });
    assert.deepEqual(resolved(claimed), { pebble: { claim: "sessions" } });
    assert.deepEqual(resolved(memory), { memory: {} });
    assert.deepEqual(resolved(cluster), { cluster: { replicas: 3, size: "2Gi" } });
    const { replicas } = (resolved(postgres) as { postgres: { replicas: number } }).postgres;
    assert.equal(replicas, 2);
  });

  it("is refused where it cannot work, with what to write", () => {
    const cases: [unknown, RegExp, string?][] = [
      [{ pebble: {} }, /pebble: names no volume: write hostPath, storageClass or claim/],
      [{ pebble: { hostPath: "/data/p", claim: "c" } }, /pebble: has hostPath and claim: write exactly one/],
      [{ pebble: { storageClass: "x", node: "octavo" } }, /node: goes with hostPath only/],
      [{ pebble: { claim: "x", size: "1Gi" } }, /size: goes with hostPath and storageClass only/],
      [{ pebble: { storageClass: "Local Path" } }, /storageClass: is no name of a StorageClass/],
      [{ pebble: { hostPath: "/etc" } }, /hostPath: is in \/etc/],
      [{ cluster: { replicas: 2 } }, /replicas: must be an odd number from 3 to 7: a majority decides/],
      [{ cluster: { replicas: 4 } }, /must be an odd number/],
      [cluster, /cluster: needs Pomerium v0\.33\.0 or later; the stack runs v0\.32\.9/, "v0.32.9"],
      [{ postgres: { connection: hunter2, caSecret: "ca" } }, /caSecret: is not a Secret of the cluster/],
      [
        { postgres: { connection: hunter2, tlsSecret: "pomerium/client", verify: true } },
        /postgres\.verify: does not go with tlsSecret: the client certificate is in the cluster/,
      ],
      [{ ...memory, ...cluster }, /exactly one of pebble, memory, cluster and postgres/],
    ];
    for (const [storage, message, version] of cases)
      assert.match(problemsOf(raw(storage, version)).join("\n"), message);
  });

  it("in memory is warned of with the consequence", () => {
    assert.match(
      warnings(parse(raw(memory))).join("\n"),
      /storage\.memory: sessions are in memory: whenever Pomerium's pod starts again, everybody has to sign in again/,
    );
    assert.doesNotMatch(warnings(parse(raw(provisioned))).join("\n"), /storage/);
  });
});

describe("the storage of a live cluster", () => {
  const nothing: LivePomerium = {
    ...{ existing: [], foreign: [], forced: [], readyReplicas: 0, nodes: [], claims: [] },
  };
  const problems = (storage: unknown, live: Partial<LivePomerium>) =>
    clusterProblems(parse(raw(storage)), { ...nothing, ...live }).map(
      ({ at, message, fix = "" }) => `${at}: ${message} » ${fix}`,
    );

  it("must have the claim that the stack file names", () => {
    assert.deepEqual(problems(claimed, { claims: [{ name: "sessions" }] }), []);
    assert.match(
      problems(claimed, { claims: [{ name: "session" }] })[0]!,
      /pebble\.claim: the claim pomerium\/sessions does not exist; there is session; make it, or/,
    );
    assert.match(problems(claimed, {})[0]!, /does not exist; make it/);
  });

  it("keeps the class and the size of a claim, so another one in the stack file is refused", () => {
    const claims = (storageClass: string, size: string) => ({
      claims: [{ name: "pomerium-store", storageClass, size }],
    });
    assert.deepEqual(problems(provisioned, claims("local-path", "2048Mi")), []);
    assert.match(
      problems(provisioned, claims("longhorn", "2Gi"))[0]!,
      /storageClass: the claim pomerium\/pomerium-store has the class longhorn.* » kubectl --context test --namespace pomerium delete statefulset\/pomerium pvc\/pomerium-store$/,
    );
    assert.match(
      problems(provisioned, claims("local-path", "1Gi"))[0]!,
      /size: .*asks for 1Gi.* » kubectl .* patch pvc pomerium-store .*"storage":"2Gi"/,
    );
    assert.deepEqual(problems(hostPath, claims("longhorn", "1Gi")), []);
  });

  it("needs a node for each member of a cluster of Pomeriums", () => {
    assert.deepEqual(problems(cluster, { nodes: ["a", "b", "c"] }), []);
    assert.match(
      problems(cluster, { nodes: ["a", "b"] })[0]!,
      /storage\.cluster: needs 3 nodes, one for each pod, and only a, b take pods; use pebble, or postgres/,
    );
    assert.deepEqual(problems(provisioned, { nodes: ["a", "b"] }), [], "only a folder belongs to one node");
  });
});

describe("a change of the storage", () => {
  const lines = (storage: unknown, live?: LiveStorage, volume?: LivePomerium["volume"]) =>
    storageLines(parse(raw(storage)), {
      ...(live ? { storage: live } : {}),
      ...(volume ? { volume } : {}),
    });
  const onFolder: LiveStorage = { store: "pebble", claim: "pomerium-pvc-data" };

  it("is not mentioned while nothing changes, nor before there is any storage", () => {
    assert.deepEqual(lines(hostPath, onFolder), []);
    assert.deepEqual(lines(hostPath, { store: "pebble" }), []);
    assert.deepEqual(lines(provisioned, { store: "pebble", claim: "pomerium-store" }), []);
    assert.deepEqual(lines(claimed, { store: "pebble", claim: "sessions" }), []);
    for (const store of ["memory", "cluster", "postgres"] as const)
      assert.deepEqual(lines({ memory, cluster, postgres }[store], { store }), []);
    assert.deepEqual(lines(postgres), []);
  });

  it("is announced with what is lost and what becomes of the old sessions", () => {
    const volume = { name: "pomerium-pv-data", hostPath: "/data/pomerium", released: false };
    assert.deepEqual(lines(postgres, onFolder, volume), [
      "storage: sessions are on the volume of the claim pomerium-pvc-data now, and this run keeps them in PostgreSQL; nothing is copied, so everybody has to sign in again",
      "storage: the old sessions stay in /data/pomerium on the node; going back finds them",
    ]);
    const fates: [unknown, LiveStorage, RegExp][] = [
      [hostPath, { store: "postgres" }, /stay in the database/],
      [hostPath, { store: "memory" }, /end with their pod/],
      [hostPath, { store: "cluster" }, /claims storage-pomerium-…, which nobody deletes/],
      [
        hostPath,
        { store: "pebble", claim: "pomerium-store" },
        /pomerium-store is deleted, and with it the old sessions/,
      ],
      [provisioned, onFolder, /stay on their volume/],
      [provisioned, { store: "pebble" }, /stay on their volume/],
      [claimed, { store: "pebble", claim: "other" }, /stay on their volume/],
    ];
    for (const [storage, live, fate] of fates) {
      const [change, what] = lines(storage, live);
      assert.match(change!, /everybody has to sign in again/);
      assert.match(what!, fate);
    }
  });
});
