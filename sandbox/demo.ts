import { Listr } from "listr2";
import type { Phase } from "../components/cluster/phase.ts";
import { readFromCluster } from "../components/cluster/read-from-cluster.ts";
import { readinessTable } from "../components/cluster/readiness-table.ts";
import { statusLine } from "../components/pomerium/announce.ts";
import { readStatus } from "../components/pomerium/live.ts";
import { matrix } from "../policies/access/matrix/matrix.ts";
import { appsOf } from "../policies/access/matrix/view.ts";
import { matrixTable } from "../report/table.ts";
import { readFindings } from "../stack/findings.ts";
import { loadFromFile } from "../stack/load.ts";
import { readinessOf } from "../stack/preflight.ts";
import type { Api } from "./cluster/api.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { census, leftOfIngressNginx, otherIngresses } from "./proof.ts";
import type { Outcome, Progress } from "./pulumi/events.ts";
import { openWorkspace, type Workspace } from "./pulumi/workspace.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";
import { type StackName, stackFile, stackNames } from "./stacks.ts";
import { GoMissingError } from "./tools/go.ts";
import { describeDuration, describeProgress } from "./tools/progress.ts";
import type { Tools } from "./tools/tools.ts";

/** Whether to show progress resource by resource. In a log, these lines would hide the rest. */
const live = process.stdout.isTTY;

/** A run with a wrong result. The message is for the person who started the demo. */
class DemoError extends Error {}

async function demo(): Promise<void> {
  const prepared = await prepareAndTell();
  const { kubernetes, etcd, kwok } = prepared.tools.versions;
  console.log(`Sandbox  Kubernetes ${kubernetes}, etcd ${etcd}, kwok ${kwok} · ${howBuilt(prepared.tools)}`);
  console.log(`engine   ${prepared.pulumi.description}`);

  for (const stack of stackNames) await migrate(stack, prepared);
  console.log(`
Where to go next
  who may reach what, as a page   npx pomerium-migration access octavo --format html --output access.html
  what a change would open        edit Pulumi.octavo.yaml, then npx pomerium-migration diff octavo --from HEAD
  a real cluster                  docs/real-cluster.md`);
}

/** Takes one stack through all its phases, on a separate cluster. */
async function migrate(stack: StackName, { tools, pulumi }: Prepared): Promise<void> {
  console.log(`\n${stack}`);
  let sandbox: Sandbox | undefined;
  let workspace: Workspace | undefined;
  const step = (
    title: string,
    run: (onProgress: (progress: Progress) => void) => Promise<Outcome>,
  ): Listed => ({
    title,
    task: async (_, task) => {
      const began = Date.now();
      const outcome = await run((progress) => watch(task, describe(progress)));
      if (outcome.errors.length > 0) throw new DemoError(outcome.errors.join("\n"));
      task.title = `${title.padEnd(10)} ${summary(outcome)} · ${seconds(Date.now() - began)}`;
    },
  });
  const phase = (name: Phase): Listed =>
    step(name, async (onProgress) => {
      await workspace!.configure(sandbox!.config(name));
      return workspace!.up(onProgress);
    });
  try {
    await listed([
      {
        title: "before",
        task: async (_, task) => {
          const began = Date.now();
          sandbox = await openSandbox(stack, tools, { onProgress: (doing) => watch(task, doing) });
          const { env, cluster } = sandbox;
          workspace = await openWorkspace(pulumi, { stack, kubeconfig: cluster.kubeconfig, env });
          task.title = `before     ${await describeBefore(stack, sandbox)} · ${seconds(Date.now() - began)}`;
        },
      },
    ]);
    const others = otherIngresses(await census(sandbox!.cluster.api));
    await listed([phase("coexist")]);
    await showReadiness(stack, sandbox!);
    await listed([phase("cutover")]);
    await showReadiness(stack, sandbox!);
    await listed([
      phase("retired"),
      step("preview", async (onProgress) => {
        const outcome = await workspace!.preview(onProgress);
        const changes = Object.keys(outcome.counts).some((operation) => operation !== "same");
        if (changes && outcome.errors.length === 0)
          throw new DemoError(`the last preview is not empty: ${summary(outcome)}`);
        return outcome;
      }),
    ]);
    await show(stack, sandbox!);
    await prove(sandbox!, others);
  } finally {
    await workspace?.close();
    await sandbox?.stop();
  }
}

