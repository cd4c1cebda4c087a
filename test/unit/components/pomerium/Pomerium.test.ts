import { strict as assert } from "node:assert";
import { createHash, createPrivateKey } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import { waitFor } from "../../../../components/cluster/wait-for.ts";
import { Pomerium, type PomeriumArgs } from "../../../../components/pomerium/Pomerium.ts";
import { type Registration, record, withoutSecrets } from "./recorder.ts";

const args: PomeriumArgs = {
  version: "v0.33.1",
  overlayDirectory: "/cache/overlay/abc",
  authenticateUrl: "https://authenticate.example.org:8443",
  identityProvider: { provider: "google", clientId: "client-id", clientSecret: "the-client-secret" },
  storage: { pebble: {} },
  session: "720h",
  certificates: ["pomerium/pomerium-auth-tls"],
  live: { existing: [], foreign: [] },
};
const deployed = { existing: ["Deployment pomerium/pomerium"], foreign: ["Deployment pomerium/pomerium"] };
const postgres = { postgres: { connection: "postgresql://user:the-password@db/pomerium" } };

/** What a random password always is here. */
const password = "seven".repeat(13).slice(0, 64);

/** Random passwords are all alike, and the settings object is at its fourth generation. */
function state(type: string, inputs: Record<string, unknown>): object {
  if (type === "random:index/randomPassword:RandomPassword") {
    return { result: password.slice(0, Number(inputs.length)) };
  }
  return type === "kubernetes:ingress.pomerium.io/v1:Pomerium"
    ? { metadata: { name: "global", generation: 4 } }
    : {};
}

function deploy(changes: Partial<PomeriumArgs> = {}, then: (pomerium: Pomerium) => void = () => {}) {
  return record(() => {
    const provider = new k8s.Provider("cluster", { context: "octavo" });
    then(new Pomerium("pomerium", { ...args, ...changes }, { provider }));
  }, state);
}

function find(registrations: Registration[], name: string): Registration {
  const found = registrations.find((registration) => registration.name === name);
  assert.ok(found, `${name} is not registered`);
  return found;
}

/** Names of everything that must be there before `name` is made. */
function before(registrations: Registration[], name: string): string[] {
  const direct = find(registrations, name).after;
  return [...new Set([...direct, ...direct.flatMap((other) => before(registrations, other))])];
}

