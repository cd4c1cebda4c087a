import { Listr } from "listr2";
import { readCluster } from "../components/cluster/live.ts";
import { loadFromFile } from "../config/load.ts";
import type { Phase } from "../config/stack.ts";
import { matrix } from "../policies/matrix/matrix.ts";
import { appsOf } from "../policies/matrix/view.ts";
import { matrixTable } from "../policies/report/table.ts";
import { inspect } from "../preflight/inspect.ts";
import { readiness } from "../preflight/readiness.ts";
import type { Api } from "./cluster/api.ts";
import { GoMissingError } from "./cluster/go.ts";
import { describeProgress, ensureTools, type Tools } from "./cluster/tools.ts";
import { cliRunner, describeCli, hasProvider, installedCli } from "./runner/pulumi-cli.ts";
import type { Outcome, Progress, Runner } from "./runner/runner.ts";
import { standInRunner } from "./runner/stand-in.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";
import { stackFile, stackNames } from "./stacks.ts";

/** The phases that the demo walks through, in their order. */
const phases: Phase[] = ["coexist", "cutover"];

/** Resource by resource, for who watches; in a log it would bury the rest. */
const live = process.stdout.isTTY;

/** A run that did not do what it should; its message is for the person who watches. */
class DemoError extends Error {}

async function demo(): Promise<void> {
  const cli = await installedCli();
  const tools = await built();
  const { kubernetes, etcd, kwok } = tools.versions;
  console.log(`Sandbox  Kubernetes ${kubernetes}, etcd ${etcd}, kwok ${kwok} · ${howBuilt(tools)}`);
  console.log(
    `engine   ${cli ? describeCli(cli, await hasProvider(cli, "cloudflare")) : "stand-in for Pulumi's engine (no Pulumi CLI on this machine)"}`,
  );

  for (const stack of stackNames) {
    console.log(`\n${stack}`);
    let sandbox: Sandbox | undefined;
    let runner: Runner | undefined;
    try {
      await new Listr(
        [
          {
            title: "before",
            task: async (_, task) => {
              sandbox = await openSandbox(stack, tools, { onProgress: (doing) => watch(task, doing) });
              const options = { stack, kubeconfig: sandbox.cluster.kubeconfig, env: sandbox.env };
              runner = cli ? await cliRunner(cli, options) : await standInRunner(tools, options);
              const apps = loadFromFile(stackFile(stack)).apps.length;
              task.title = `before     ${apps} apps, cert-manager · cluster up in ${seconds(sandbox.cluster.startMs)}`;
            },
          },
          ...phases.map((phase) => ({
            title: phase,
            task: async (_: unknown, task: { title: string; output: string }) => {
              const began = Date.now();
              await runner!.configure(sandbox!.config(phase));
              const outcome = await runner!.up((progress) => watch(task, describe(progress)));
              if (outcome.errors.length > 0) throw new DemoError(outcome.errors.join("\n"));
              task.title = `${phase.padEnd(10)} ${summary(outcome)} · ${seconds(Date.now() - began)}`;
            },
          })),
          {
            title: "no change",
            task: async (_, task) => {
              const began = Date.now();
              const outcome = await runner!.preview((progress) => watch(task, describe(progress)));
              if (outcome.errors.length > 0) throw new DemoError(outcome.errors.join("\n"));
              task.title = `preview    ${summary(outcome)} · ${seconds(Date.now() - began)}`;
            },
          },
        ],
        { rendererOptions: { collapseErrors: false } },
      ).run();
      await show(stack, sandbox!);
    } finally {
      await runner?.close();
      await sandbox?.stop();
    }
  }
  console.log(`
Where to go next
  who may reach what, as a page   npm run cli -- access octavo --format html --output access.html
  what a change would open        edit Pulumi.octavo.yaml, then npm run cli -- diff octavo --from HEAD
  a real cluster                  README.md, "A real cluster"`);
}

function watch(task: { output: string }, doing: string): void {
  if (live) task.output = doing;
}

/** The programs of the sandbox; building them, once, takes minutes, and says so. */
async function built(): Promise<Tools> {
  let task = "";
  const tools = await ensureTools({
    onProgress: (progress) => {
      const line = `Sandbox  ${describeProgress(progress)}`;
      if (live) process.stdout.write(`\r${line.padEnd(78)}`);
      else if (progress.task !== task) console.log(line);
      task = progress.task;
    },
  });
  if (live && task) process.stdout.write(`\r${" ".repeat(78)}\r`);
  return tools;
}

function howBuilt({ builtNow, buildMs }: Tools): string {
  return builtNow ? `built in ${seconds(buildMs)}` : `built once (${seconds(buildMs)})`;
}

/** What the stack came to: who may reach what, and what Pomerium says of itself. */
async function show(stack: string, { cluster, cloudflare }: Sandbox): Promise<void> {
  const { apps, directory, pomerium, certificates, cluster: meant } = loadFromFile(stackFile(stack));
  const { issuer } = certificates;
  const byHost = apps.map((app) => ({ ...app, name: app.host }));
  console.log(
    `\n${matrixTable(matrix(appsOf(byHost, pomerium.version), directory), { width: process.stdout.columns })}\n`,
  );
  const seen = await inspect({ ...meant, kubeconfig: cluster.kubeconfig }, readCluster);
  if (!("at" in seen)) console.log(`ready    ${readiness(seen)}`);
  console.log(`issuer   ${await issuance(cluster.api, issuer)}`);
  for (const { name, config } of cloudflare.state.tunnels)
    for (const { hostname, service } of config?.ingress ?? [])
      console.log(`tunnel   ${name.padEnd(8)} ${(hostname ?? "anything else").padEnd(48)} → ${service}`);
  for (const { name, type, content } of cloudflare.state.records)
    console.log(`record   ${type} ${name} → ${content}`);
}

/** `letsencrypt-prod: ready · 19/19 certificates issued`. */
async function issuance(api: Api, issuer: string): Promise<string> {
  interface Conditions {
    status?: { conditions?: { type: string; status: string }[] };
  }
  const ready = ({ status }: Conditions): boolean =>
    status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ??
    false;
  const group = "/apis/cert-manager.io/v1";
  const [own, list] = await Promise.all([
    api.find<Conditions>(`${group}/clusterissuers/${issuer}`),
    api.find<{ items: Conditions[] }>(`${group}/certificates`),
  ]);
  const certificates = list?.items ?? [];
  return `${issuer}: ${own && ready(own) ? "ready" : "not ready"} · ${certificates.filter(ready).length}/${certificates.length} certificates issued`;
}

function describe({ operation, type, name }: Progress): string {
  return `${operation} ${type.split(":").at(-1)} ${name}`;
}

/** `95 created · 2 updated`; what stayed the same only where nothing else happened. */
function summary({ counts }: Outcome): string {
  const words: Record<string, string> = {
    create: "created",
    import: "adopted",
    update: "changed",
    delete: "deleted",
    replace: "replaced",
  };
  const changed = Object.entries(counts).filter(([operation]) => operation !== "same");
  if (changed.length === 0) return `${counts.same ?? 0} unchanged`;
  return changed.map(([operation, count]) => `${count} ${words[operation] ?? operation}`).join(" · ");
}

function seconds(ms: number): string {
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

try {
  await demo();
} catch (error) {
  if (!(error instanceof DemoError || error instanceof GoMissingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