/** A step of the list on the screen. */
interface Listed {
  title: string;
  task(context: unknown, task: { title: string; output: string }): Promise<void>;
}

async function listed(steps: Listed[]): Promise<void> {
  await new Listr(steps, { rendererOptions: { collapseErrors: false } }).run();
}

/** `16 apps · ingress-nginx by Helm · 11 nginx Ingresses · 3 of other classes`. */
async function describeBefore(stack: StackName, { cluster }: Sandbox): Promise<string> {
  const { ingressNginx, apps } = loadFromFile(stackFile(stack));
  const path = "/apis/networking.k8s.io/v1/ingresses";
  const list = await cluster.api.find<{ items: { spec: { ingressClassName?: string } }[] }>(path);
  const classes = (list?.items ?? []).map(({ spec }) => spec.ingressClassName ?? "none");
  const nginx = classes.filter((each) => each === "nginx").length;
  const [installation] = ingressNginx?.installations ?? [];
  const how = installation && "helmRelease" in installation.from ? "Helm" : "manifest";
  return `${apps.length} apps · ingress-nginx by ${how} · ${nginx} nginx Ingresses · ${classes.length - nginx} of other classes`;
}

/** Prints the readiness table: what is still missing for `retired`. */
async function showReadiness(stack: StackName, { cluster, config }: Sandbox): Promise<void> {
  const { values } = config("coexist");
  const meant = { ...loadFromFile(stackFile(stack)).cluster, ...(values.cluster as object) };
  const own = { ...loadFromFile(stackFile(stack)), cluster: { ...meant, kubeconfig: cluster.kubeconfig } };
  const findings = await readFromCluster(own.cluster, (api) => readFindings(own, api));
  if ("at" in findings) throw new DemoError(findings.message);
  for (const line of readinessTable(readinessOf(own, findings).rows)) console.log(`    ${line}`);
}

/** Checks that nothing of ingress-nginx is left, and that Ingresses of other classes are unchanged. */
async function prove({ cluster }: Sandbox, before: ReadonlyMap<string, string>): Promise<void> {
  const after = await census(cluster.api);
  const left = leftOfIngressNginx(after);
  const others = otherIngresses(after);
  const changed = [...before].filter(([name, json]) => others.get(name) !== json).map(([name]) => name);
  console.log(
    `nginx    left of it: ${left.join(", ") || "nothing"} (${after.objects.size} objects of ${after.kinds} kinds)`,
  );
  console.log(
    `others   ${before.size} Ingresses of other classes, ${changed.length === 0 ? "byte for byte as before" : `changed: ${changed.join(", ")}`}`,
  );
  if (left.length > 0 || changed.length > 0)
    throw new DemoError("the migration left objects of ingress-nginx, or changed Ingresses of other classes");
}

function watch(task: { output: string }, doing: string): void {
  if (live) task.output = doing;
}

/** Prepares the programs of the sandbox and prints the progress: the first build takes minutes. */
async function prepareAndTell(): Promise<Prepared> {
  let task = "";
  const prepared = await prepare((progress) => {
    const line = `Sandbox  ${describeProgress(progress)}`;
    if (live) process.stdout.write(`\r${line.padEnd(100)}`);
    else if (progress.task !== task) console.log(line);
    task = progress.task;
  });
  if (live && task) process.stdout.write(`\r${" ".repeat(100)}\r`);
  return prepared;
}

function howBuilt({ cache, buildMs }: Tools): string {
  return buildMs === undefined ? `from ${cache}` : `built in ${describeDuration(buildMs)}, kept in ${cache}`;
}

/** Prints the result: the access matrix, Pomerium's status, the issuer, the tunnels and the DNS records. */
async function show(stack: string, { cluster, cloudflare }: Sandbox): Promise<void> {
  const { apps, directory, pomerium, certificates, cluster: meant } = loadFromFile(stackFile(stack));
  const { issuer } = certificates;
  const byHost = apps.map((app) => ({ ...app, name: app.host }));
  console.log(
    `\n${matrixTable(matrix(appsOf(byHost, pomerium.version), directory), { width: process.stdout.columns })}\n`,
  );
  const seen = await readFromCluster({ ...meant, kubeconfig: cluster.kubeconfig }, readStatus);
  if (!("at" in seen)) console.log(`ready    ${statusLine(seen)}`);
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

/** For example `95 created · 2 changed`. Counts unchanged resources only if nothing changed. */
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
