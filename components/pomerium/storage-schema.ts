import { z } from "zod";
import { behaves, firstWith } from "../../policies/language/releases.ts";
import {
  amount,
  expectations,
  objectName,
  secret,
  secretReference,
  text,
  unknownKeys,
} from "../../stack-file/fields.ts";
import type { Report } from "../../stack-file/problems.ts";
import { asSecret } from "../../stack-file/secrets.ts";
import { hostPathProblem } from "./host-path.ts";
import type { PebbleConfig, StorageConfig } from "./storage.ts";

const defaultSize = "2Gi";
const size = amount.optional().describe(`Size of the volume, a quantity. Default: ${defaultSize}.`);

/** Explains why the Pebble store has no setting for the number of pods. */
const oneWriter = {
  explain: (key: string) =>
    key === "replicas"
      ? "Pebble has one writer and so one replica; `storage.cluster` and `storage.postgres` take more"
      : undefined,
};

const pebble = z
  .strictObject({
    hostPath: text(
      (value) => /^\/[^\0]*$/.test(value) && value !== "/" && !value.split("/").includes(".."),
      'must be an absolute path on the node, below /, without ".."',
    )
      .optional()
      .describe("Directory on the node; made when it is absent, owned by uid and gid 65532."),
    node: objectName("a node")
      .optional()
      .describe("Node that has the directory; required on a cluster with several nodes."),
    storageClass: objectName("a StorageClass")
      .optional()
      .describe("Class that makes the volume, such as `local-path` or `longhorn`; in place of `hostPath`."),
    claim: objectName("a claim")
      .optional()
      .describe(
        "PersistentVolumeClaim in the namespace pomerium that exists already; in place of `hostPath`.",
      ),
    size,
  })
  .describe(
    "Pomerium's own store on one volume: one writer, so one replica. Exactly one of hostPath, storageClass and claim.",
  )
  .register(unknownKeys, oneWriter);

/** Members of a cluster that agree by majority. */
const members = { least: 3, most: 7 };

const cluster = z
  .strictObject({
    replicas: z
      .int()
      .refine((count) => count >= members.least && count <= members.most && count % 2 === 1, {
        error: `must be an odd number from ${members.least} to ${members.most}: a majority decides`,
      })
      .default(members.least)
      .describe(`Pods of Pomerium, each on a node of its own. Default: ${members.least}.`),
    storageClass: objectName("a StorageClass")
      .optional()
      .describe("Class that makes a volume for each pod. Default: the cluster's default class."),
    size,
  })
  .describe("Pomerium's own store with a copy in every pod; the pods agree by Raft.");

const postgres = z
  .strictObject({
    connection: secret.describe("Connection string, `postgres://…`; encrypted."),
    replicas: z
      .int()
      .min(1, { error: "must be at least 1" })
      .default(2)
      .describe("Pods of Pomerium. Default: 2."),
    caSecret: secretReference
      .optional()
      .describe("Secret (`namespace/name`, key `ca.crt`) with the authority of the database's certificate."),
    tlsSecret: secretReference
      .optional()
      .describe("TLS Secret (`namespace/name`) with the client certificate for the database."),
    verify: z
      .boolean()
      .optional()
      .describe(
        "Whether a preview connects to the database from where Pulumi runs, and checks TLS, password and rights. Default: false.",
      ),
  })
  .describe("PostgreSQL, for any number of replicas.");

export const storageSchema = z
  .union([
    z.strictObject({ pebble }).describe("One node.").register(unknownKeys, oneWriter),
    z
      .strictObject({ memory: z.strictObject({}).describe("No settings: write `{}`.") })
      .describe("A trial: every restart of Pomerium signs everybody out."),
    z.strictObject({ cluster }).describe("Three or more nodes, without a database."),
    z.strictObject({ postgres }).describe("A busy cluster."),
  ])
  .register(expectations, {
    expected: "a map with exactly one of pebble, memory, cluster and postgres",
  })
  .describe("Where sessions are kept: exactly one of pebble, memory, cluster and postgres.");

export type StorageInput = z.output<typeof storageSchema>;

const volumeKeys = ["hostPath", "storageClass", "claim"] as const;

/** Checks that involve more than one value of the section. */
export function checkStorage(storage: StorageInput, version: string, report: Report): void {
  const at = ["pomerium", "storage"];
  if ("memory" in storage)
    report.warning(
      [...at, "memory"],
      "sessions are in memory: whenever Pomerium's pod starts again, everybody has to sign in again",
    );
  if ("cluster" in storage && !behaves(version, "clusteredStore"))
    report.problem(
      [...at, "cluster"],
      `needs Pomerium ${firstWith("behaviours", "clusteredStore")} or later; the stack runs ${version}`,
    );
  if ("postgres" in storage && storage.postgres.verify && storage.postgres.tlsSecret !== undefined)
    report.problem(
      [...at, "postgres", "verify"],
      "does not go with tlsSecret: the client certificate is in the cluster, and the check connects from where Pulumi runs; remove one of the two",
    );
  if (!("pebble" in storage)) return;
  const { pebble } = storage;
  const given = volumeKeys.filter((key) => pebble[key] !== undefined);
  if (given.length !== 1)
    report.problem(
      [...at, "pebble"],
      given.length === 0
        ? "names no volume: write hostPath, storageClass or claim"
        : `has ${given.join(" and ")}: write exactly one of them`,
    );
  else if (pebble.hostPath === undefined && pebble.node !== undefined)
    report.problem([...at, "pebble", "node"], `goes with hostPath only; the volume's own node counts`);
  else if (pebble.claim !== undefined && pebble.size !== undefined)
    report.problem(
      [...at, "pebble", "size"],
      "goes with hostPath and storageClass only; the claim has its own size",
    );
  const wrong = pebble.hostPath === undefined ? undefined : hostPathProblem(pebble.hostPath);
  if (wrong !== undefined) report.problem([...at, "pebble", "hostPath"], wrong);
}

/** @param storage Passed `checkStorage`. */
export function resolveStorage(storage: StorageInput): StorageConfig {
  if ("pebble" in storage) return { pebble: resolvePebble(storage.pebble) };
  if ("memory" in storage) return { memory: {} };
  if ("cluster" in storage)
    return { cluster: { ...storage.cluster, size: storage.cluster.size ?? defaultSize } };
  const { connection, ...rest } = storage.postgres;
  return { postgres: { connection: asSecret(connection), ...rest } };
}

function resolvePebble({
  hostPath,
  node,
  storageClass,
  claim,
  size = defaultSize,
}: z.output<typeof pebble>): PebbleConfig {
  if (hostPath !== undefined) return { hostPath, size, ...(node === undefined ? {} : { node }) };
  return storageClass === undefined ? { claim: claim! } : { storageClass, size };
}
