import { strict as assert } from "node:assert";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parsePlan } from "../../cli/plan/plan.ts";
import { judge } from "../../policies/guardrails/judge.ts";
import { rules } from "../../policies/guardrails/rules.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { projectDirectory } from "../../sandbox/stacks.ts";
import { prepared, useResource } from "../support/cluster.ts";
import { succeeded } from "../support/stage.ts";

const pack = path.join(projectDirectory, "policies/guardrails");

/** The beginning of a program of somebody else. Its objects go into files instead of a cluster. */
const head = `
import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
const provider = new k8s.Provider("files", { renderYamlToDirectory: new URL("out", import.meta.url).pathname });
const metadata = (name, more = {}) => ({ name, namespace: "web", ...more });
const ingress = (name, given = {}, { host = name + ".example.org", path = "/" } = {}) => {
  const annotations = Object.fromEntries(Object.entries(given).map(([key, value]) => ["ingress.pomerium.io/" + key, value]));
  const backend = { service: { name, port: { number: 80 } } };
  const rules = [{ host, http: { paths: [{ path, pathType: "Prefix", backend }] } }];
  return new k8s.networking.v1.Ingress(name, { metadata: metadata(name, { annotations }), spec: { ingressClassName: "pomerium", rules } }, { provider });
};
const controller = (name, image, { replicas = 1, ...options } = {}) => new k8s.apps.v1.Deployment(name, {
  metadata: metadata(name),
  spec: { replicas, selector: { matchLabels: { name } }, template: { metadata: { labels: { name } }, spec: { containers: [{ name, image }] } } },
}, { provider, ...options });
const settings = (storage) => new k8s.apiextensions.CustomResource("global", { apiVersion: "ingress.pomerium.io/v1", kind: "Pomerium", metadata: { name: "global" }, spec: { storage } }, { provider });
const service = (name, options = {}, logical = name) => new k8s.core.v1.Service(logical, { metadata: metadata(name), spec: { type: "LoadBalancer", ports: [{ port: 443 }] } }, { provider, ...options });
const open = { allow_public_unauthenticated_access: "true" };
const people = { policy: '[{"allow":{"or":[{"email":{"is":"alice@gmail.com"}}]}}]' };
const nginx = "registry.k8s.io/ingress-nginx/controller:v1.15.1";
`;

const harmful = `
ingress("status", open);
ingress("both", { ...open, ...people });
ingress("query", { policy: '[{"allow":{"or":[{"http_path":{"is":"/api"}}]}}]' });
ingress("api", open, { path: "/api" });
ingress("typo", { ...people, allow_websocket: "true" });
ingress("never", { policy: '[{"allow":{"or":[{"groups":{"has":"readers"}}]}}]' });
ingress("one", people, { host: "twice.example.org" });
ingress("two", people, { host: "twice.example.org" });
const { result } = new random.RandomPassword("word", { length: 8 });
ingress("unknown", { allowed_users: result });
controller("pomerium", "docker.io/pomerium/ingress-controller:v0.33.1", { replicas: 2 });
settings({ file: { path: "/data" } });
controller("nginx", nginx);
service("edge");
new k8s.networking.v1.IngressPatch("patch", { metadata: metadata("patch") }, { provider });
`;

const harmless = `
ingress("komga", { ...people, allow_websockets: "true", timeout: "0s" });
ingress("status", open);
controller("pomerium", "docker.io/pomerium/ingress-controller:v0.33.1", { replicas: 2 });
settings({ postgres: { secret: "web/db" } });
controller("nginx", nginx, { protect: true });
service("edge", { protect: true });
`;

describe("the policy pack on Pulumi", function () {
  this.timeout(120_000);
  const ready = useResource(prepared);
  let folder: string;
  let workspace: Workspace;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "guardrails-"));
    await symlink(path.join(projectDirectory, "node_modules"), path.join(folder, "node_modules"));
    await writeFile(path.join(folder, "package.json"), '{ "type": "module", "main": "index.js" }');
    await writeFile(
      path.join(folder, "Pulumi.yaml"),
      "name: other\nruntime: { name: nodejs, options: { typescript: false } }\n",
    );
    workspace = await openWorkspace(ready().pulumi, { stack: "other", kubeconfig: "", program: folder });
    await workspace.configure({ values: {}, secrets: [] });
  });
  after(async () => {
    await workspace?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const program = (text: string): Promise<void> => writeFile(path.join(folder, "index.js"), head + text);

  it("says of each resource which rule it breaks, and fails the preview of the program", async () => {
    await program(harmful);
    const { errors, violations } = await workspace.checkedPreview({ folder: pack });
    assert.deepEqual(
      violations.map(({ policy, resource, level }) => `${policy} ${resource} ${level}`).sort(),
      [
        "annotations typo mandatory",
        "ingress-nginx nginx advisory",
        "not-seen patch advisory",
        "one-ingress two mandatory",
        "open-path api mandatory",
        "path-criterion query mandatory",
        "policy never mandatory",
        "policy-and-public both mandatory",
        "public-route api mandatory",
        "public-route both mandatory",
        "public-route query mandatory",
        "public-route status mandatory",
        "public-route unknown mandatory",
        "service edge advisory",
        "store pomerium mandatory",
      ],
    );
    assert.ok(errors.length > 0);
    // The test has a program for every rule.
    assert.deepEqual(
      rules.map(({ name }) => name).filter((name) => !violations.some(({ policy }) => policy === name)),
      [],
    );
    for (const { message } of violations) assert.match(message, /^\w+ [\w-]+\/[\w-]+: .+\nFix: /m);
    assert.match(
      violations.find(({ resource }) => resource === "unknown")!.message,
      /allowed_users is not known before the run/,
    );
  });

  it("only advises where its config says so, and names a mistake in the config", async () => {
    const advised = await workspace.checkedPreview({ folder: pack, config: { all: "advisory" } });
    succeeded(advised);
    assert.equal(advised.violations.length, 15);
    assert.ok(advised.violations.every(({ level }) => level !== "mandatory"));
    const config = { "public-route": { consent: "status.example.org" } };
    const { errors } = await workspace.checkedPreview({ folder: pack, config });
    assert.match(errors.join("\n"), /public-route.*consent/s);
  });

  it("is silent about a program that breaks no rule", async () => {
    await program(harmless);
    const config = { "public-route": { enforcementLevel: "mandatory", consent: ["status.example.org"] } };
    const outcome = await workspace.checkedPreview({ folder: pack, config });
    succeeded(outcome);
    assert.deepEqual(outcome.violations, []);
  });

  it("leaves to the preview's own output what a run deletes and replaces: there the rules see it", async () => {
    const before = `${harmless}service("second");`.replaceAll(", { protect: true }", "");
    await program(before);
    succeeded(await workspace.up());
    await program(
      before
        .replace('controller("nginx", nginx);', "")
        .replace('service("edge")', 'service("edge", {}, "renamed")')
        .replace('service("second")', 'service("third", {}, "second")'),
    );
    const config = { "public-route": "disabled" };
    const found = judge(parsePlan(await workspace.digest()).objects, config);
    assert.deepEqual(
      found.map(({ rule, resource, level }) => `${rule} ${resource} ${level}`),
      [
        "ingress-nginx Deployment web/nginx mandatory",
        "service Service web/edge mandatory",
        "service Service web/third mandatory",
      ],
    );
    assert.deepEqual(
      (await workspace.checkedPreview({ folder: pack, config })).violations.map(({ policy }) => policy),
      ["service", "service"],
    );
  });
});
