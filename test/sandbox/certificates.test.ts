import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { seed } from "../../sandbox/cluster/seed.ts";
import { startCertManager } from "../../sandbox/controllers/cert-manager.ts";
import type { Controller } from "../../sandbox/controllers/controller.ts";
import type { Condition } from "../../sandbox/controllers/objects.ts";
import type { Step } from "../../sandbox/pulumi/events.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { eventually, prepared, run, useCluster } from "../support/cluster.ts";
import { changesOf, succeeded } from "../support/stage.ts";

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
  this.timeout(240_000);
  const cluster = useCluster();
  let certManager: Controller;
  let workspace: Workspace;

  before(async () => {
    await seed(cluster(), {});
    certManager = startCertManager(cluster().api);
    await certManager.ready;
  });
  after(() => certManager?.stop());
  beforeEach(async () => {
    workspace = await open();
  });
  afterEach(() => workspace?.close());

  const open = async (): Promise<Workspace> => {
    const { pulumi } = await prepared();
    const program = join(import.meta.dirname, "fixtures/certificates");
    return openWorkspace(pulumi, { stack: "test", kubeconfig: cluster().kubeconfig, program });
  };

  /** Runs the program with an issuer of this name. Every secret in its arguments is a secret of the stack. */
  async function deploy(action: "preview" | "up", issuer: string, args: object = {}, hosts: string[] = []) {
    const { contexts, uid } = cluster();
    const whole = {
      issuer,
      server: "https://acme.example.com/directory",
      email: "root@example.org",
      zones,
      namespace: "cert-manager",
      webhook: { chart },
      ...args,
    };
    const values = { context: contexts[0], uid, issuer: whole, hosts };
    await workspace.configure({
      values,
      secrets: Object.entries(whole.zones).flatMap(([zone, { secrets: credentials }]) =>
        Object.entries(credentials).map(([key, value]) => ({
          path: ["issuer", "zones", zone, "secrets", key],
          value,
        })),
      ),
    });
    return succeeded(await changesOf((onProgress) => workspace[action](onProgress)));
  }

  const destroy = async (): Promise<unknown> => succeeded(await workspace.destroy());

  /** Changes to Kubernetes objects, for example `create Secret issuer-credentials-example.org`. */
  const named = ({ changes }: { changes: Step[] }): string[] =>
    changes
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ operation, type, name }) => `${operation} ${type.split(":").at(-1)} ${name}`)
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

  /** Waits for cert-manager's result for a certificate: `True`, or the reason why it is not issued. */
  const verdict = (name: string): Promise<string> =>
    eventually(`a verdict on ${name}`, async () => {
      const found = await find<Certificate>(`${group}/namespaces/cert-manager/certificates/${name}`);
      const ready = found?.status?.conditions?.find(({ type }) => type === "Ready");
      return ready?.status === "True" ? "True" : ready?.message;
    });

  it("come from an issuer that is taken over with its ACME account, also after the stack is destroyed", async () => {
    const name = "taken-over";
    await cluster().apply([issuerByHand(name)]);
    const hosts = ["a.example.org", "b.example.net"];

    const shown = named(await deploy("preview", name, {}, hosts));
    const done = await deploy("up", name, {}, hosts);
    assert.deepEqual(named(done), shown);
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
    assert.deepEqual((await workspace.outputs()).canaries, {
      "example.org": "canary.example.org",
      "example.net": "canary.example.net",
    });
    const { spec } = (await find<Issuer>(`${group}/clusterissuers/${name}`))!;
    assert.equal(spec.acme.email, "root@example.org");
    assert.equal(spec.acme.privateKeySecretRef.name, "account-by-hand");
    assert.ok(!JSON.stringify(spec).includes("nginx"));
    assert.equal(await verdict("a.example.org-tls"), "True");

    const state = await workspace.state();
    for (const secret of secrets)
      for (const text of [secret, Buffer.from(secret).toString("base64")])
        for (const told of [state, JSON.stringify(done)]) assert.ok(!told.includes(text));
    assert.deepEqual(named(await deploy("up", name, {}, hosts)), [], "a second run");

    await destroy();
    assert.equal(await find(`${group}/namespaces/cert-manager/certificates/a.example.org-tls`), undefined);
    await cluster().apply([certificate("renewal", name, "renewal.example.org")]);
    assert.equal(await verdict("renewal"), "True");

    await run(cluster(), "helm", "uninstall", "cert-manager-webhook-porkbun", "-n", "cert-manager", "--wait");
    for (const secret of ["porkbun-example.org", "cloudflare-example.net"])
      await cluster().api.delete({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secret, namespace: "cert-manager" },
      });
  });

  it("come from the same issuer again, for a stack that has lost its state", async () => {
    const name = "taken-over";
    await deploy("up", name);
    await workspace.close();
    workspace = await open();
    const again = named(await deploy("up", name, { email: "new@example.org" }));
    assert.deepEqual(
      again.filter((change) => change.startsWith("import")),
      [
        "import Certificate issuer-canary-example.net-certificate",
        "import Certificate issuer-canary-example.org-certificate",
        `import ClusterIssuer issuer-${name}`,
        "import Release issuer-webhook",
        "import Secret issuer-credentials-example.net",
        "import Secret issuer-credentials-example.org",
      ],
    );
    await destroy();
  });

  it("come from a new issuer that a destroy of the stack deletes, with its webhook and credentials", async () => {
    // A chart that does not give cert-manager the right to post challenges, so the program does.
    const webhook = { chart, solverRbac: "own", values: { domainSolver: false } };
    await deploy("up", "its-own", { webhook }, ["c.example.org"]);
    assert.equal(await verdict("c.example.org-tls"), "True");
    await destroy();
    for (const path of [
      `${group}/clusterissuers/its-own`,
      "/api/v1/namespaces/cert-manager/secrets/porkbun-example.org",
      "/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager-webhook-porkbun",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/cert-manager-webhook-porkbun:challenges",
    ])
      assert.equal(await find(path), undefined, path);
  });

  it("come through any webhook, installed by the stack or there already, that reads the zone's own Secret", async () => {
    const config = {
      apiKey: { name: "webhook-example.org", key: "api-key" },
      secretApiKey: { name: "webhook-example.org", key: "secret-api-key" },
    };
    const settings = { groupName: "acme.example.org", solverName: "porkbun", config };
    const install = {
      release: "any-webhook",
      chart,
      values: { image: { tag: "1.0.0" }, domainSolver: false },
    };
    const zone = (more: object) => ({
      zones: {
        "example.org": {
          solver: "webhook",
          secrets: { "api-key": secrets[0], "secret-api-key": secrets[1] },
          settings: { ...settings, ...more },
        },
      },
    });
    const done = await deploy("up", "by-webhook", zone({ install, solverRbac: "own" }), ["e.example.org"]);
    assert.deepEqual(named(done), [
      "create Certificate e.example.org-certificate",
      "create Certificate issuer-canary-example.org-certificate",
      "create ClusterIssuer issuer-by-webhook",
      "create ClusterRole issuer-webhook-acme.example.org-challenges",
      "create ClusterRoleBinding issuer-webhook-acme.example.org-challenges",
      "create Release issuer-webhook-any-webhook",
      "create Secret issuer-credentials-example.org",
    ]);
    assert.equal(await verdict("e.example.org-tls"), "True");
    assert.deepEqual(
      named(await deploy("up", "by-webhook", zone({ install, solverRbac: "own" }), ["e.example.org"])),
      [],
    );
    await destroy();

    const helm = ["upgrade", "--install", "by-hand", chart, "-n", "cert-manager", "--wait"];
    await run(cluster(), "helm", ...helm, "--set", "groupName=acme.example.org", "--set", "image.tag=1.0.0");
    const existing = await deploy("up", "by-webhook", zone({}), ["e.example.org"]);
    assert.ok(!named(existing).some((change) => /Release|Role/.test(change)), named(existing).join());
    assert.equal(await verdict("e.example.org-tls"), "True");
    await destroy();
    await run(cluster(), "helm", "uninstall", "by-hand", "-n", "cert-manager", "--wait");
  });

  it("are all issued again by another issuer before the former issuer is deleted", async () => {
    const webhook = { zones: { "example.net": zones["example.net"] } };
    await deploy("up", "rehearsal", webhook, ["d.example.net"]);
    const serial = async (): Promise<string | undefined> => {
      const path = "/api/v1/namespaces/cert-manager/secrets/d.example.net-tls";
      return (await find<{ data: Record<string, string> }>(path))?.data["tls.crt"];
    };
    const before = await serial();
    const { changes } = await deploy("up", "real", webhook, ["d.example.net"]);
    const order = changes.map(({ operation, name }) => `${operation} ${name}`);
    assert.ok(
      order.indexOf("update d.example.net-certificate") < order.indexOf("delete issuer-rehearsal"),
      order.join(", "),
    );
    assert.notEqual(await serial(), before);
    await destroy();
  });

  it("are refused by the stand-in for the same reasons as by the real cert-manager", async () => {
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
    // The key names that another webhook uses.
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