describe("Pomerium", () => {
  it("starts in the order manifests, secrets, settings, workload, readiness, so that no part waits for a later one", async () => {
    const registrations = await deploy();
    const chain = ["pomerium-foundation", "pomerium-bootstrap", "pomerium-settings", "pomerium-workload"];
    for (const [index, name] of chain.entries()) {
      assert.deepEqual(
        chain.filter((other) => before(registrations, name).includes(other)),
        chain.slice(0, index),
        name,
      );
    }
    assert.ok(find(registrations, "pomerium-settings").after.includes("pomerium-identity-provider"));
    assert.ok(find(registrations, "pomerium-ready").after.includes("pomerium-workload"));
  });

  it("uses the stack's explicit provider for everything, the kustomizations included", async () => {
    const registrations = await deploy({ live: deployed });
    const ofKubernetes = registrations.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.equal(ofKubernetes.length, 8);
    for (const { name, provider } of ofKubernetes) assert.equal(provider, "cluster", name);
  });

  it("is ready when it has reported on the current generation of its settings", async () => {
    const ready = find(await deploy(), "pomerium-ready");
    assert.equal(ready.type, "kubernetes:ingress.pomerium.io/v1:PomeriumPatch");
    const { annotations } = ready.inputs.metadata as { annotations: Record<string, string> };
    assert.deepEqual(annotations, {
      ...waitFor(
        "jsonpath={.status.settingsStatus.observedGeneration}=4",
        "jsonpath={.status.settingsStatus.reconciled}=true",
      ),
      "pulumi.com/patchFieldManager": "pulumi-kubernetes-settings-in-force",
    });
  });

  it("does not make a change of settings wait for the condition of the earlier generation", async () => {
    const { metadata } = find(await deploy(), "pomerium-settings").inputs as {
      metadata: { annotations: object };
    };
    assert.deepEqual(metadata.annotations, { "pulumi.com/skipAwait": "true" });
  });

  it("outputs its class when it is ready, and its namespace when that exists", async () => {
    const registrations = await deploy({}, ({ ingressClass, namespace, settingsInForce }) => {
      new k8s.core.v1.ConfigMap("app", { data: { ingressClass } });
      new k8s.core.v1.ConfigMap("told", { data: { settingsInForce: settingsInForce.apply(String) } });
      new k8s.core.v1.ConfigMap("neighbour", { data: { namespace } });
    });
    assert.deepEqual(find(registrations, "app").inputs.data, { ingressClass: "pomerium" });
    assert.ok(find(registrations, "app").after.includes("pomerium-ready"));
    assert.deepEqual(find(registrations, "told").inputs.data, { settingsInForce: "true" });
    assert.ok(find(registrations, "told").after.includes("pomerium-ready"));
    assert.deepEqual(find(registrations, "neighbour").inputs.data, { namespace: "pomerium" });
    assert.deepEqual(find(registrations, "neighbour").after, ["pomerium-foundation"]);
  });

  it("writes the complete settings at once", async () => {
    const { spec } = find(await deploy(), "pomerium-settings").inputs as { spec: Record<string, unknown> };
    assert.deepEqual(spec.authenticate, { url: "https://authenticate.example.org:8443" });
    assert.deepEqual(spec.identityProvider, { provider: "google", secret: "pomerium/idp-secret" });
    assert.deepEqual(spec.certificates, ["pomerium/pomerium-auth-tls"]);
  });

  it("has no plain secret in the resources and arguments that the engine records", async () => {
    const seen = JSON.stringify(
      withoutSecrets((await deploy({ storage: postgres })).map(({ inputs }) => inputs)),
    );
    assert.ok(!seen.includes("the-client-secret") && !seen.includes("the-password"));
    assert.ok(!seen.includes(password));
    assert.ok(!seen.includes(createHash("sha256").update(password).digest("base64")));
  });

  it("marks all outputs of a Secret that may contain kubectl's copy of its contents as secret", async () => {
    const secrets = (await deploy({ storage: postgres })).filter(
      ({ type }) => type === "kubernetes:core/v1:Secret",
    );
    assert.equal(secrets.length, 3);
    for (const { name, secretOutputs } of secrets) {
      assert.deepEqual([...new Set(secretOutputs)].sort(), ["data", "metadata", "stringData"], name);
    }
  });

  it("writes secret parameters and a private authority of the identity provider to Secrets, before the settings", async () => {
    const registrations = await deploy({
      identityProvider: {
        ...args.identityProvider,
        provider: "keycloak",
        secretRequestParams: { hint: "the-hidden-hint" },
        ca: "-----BEGIN CERTIFICATE-----",
      },
    });
    const { after, inputs } = find(registrations, "pomerium-settings");
    assert.ok(["pomerium-request-params", "pomerium-authority"].every((name) => after.includes(name)));
    const { spec } = inputs as { spec: { identityProvider: object; caSecrets: string[] } };
    assert.deepEqual(spec.identityProvider, {
      provider: "oidc",
      secret: "pomerium/idp-secret",
      requestParamsSecret: "pomerium/idp-request-params",
    });
    assert.deepEqual(spec.caSecrets, ["pomerium/idp-ca"]);
    const plain = JSON.stringify(withoutSecrets(registrations.map((each) => each.inputs)));
    assert.ok(!plain.includes("the-hidden-hint"));
  });

  it("writes the settings of the stack file beside its own", async () => {
    const registrations = await deploy({
      settings: { accessLogFields: ["path"], timeouts: { idle: "10m" } },
    });
    const { spec } = find(registrations, "pomerium-settings").inputs as { spec: Record<string, unknown> };
    assert.deepEqual(spec.accessLogFields, ["path"]);
    assert.deepEqual(spec.timeouts, { read: "0s", idle: "10m" });
    assert.deepEqual(spec.authenticate, { url: "https://authenticate.example.org:8443" });
  });

  it("stops no Deployment of the stack's own former storage, which the run deletes", async () => {
    const isStopped = async (live: PomeriumArgs["live"]) =>
      (await deploy({ live })).some(({ name }) => name === "pomerium-previous");
    const own = { ...deployed, foreign: [] };
    assert.equal(await isStopped({ ...own, storage: { store: "postgres" } }), false);
    assert.equal(await isStopped({ ...own, storage: { store: "memory" } }), false);
    assert.equal(await isStopped({ ...deployed, storage: { store: "postgres" } }), true);
    assert.equal(await isStopped({ ...own, storage: { store: "pebble" } }), true);
  });

  it("stops a Deployment that a StatefulSet succeeds, and takes over one that stays a Deployment", async () => {
    const isStopped = async (storage: PomeriumArgs["storage"]) =>
      (await deploy({ storage, live: deployed })).some(({ name }) => name === "pomerium-previous");
    for (const storage of [{ pebble: {} }, { cluster: {} }]) assert.equal(await isStopped(storage), true);
    for (const storage of [{ memory: {} }, postgres]) assert.equal(await isStopped(storage), false);
  });

  it("writes PostgreSQL's connection to a Secret before it writes the settings", async () => {
    const registrations = await deploy({ storage: postgres });
    const { spec } = find(registrations, "pomerium-settings").inputs as { spec: { storage: unknown } };
    assert.deepEqual(spec.storage, { postgres: { secret: "pomerium/pomerium-storage" } });
    assert.ok(find(registrations, "pomerium-settings").after.includes("pomerium-storage"));
  });
});

