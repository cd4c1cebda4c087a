import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Cluster } from "../components/cluster/config.ts";
import { refuseAnotherCluster } from "../components/cluster/identity.ts";
import type { ClusterAddress } from "../components/cluster/kubeconfig.ts";
import { type ExportedText, readExported } from "../discovery/exported.ts";
import { ExportedCluster } from "../discovery/exported-cluster.ts";
import { type Inventory, readInventory } from "../discovery/inventory.ts";
import { underNginx } from "../discovery/under-nginx.ts";
import { type Moves, movesOf } from "../policies/access/before-pomerium.ts";
import { matrix } from "../policies/access/matrix/matrix.ts";
import type { View } from "../policies/access/matrix/view.ts";
import { visible } from "../report/text.ts";
import type { Stack } from "../stack/stack.ts";
import { paint } from "./colour.ts";
import { decoded } from "./decode.ts";
import { CliError, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";
import { withNotice } from "./progress.ts";
import type { SourceOptions } from "./source-options.ts";

/** What was read, and where. */
export interface Source {
  inventory: Inventory;
  /** Where it comes from, as the end of "from …". */
  name: string;
  context?: string;
  /** Parts of the files that could not be used. */
  problems: readonly string[];
}

/**
 * Reads the cluster, the files or standard input.
 *
 * @throws UsageError if it is not clear which cluster is meant.
 * @throws ClusterError if the cluster does not answer.
 */
export async function readSource(options: SourceOptions, io: Io): Promise<Source> {
  const { from = [] } = options;
  if (from.length === 0) return fromCluster(options, io);
  const name = from.map((each) => (each === "-" ? "standard input" : each)).join(", ");
  const texts = await withNotice(`reading ${name}`, io, () => textsOf(from, io));
  const size = texts.reduce((sum, { text }) => sum + text.length, 0);
  // No timer runs while a text is parsed, so a long wait is announced by the size.
  if (size > longToParse) io.err(`reading ${Math.round(size / 1e6)} MB of objects …\n`);
  const exported = texts.map(readExported);
  const objects = exported.flatMap((each) => each.objects);
  const problems = exported.flatMap((each) => each.problems);
  if (objects.length === 0) throw new CliError([`no Kubernetes object in ${name}`, ...problems].join("\n  "));
  return {
    inventory: await readInventory(new ExportedCluster(objects)),
    name,
    ...(options.context === undefined ? {} : { context: options.context }),
    problems,
  };
}

/**
 * Reads ingress-nginx for a stack.
 *
 * @param named `live`, or what {@link SourceOptions} names under `from`.
 * @throws StackFileError if it is another cluster than the stack's.
 */
export async function readNginx(
  named: string,
  stack: { name: string; cluster: Cluster },
  io: Io,
): Promise<Source> {
  const { context, kubeconfig } = stack.cluster;
  const source = await readSource(
    named === "live" ? { context, ...(kubeconfig === undefined ? {} : { kubeconfig }) } : { from: [named] },
    io,
  );
  for (const problem of source.problems)
    io.err(`${paint({ colour: io.errorColour }, "yellow", "not read:")} ${visible(problem)}\n`);
  const { cluster } = source.inventory;
  if (named === "live") refuseAnotherCluster(stack, cluster);
  // An export may lack the namespace whose UID it is.
  else refuseAnother(source, stack.name, stack.cluster.uid);
  return source;
}

/**
 * Refuses a cluster or an export that is not the one that a stack means. An export may not tell which cluster it is of.
 *
 * @param meant UID in the stack file.
 * @throws CliError if it is another cluster.
 */
export function refuseAnother({ inventory, name }: Source, stack: string, meant: unknown): void {
  const { uid } = inventory.cluster;
  if (uid !== "" && typeof meant === "string" && uid !== meant)
    throw new CliError(`${name} is of the cluster ${uid}, and the stack ${stack} means ${meant}`);
}

/** Who passed under ingress-nginx, against a view. */
export function movesFrom({ inventory, name }: Source, stack: Stack, { apps, directory }: View): Moves {
  return movesOf(underNginx(inventory, stack, name), matrix(apps, directory));
}

async function fromCluster({ context: named, kubeconfig }: SourceOptions, io: Io): Promise<Source> {
  const context = named ?? theOnly(await io.contexts(kubeconfig), kubeconfig);
  const inventory = await inventoryOf({ context, ...(kubeconfig === undefined ? {} : { kubeconfig }) }, io);
  return { inventory, name: `context ${context}`, context, problems: [] };
}

/** Reads a cluster. @throws ClusterError if it does not answer. */
export function inventoryOf(address: ClusterAddress, io: Io): Promise<Inventory> {
  return withNotice(`reading the cluster of context ${address.context}`, io, async () =>
    readInventory(await io.openCluster(address)),
  );
}

function theOnly(contexts: readonly string[], kubeconfig: string | undefined): string {
  const [only, ...others] = contexts;
  if (only === undefined)
    throw new CliError(
      kubeconfig === undefined
        ? "the kubeconfig has no context; name the file with --kubeconfig"
        : `${kubeconfig} has no context, so it is no kubeconfig; exported objects are read with --from`,
    );
  if (others.length > 0)
    throw new UsageError(`which cluster? Name it with --context; the kubeconfig has ${contexts.join(", ")}`);
  return only;
}

/** Characters of an export that take about a second to parse and to judge. */
const longToParse = 3_000_000;

/** Files with objects in a folder. */
const manifests = /\.(ya?ml|json)$/;

async function textsOf(from: readonly string[], io: Io): Promise<ExportedText[]> {
  const found: ExportedText[] = [];
  for (const each of from) {
    if (each === "-") found.push({ file: "standard input", text: await io.stdin() });
    else
      try {
        const path = resolve(io.cwd, each);
        for (const file of filesOf(path, each)) found.push(file);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        throw new CliError(`cannot read ${each}: ${code ?? message}`);
      }
  }
  return found;
}

function filesOf(path: string, name: string): ExportedText[] {
  if (!statSync(path).isDirectory()) return [{ file: name, text: decoded(readFileSync(path)) }];
  return readdirSync(path, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .filter((entry) =>
      entry.isDirectory() ? !/^(\.|node_modules$)/.test(entry.name) : manifests.test(entry.name),
    )
    .flatMap((entry) => filesOf(join(path, entry.name), join(name, entry.name)));
}
