import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { deployApps } from "../../../components/apps/deploy.ts";
import { issuerArgs } from "../../../components/certificates/args.ts";
import { DnsIssuer } from "../../../components/certificates/DnsIssuer.ts";
import { deployCertificates } from "../../../components/certificates/deploy.ts";
import { clusterProvider } from "../../../components/cluster/provider.ts";
import { deployIsolation } from "../../../components/network-policies/deploy.ts";
import { wantedPolicies } from "../../../components/network-policies/wanted.ts";
import { tunnelProblems } from "../../../components/tunnels/checks.ts";
import { deployTunnels } from "../../../components/tunnels/deploy.ts";
import type { LiveTunnel } from "../../../components/tunnels/live.ts";
import { readMemory } from "../../../components/tunnels/memory.ts";
import { tunnelPlan } from "../../../components/tunnels/plan.ts";
import type { Stack } from "../../../stack/stack.ts";
import { StackFileError } from "../../../stack-file/problems.ts";
import { anEdit, type EditedFile, type EditSpace, edited } from "../../support/stack-edits.ts";
import { runOf } from "../components/apps/run.ts";
import { issuance } from "../components/certificates/issuance.ts";
import { type Registration, record } from "../components/pomerium/recorder.ts";
import { goodStack, hunter2, parse, put, type Raw } from "./base.ts";

const made = "a1f7ed00-5e1f-4a5e-9d57-0123456789ab";

const space: EditSpace = {
  apps: 4,
  namespaces: ["komga", "other"],
  zones: ["example.org", "example.net"],
  credentials: (solver) =>
    solver === "porkbun" ? { apiKey: hunter2, secretApiKey: hunter2 } : { apiToken: hunter2 },
  made,
};

function start(): EditedFile {
  const raw = goodStack();
  const tunnel = (raw.tunnels as Record<string, Raw>).home!;
  put(raw, "tunnels.home.extraRules", []);
  // A tunnel that the stack has made.
  put(raw, "tunnels.new", { ...tunnel, tunnelId: undefined, apps: [], extraRules: [], connector: {} });
  const grafana = {
    service: { name: "grafana", port: 3000 },
    access: { groups: ["readers"], api: ["/api"] },
  };
  put(raw, "apps.grafana", { ...grafana, namespace: "monitoring", host: "grafana.example.net" });
  put(raw, "apps.komga.host", "komga.example.org");
  // Names that do not follow from the apps' names.
  put(raw, "apps.wiki.tls", { secretName: "docs" });
  put(raw, "apps.komga.tls", { secretName: "books" });
  put(raw, "apps.influxdb.host", "influxdb.example.org");
  for (const key of ["accessTests", "ingressNginx"]) delete raw[key];
  for (const name of ["komga", "wiki"]) put(raw, `apps.${name}.replaces`, undefined);
  put(raw, "apps.komga.accept", undefined);
  put(raw, "phase", "retired");
  return { values: raw, names: ["komga", "influxdb", "wiki", "grafana"] };
}

/** What a run leaves: the resources, and what the next run reads. */
interface Run {
  stack: Stack;
  registrations: Registration[];
  live: Record<string, LiveTunnel>;
  memory: string | undefined;
}

/** What the cluster and Cloudflare hold of a stack's tunnels before a run. */
function liveTunnels(stack: Stack, former: Run | undefined): Record<string, LiveTunnel> {
  return Object.fromEntries(
    stack.tunnels.map(({ name }) => [name, former?.live[name] ?? { records: {} }] as const),
  );
}

