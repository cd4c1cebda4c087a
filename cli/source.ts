import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command, Option } from "commander";
import type { Cluster } from "../components/cluster/config.ts";
import { refuseAnotherCluster } from "../components/cluster/identity.ts";
import type { ClusterAddress } from "../components/cluster/kubeconfig.ts";
import { type ExportedText, readExported } from "../discovery/exported.ts";
import { ExportedCluster } from "../discovery/exported-cluster.ts";
import { type Inventory, readInventory } from "../discovery/inventory.ts";
import { underNginx } from "../discovery/under-nginx.ts";
import { type Moves, movesOf } from "../policies/access/before.ts";
import { matrix } from "../policies/access/matrix/matrix.ts";
import type { View } from "../policies/access/matrix/view.ts";
import { visible } from "../report/text.ts";
import type { Stack } from "../stack/stack.ts";
import { paint } from "./colour.ts";
import { repeated, valueOption } from "./command.ts";
import { decoded } from "./decode.ts";
import { CliError, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";
import { withNotice } from "./notice.ts";

/** Where a command reads a cluster from. */
export interface SourceOptions {
  context?: string;
  kubeconfig?: string;
  from?: string[];
}

/** What was read, and where. */
export interface Source {
  inventory: Inventory;
  /** Where it comes from, as the end of "from …". */
  name: string;
  context?: string;
  /** Parts of the files that could not be used. */
  problems: readonly string[];
}

/** Adds the options to a command. */
export function addSourceOptions(command: Command): void {
  command
    .addOption(valueOption("--context <name>", "context of the kubeconfig; needed if it has several"))
    .addOption(valueOption("--kubeconfig <file>", "kubeconfig; default: $KUBECONFIG or ~/.kube/config"))
    .addOption(
      valueOption(
        "--from <file>",
        "exported objects in place of a cluster: a file, a folder of files, or - for standard input; may be repeated",
      ).argParser(repeated),
    );
}

/** How the input is made, for the help of a command. */
export const exportHelp = `
Without --from, the cluster is read, and only read. An export is what kubectl prints:

  kubectl get ingress,ingressclass,service,deployment,daemonset,statefulset,configmap,namespace,node -A -o yaml

An export may hold more or less than that. Secrets are not needed, and their contents are dropped.`;

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
 * The option that names the ingress-nginx to compare a stack with: in the stack's own cluster, or in an export of it.
 */
export const nginxOption = (): Option =>
  valueOption(
    "--nginx <source>",
    "who passed under ingress-nginx: `live` (the stack's cluster), or exported objects (a file, a folder, or -)",
  );

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
  else if (cluster.uid !== "" && stack.cluster.uid !== undefined && cluster.uid !== stack.cluster.uid)
    throw new CliError(
      `${source.name} is of the cluster ${cluster.uid}, and the stack ${stack.name} means ${stack.cluster.uid}`,
    );
  return source;
}

/** Who passed under ingress-nginx, against a view. */
export function movesFrom({ inventory, name }: Source, stack: Stack, { apps, directory }: View): Moves {
  return movesOf(underNginx(inventory, stack, name), matrix(apps, directory));
}

async function fromCluster({ context: named, kubeconfig }: SourceOptions, io: Io): Promise<Source> {
  const context = named ?? theOnly(await io.contexts(kubeconfig));
  const inventory = await inventoryOf({ context, ...(kubeconfig === undefined ? {} : { kubeconfig }) }, io);
  return { inventory, name: `context ${context}`, context, problems: [] };
}

/** Reads a cluster. @throws ClusterError if it does not answer. */
export function inventoryOf(address: ClusterAddress, io: Io): Promise<Inventory> {
  return withNotice(`reading the cluster of context ${address.context}`, io, async () =>
    readInventory(await io.openCluster(address)),
  );
}

function theOnly(contexts: readonly string[]): string {
  const [only, ...others] = contexts;
  if (only === undefined)
    throw new CliError("the kubeconfig has no context; name the file with --kubeconfig");
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