describe("the Pebble store", () => {
  it("is released by an existing Deployment before the StatefulSet starts", async () => {
    const registrations = await deploy({
      live: deployed,
    });
    const previous = find(registrations, "pomerium-previous");
    assert.equal(previous.type, "kubernetes:apps/v1:DeploymentPatch");
    assert.deepEqual(previous.inputs.spec, { replicas: 0 });
    assert.ok(find(registrations, "pomerium-workload").after.includes("pomerium-previous"));
  });

  it("is not opened again by that Deployment when the stack no longer manages it", async () => {
    const registrations = await deploy({
      live: deployed,
    });
    assert.ok(find(registrations, "pomerium-previous").retainOnDelete);
  });

  it("concerns no Deployment that uses PostgreSQL", async () => {
    const registrations = await deploy({
      storage: postgres,
      live: deployed,
    });
    assert.ok(!registrations.some(({ name }) => name === "pomerium-previous"));
  });
});

describe("the bootstrap Secret", () => {
  it("contains what Pomerium needs: 32 bytes twice, and a P-256 key", async () => {
    const { inputs } = find(await deploy(), "pomerium-bootstrap");
    const data = unwrapped(inputs.data) as Record<string, unknown>;
    const bytes = (key: string) => Buffer.from(unwrapped(data[key]) as string, "base64");
    assert.deepEqual([bytes("shared_secret").length, bytes("cookie_secret").length], [32, 32]);
    const key = createPrivateKey(bytes("signing_key"));
    assert.equal(key.asymmetricKeyDetails?.namedCurve, "prime256v1");
  });

  it("is protected, and a stack that has lost its state cannot overwrite it", async () => {
    const bootstrap = find(await deploy(), "pomerium-bootstrap");
    assert.ok(bootstrap.protect);
    assert.equal(bootstrap.inputs.immutable, true);
  });

  it("of a hand-made installation is adopted unchanged, without new random values", async () => {
    const secret = ["Secret pomerium/bootstrap"];
    const registrations = await deploy({ live: { existing: secret, foreign: secret } });
    const { importId, ignoreChanges, protect, inputs } = find(registrations, "pomerium-bootstrap");
    assert.deepEqual(
      { importId, ignoreChanges, protect },
      { importId: "pomerium/bootstrap", ignoreChanges: ["*"], protect: true },
    );
    assert.ok(!("data" in inputs));
    assert.deepEqual(
      registrations.filter(({ type }) => type.startsWith("random:")),
      [],
    );
  });

  it("of a stack that has lost its state is imported unchanged, not written again", async () => {
    const registrations = await deploy({ live: { existing: ["Secret pomerium/bootstrap"], foreign: [] } });
    const { importId, ignoreChanges, protect } = find(registrations, "pomerium-bootstrap");
    assert.deepEqual(
      { importId, ignoreChanges, protect },
      { importId: "pomerium/bootstrap", ignoreChanges: ["*"], protect: true },
    );
    // The stack that made it has them in its state, so they must not disappear from the program.
    assert.equal(registrations.filter(({ type }) => type.startsWith("random:")).length, 3);
  });
});

describe("Pomerium's namespace", () => {
  const live = (existing: string[], foreign: string[]) => deploy({ live: { existing, foreign } });
  const label = ["Namespace pomerium"];

  it("is protected, whoever made it", async () => {
    for (const registrations of [await deploy(), await live(label, label), await live(label, [])])
      assert.ok(find(registrations, "pomerium-namespace").protect);
  });

  it("of a hand-made installation is adopted unchanged", async () => {
    const { importId, ignoreChanges, inputs } = find(await live(label, label), "pomerium-namespace");
    assert.deepEqual([importId, ignoreChanges], ["pomerium", ["*"]]);
    assert.ok(!("metadata" in inputs));
  });

  it("of a stack that has lost its state is imported and keeps its labels", async () => {
    const { importId, ignoreChanges, inputs } = find(await live(label, []), "pomerium-namespace");
    assert.deepEqual([importId, ignoreChanges], ["pomerium", []]);
    assert.deepEqual(inputs, find(await deploy(), "pomerium-namespace").inputs);
  });
});

/** The value inside a secret's signature. */
function unwrapped(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value ? value.value : value;
}