/** Registers everything whose identity may depend on the stack file, as the program does. */
async function run(stack: Stack, former?: Run): Promise<Run> {
  const live = liveTunnels(stack, former);
  let memory: string | undefined;
  const registrations = await record(
    async () => {
      const opts = { provider: clusterProvider({ ...stack.cluster, uid: "0c7a70e1" }) };
      const issuer = new DnsIssuer(
        "issuer",
        issuerArgs(stack, issuance(), { classes: [], ingresses: [] }),
        opts,
      );
      const certificates = await deployCertificates(
        stack,
        { issuer, pomerium: { namespace: "pomerium" }, live: { certificates: { certificates: [] } } },
        opts,
      );
      const run = { ...runOf({}, stack.pomerium), certificates };
      const apps = await deployApps(stack.apps, run, opts);
      const services = stack.isolation.map(({ namespace, service: name }) => ({
        ...{ namespace, name, type: "ClusterIP", headless: false, ports: [], selector: { app: name } },
      }));
      const callers = { nginx: [], nginxOnNodes: false, nodes: [] };
      await deployIsolation(wantedPolicies(stack.isolation, services, callers), { policies: [] }, opts);
      const tunnels = await deployTunnels(
        stack,
        { ...run, apps, live: { tunnels: { live }, cluster: { record: { tunnels: former?.memory } } } },
        opts,
      );
      tunnels.memory?.apply((text) => {
        memory = text;
      });
    },
    (type) => (type === "random:index/randomPassword:RandomPassword" ? { result: "generated" } : {}),
    (inputs) => ({ ...inputs, token: "token" }),
  );
  const planned = stack.tunnels.map((tunnel): [string, LiveTunnel] => {
    const { rules } = tunnelPlan(stack, tunnel, live[tunnel.name]!, readMemory(former?.memory));
    const own = rules.map(({ movesTo: _, ...rule }) => rule);
    return [
      tunnel.name,
      { tunnel: { name: tunnel.name, remote: true, rules: own, unwritable: [] }, records: {} },
    ];
  });
  return { stack, registrations, live: Object.fromEntries(planned), memory: memory && withMadeId(memory) };
}

/** The mocks give a new tunnel another id. */
function withMadeId(memory: string): string {
  const read = readMemory(memory);
  return JSON.stringify({
    ...read,
    tunnels: Object.fromEntries(Object.keys(read.tunnels).map((name) => [name, made])),
  });
}

/** The real object of a resource; undefined for a component, a provider or a value in Pulumi's state only. */
function objectOf({ type, inputs }: Registration): string | undefined {
  if (type.startsWith("kubernetes:")) {
    const { metadata = {} } = inputs as { metadata?: { name?: string; namespace?: string } };
    return `${type} ${metadata.namespace ?? ""}/${metadata.name ?? (inputs.name as string)}`;
  }
  if (type.endsWith(":DnsRecord")) return `record ${inputs.name}`;
  if (type.endsWith(":ZeroTrustTunnelCloudflared")) return theTunnel;
  return undefined;
}

/** The tunnel that the stack has made. */
const theTunnel = `tunnel ${made}`;

/** The object of each resource by its URN. */
function objects({ registrations, stack }: Run): Map<string, string> {
  const found = registrations.flatMap((each) => {
    const object = objectOf(each);
    return object === undefined ? [] : [[each.urn, object] as const];
  });
  const isMade = found.some(([, object]) => object === theTunnel);
  const isNamed = stack.tunnels.some(({ tunnelId }) => tunnelId === made);
  return new Map([...found, ...(isNamed && !isMade ? [["somebody else's", theTunnel] as const] : [])]);
}

/** The stack of a file; undefined if the program refuses it. */
function stackOf({ values }: EditedFile, former: Run): Stack | undefined {
  let stack: Stack;
  try {
    stack = parse(values);
  } catch (error) {
    if (error instanceof StackFileError) return undefined;
    throw error;
  }
  const found = { live: liveTunnels(stack, former), problems: [] };
  return tunnelProblems(stack, found, readMemory(former.memory), { others: [] }).length > 0
    ? undefined
    : stack;
}

describe("an object that the stack file asks for before and after an edit", () => {
  // Pulumi takes a stack trace for each of thousands of promises, which is most of the time.
  const limit = Error.stackTraceLimit;
  before(() => {
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = limit;
  });

  it("is the same resource to Pulumi, so that no edit deletes or replaces it", async function () {
    this.timeout(60_000);
    const first = await run(parse(start().values));
    assert.ok(objects(first).size > 20, "the program registers its objects");
    const seen = new Set<string>();
    let [accepted, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(anEdit(space), { minLength: 1, maxLength: 4 }), async (edits) => {
        let [file, before] = [start(), first];
        for (const change of edits) {
          const next = edited(file, change, space);
          const stack = stackOf(next, before);
          if (stack === undefined) {
            refused += 1;
            continue;
          }
          accepted += 1;
          seen.add(change.kind);
          const after = await run(stack, before);
          const now = new Map([...objects(after)].map(([urn, object]) => [object, urn]));
          for (const [urn, object] of objects(before))
            assert.equal(now.get(object) ?? urn, urn, `${object} would be deleted`);
          [file, before] = [next, after];
        }
      }),
      { numRuns: 40 },
    );
    assert.ok(accepted > refused, `${accepted} edits were accepted, ${refused} refused`);
    assert.ok(seen.size > 12, [...seen].join(", "));
  });
});
