import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { seed } from "../../sandbox/cluster/seed.ts";
import { startCertManager } from "../../sandbox/controllers/cert-manager.ts";
import type { Controller } from "../../sandbox/controllers/controller.ts";
import type { Condition } from "../../sandbox/controllers/objects.ts";
import { destroy, type EngineOptions, preview, type Result, up } from "../../sandbox/engine/index.ts";
import { eventually, run, useCluster } from "./support.ts";

const chart = join(import.meta.dirname, "../../sandbox/charts/cert-manager-webhook-porkbun");
const group = "/apis/cert-manager.io/v1";
const secrets = ["pk1_hunter2-hunter2", "sk1_hunter2-hunter2", "token-hunter2-hunter2"] as const;
const zones = {
  "example.org": { solver: "porkbun", secrets: { apiKey: secrets[0], secretApiKey: secrets[1] } },
  "example.net": { solver: "cloudflare", secrets: { apiToken: secrets[2] } },
};

interface Certificate extends KubernetesObject {
  status?: { conditions?: (Condition & { message?: string })[] };
}

interface Issuer extends KubernetesObject {
  spec: { acme: { email: string; privateKeySecretRef: { name: string }; solvers: object[] } };
}

describe("certificates on an API server", function () {
  this.timeout(180_000);
  const cluster = useCluster();
  let certManager: Controller;
  let folder: string;

  before(async () => {
    await seed(cluster(), {});
    certManager = startCertManager(cluster().api);
    await certManager.ready;
  });
  after(() => certManager?.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pomerium-migration-certificates-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function options(issuer: string, args: object = {}, hosts: string[] = []): EngineOptions {
    const { kubeconfig, contexts, uid, tools } = cluster();
    const whole = {
      issuer,
      server: "https://acme.example.com/directory",
      email: "root@example.org",
      zones,
      namespace: "cert-manager",
      webhook: { chart },
      ...args,
    };
    return {
      programDir: join(import.meta.dirname, "fixtures/certificates"),
      project: "fixture",
      stack: "test",
      config: {
        "fixture:context": contexts[0]!,
        "fixture:uid": uid,
        "fixture:issuer": JSON.stringify(whole),
        "fixture:hosts": JSON.stringify(hosts),
      },
      secretKeys: ["fixture:issuer"],
      stateFile: join(folder, "state.json"),
      env: { ...process.env, KUBECONFIG: kubeconfig, PULUMI_CONFIG_PASSPHRASE: "correct horse" },
      kubeconfig,
      tools: { kustomize: tools.path("kustomize"), helm: tools.path("helm") },
    };
  }

  function succeeded(result: Result): Result {
    assert.deepEqual(result.failed, []);
    return result;
  }

  /** `create Secret issuer-credentials-example.org`, without what stays the same. */
  const changes = ({ steps }: Result): string[] =>
    steps
      .filter(({ operation, type }) => operation !== "same" && type.startsWith("kubernetes:"))
      .map(({ operation, type, urn }) => `${operation} ${type.split(":").at(-1)} ${urn.split("::").at(-1)}`)
      .sort();

  const find = <T>(path: string) => cluster().api.find<T>(path);

  const issuerByHand = (name: string): KubernetesObject & { spec: object } => ({
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name },
    spec: {
      acme: {
        server: "https://acme.example.com/directory",
        email: "admin-user@gmail.com",
        privateKeySecretRef: { name: "account-by-hand" },
        solvers: [{ http01: { ingress: { ingressClassName: "nginx" } } }],
      },
    },
  });

  const certificate = (name: string, issuer: string, host: string): KubernetesObject & { spec: object } => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace: "cert-manager" },
    spec: { secretName: name, dnsNames: [host], issuerRef: { kind: "ClusterIssuer", name: issuer } },
  });

  /** What cert-manager has come to say of a certificate: `True`, or why not. */
  const verdict = (name: string): Promise<string> =>
    eventually(`a verdict on ${name}`, async () => {
      const found = await find<Certificate>(`${group}/namespaces/cert-manager/certificates/${name}`);
      const ready = found?.status?.conditions?.find(({ type }) => type === "Ready");
      return ready?.status === "True" ? "True" : ready?.message;
    });

  it("takes over an issuer with its account, and goes on issuing when the stack is gone", async () => {
    const name = "taken-over";
    await cluster().apply([issuerByHand(name)]);
    const hosts = ["a.example.org", "b.example.net"];

    const shown = changes(succeeded(await preview(options(name, {}, hosts))));
    assert.deepEqual(readdirSync(folder), []);
    const done = succeeded(await up(options(name, {}, hosts)));
    assert.deepEqual(changes(done), shown);
    assert.deepEqual(shown, [
      "create Certificate a.example.org-certificate",
      "create Certificate b.example.net-certificate",
      "create Certificate issuer-canary-example.net-certificate",
      "create Certificate issuer-canary-example.org-certificate",
      "create Release issuer-webhook",
      "create Secret issuer-credentials-example.net",
      "create Secret issuer-credentials-example.org",
      `import ClusterIssuer issuer-${name}`,
      `update ClusterIssuer issuer-${name}`,
    ]);
    assert.deepEqual(done.outputs.canaries, {
      "example.org": "canary.example.org",
      "example.net": "canary.example.net",
    });
    const { spec } = (await find<Issuer>(`${group}/clusterissuers/${name}`))!;
    assert.equal(spec.acme.email, "root@example.org");
    assert.equal(spec.acme.privateKeySecretRef.name, "account-by-hand");
    assert.ok(!JSON.stringify(spec).includes("nginx"));
    assert.equal(await verdict("a.example.org-tls"), "True");

    const state = readFileSync(join(folder, "state.json"), "utf8");
    for (const secret of secrets)
      for (const text of [secret, Buffer.from(secret).toString("base64")])
        for (const told of [state, JSON.stringify(done)]) assert.ok(!told.includes(text));
    assert.deepEqual(changes(succeeded(await up(options(name, {}, hosts)))), [], "a second run");

    succeeded(await destroy(options(name)));
    assert.equal(await find(`${group}/namespaces/cert-manager/certificates/a.example.org-tls`), undefined);
    await cluster().apply([certificate("renewal", name, "renewal.example.org")]);
    assert.equal(await verdict("renewal"), "True");

    rmSync(join(folder, "state.json"));
    const again = changes(succeeded(await up(options(name, { email: "new@example.org" }))));
    assert.deepEqual(
      again.filter((change) => change.startsWith("import")),
      [
        `import ClusterIssuer issuer-${name}`,
        "import Release issuer-webhook",
        "import Secret issuer-credentials-example.net",
        "import Secret issuer-credentials-example.org",
      ],
    );
    succeeded(await destroy(options(name)));
    await run(cluster(), "helm", "uninstall", "cert-manager-webhook-porkbun", "-n", "cert-manager", "--wait");
    await run(
      cluster(),
      "kubectl",
      "delete",
      "-n",
      "cert-manager",
      "secret",
      "porkbun-example.org",
      "cloudflare-example.net",
    );
  });

  it("takes an issuer of its own along when the stack goes, webhook and credentials included", async () => {
    // A chart that leaves the right to post challenges to the program.
    const webhook = { chart, solverRbac: "own", values: { domainSolver: false } };
    const issuer = options("its-own", { webhook }, ["c.example.org"]);
    succeeded(await up(issuer));
    assert.equal(await verdict("c.example.org-tls"), "True");
    succeeded(await destroy(issuer));
    for (const path of [
      `${group}/clusterissuers/its-own`,
      "/api/v1/namespaces/cert-manager/secrets/porkbun-example.org",
      "/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager-webhook-porkbun",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/cert-manager-webhook-porkbun:challenges",
    ])
      assert.equal(await find(path), undefined, path);
  });

  it("changes over to another issuer before the former goes, and has every certificate issued anew", async () => {
    const webhook = { zones: { "example.net": zones["example.net"] } };
    succeeded(await up(options("rehearsal", webhook, ["d.example.net"])));
    const serial = async (): Promise<string | undefined> => {
      const path = "/api/v1/namespaces/cert-manager/secrets/d.example.net-tls";
      return (await find<{ data: Record<string, string> }>(path))?.data["tls.crt"];
    };
    const before = await serial();
    const { steps, failed } = await up(options("real", webhook, ["d.example.net"]));
    assert.deepEqual(failed, []);
    const order = steps.map(({ operation, urn }) => `${operation} ${urn.split("::").at(-1)}`);
    assert.ok(
      order.indexOf("update d.example.net-certificate") < order.indexOf("delete issuer-rehearsal"),
      order.join(", "),
    );
    assert.notEqual(await serial(), before);
    succeeded(await destroy(options("real", webhook)));
  });

  it("are refused by the stand-in for the reasons that the real cert-manager would have", async () => {
    const key = (name: string, id: string) => ({ name, key: id });
    const porkbun = (config: object, groupName = "acme.example.org") => ({
      dns01: { webhook: { groupName, solverName: "porkbun", config } },
    });
    const cases: [string, object, string, string][] = [
      [
        "no-solver",
        { selector: { dnsZones: ["example.org"] }, http01: { ingress: { ingressClassName: "nginx" } } },
        "a.example.com",
        "a.example.com: no configured challenge solvers can be used for this challenge",
      ],
      [
        "no-wildcard",
        { http01: { ingress: { ingressClassName: "nginx" } } },
        "*.example.org",
        "*.example.org: no configured challenge solvers can be used for this challenge",
      ],
      [
        "no-secret",
        { dns01: { cloudflare: { apiTokenSecretRef: key("nowhere", "api-token") } } },
        "a.example.org",
        'a.example.org: secrets "nowhere" not found',
      ],
      [
        "no-key",
        { dns01: { cloudflare: { apiTokenSecretRef: key("refused", "token") } } },
        "a.example.org",
        'a.example.org: key "token" not found in secret "refused"',
      ],
      [
        "no-webhook",
        porkbun({ apiKey: key("refused", "a"), secretApiKey: key("refused", "b") }, "nobody.example.org"),
        "a.example.org",
        "a.example.org: the server could not find the requested resource (post porkbun.nobody.example.org)",
      ],
      [
        "no-right",
        porkbun({ apiKey: key("refused", "a"), secretApiKey: key("refused", "a") }),
        "a.example.org",
        'a.example.org: porkbun.acme.example.org is forbidden: cert-manager cannot create resource "porkbun" in API group "acme.example.org"',
      ],
    ];
    const webhook = ["--set", "groupName=acme.example.org", "--set", "image.tag=1.0.0"];
    const install = [
      "upgrade",
      "--install",
      "cert-manager-webhook-porkbun",
      chart,
      "-n",
      "cert-manager",
      "--wait",
    ];
    await run(cluster(), "helm", ...install, ...webhook, "--set", "domainSolver=false");
    await cluster().apply([
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "refused", namespace: "cert-manager" },
        stringData: { a: "x" },
      } as KubernetesObject,
    ]);
    const refused = async (list: typeof cases): Promise<void> => {
      await cluster().apply(
        list.flatMap(([name, solver, host]) => {
          const issuer = issuerByHand(name);
          const acme = { ...(issuer.spec as { acme: object }).acme, solvers: [solver] };
          return [{ ...issuer, spec: { acme } }, certificate(name, name, host)];
        }),
      );
      for (const [name, , , reason] of list) assert.equal(await verdict(name), reason);
    };
    await refused(cases);
    await run(cluster(), "helm", ...install, ...webhook);
    // The names of another webhook.
    await refused([
      [
        "no-flavour",
        porkbun({ apiKeySecretRef: key("refused", "a"), secretKeySecretRef: key("refused", "a") }),
        "a.example.org",
        "a.example.org: no API key given in porkbun webhook config",
      ],
    ]);
    await run(cluster(), "helm", "uninstall", "cert-manager-webhook-porkbun", "-n", "cert-manager", "--wait");
  });
});
