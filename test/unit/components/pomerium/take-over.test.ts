import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { Pomerium, type PomeriumArgs } from "../../../../components/pomerium/Pomerium.ts";
import { takeOver } from "../../../../components/pomerium/take-over.ts";
import { type Registration, record } from "./recorder.ts";

/** The result of the transform for an object of the kustomization without own options. */
async function options(type: string, metadata: object | undefined, existing: string[] = []) {
  const args = { custom: true, type, name: "x", props: metadata ? { metadata } : {}, opts: {} };
  const result = await takeOver(existing)(args);
  return result?.opts;
}

const service = { name: "pomerium-proxy", namespace: "pomerium" };

describe("taking over an object of Pomerium's manifests", () => {
  it("imports existing objects, with and without a namespace", async () => {
    const crd = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
    const name = "pomerium.ingress.pomerium.io";
    assert.deepEqual(await options(crd, { name }, [`CustomResourceDefinition ${name}`]), { import: name });
    const account = { name: "pomerium-controller", namespace: "pomerium" };
    assert.deepEqual(
      await options("kubernetes:core/v1:ServiceAccount", account, [
        "ServiceAccount pomerium/pomerium-controller",
      ]),
      { import: "pomerium/pomerium-controller" },
    );
  });

  it("creates missing objects, also if an object of another kind has the name", async () => {
    const there = ["Service other/pomerium-proxy", "ServiceAccount pomerium/pomerium-proxy"];
    const made = await options("kubernetes:core/v1:Service", service, there);
    assert.ok(made && !("import" in made));
  });

  it("does not change volume and claim, also its own ones, because new ones would be empty", async () => {
    for (const kind of ["PersistentVolume", "PersistentVolumeClaim"])
      assert.deepEqual(await options(`kubernetes:core/v1:${kind}`, { name: "x" }), { ignoreChanges: ["*"] });
  });

  it("keeps a Service's address, so that the Service is not replaced", async () => {
    const made = await options("kubernetes:core/v1:Service", service, ["Service pomerium/pomerium-proxy"]);
    const { import: id, ignoreChanges } = made as { import: string; ignoreChanges: string[] };
    assert.equal(id, "pomerium/pomerium-proxy");
    assert.ok(ignoreChanges.includes("spec.clusterIP"));
  });

  it("keeps the fields of a StatefulSet that Kubernetes fills in, so that it is not replaced", async () => {
    const made = await options(
      "kubernetes:apps/v1:StatefulSet",
      { name: "pomerium", namespace: "pomerium" },
      ["StatefulSet pomerium/pomerium"],
    );
    const { ignoreChanges } = made as { ignoreChanges: string[] };
    assert.ok(ignoreChanges.includes("spec.revisionHistoryLimit") && !ignoreChanges.includes("*"));
  });

  it("does not change the kustomization itself", async () => {
    assert.equal(await options("kubernetes:kustomize/v2:Directory", undefined), undefined);
  });
});

describe("taking over Pomerium's settings and secrets", () => {
  const args: PomeriumArgs = {
    version: "v0.33.1",
    overlayDirectory: "/cache/overlay/abc",
    authenticateUrl: "https://authenticate.example.org",
    identityProvider: { provider: "google", clientId: "client-id", clientSecret: "the-client-secret" },
    storage: { postgres: { connection: "postgresql://user:the-password@db/pomerium" } },
    session: "720h",
    live: { existing: [], foreign: [] },
  };
  const bootstrap = "Secret pomerium/bootstrap";
  const deploy = (existing: string[], forced: string[] = []): Promise<Registration[]> =>
    record(() => {
      const provider = new k8s.Provider("cluster", { context: "octavo" });
      new Pomerium(
        "pomerium",
        { ...args, live: { existing: [bootstrap, ...existing], foreign: [bootstrap], forced } },
        { provider },
      );
    });
  const find = (registrations: Registration[], name: string): Registration | undefined =>
    registrations.find((registration) => registration.name === name);
  const all = [
    "Pomerium global",
    "Secret pomerium/idp-secret",
    "Secret pomerium/pomerium-storage",
    "Ingress pomerium/global",
  ];

  it("imports each existing object, and gives it the program's fields", async () => {
    const registrations = await deploy(all);
    const imported = registrations.filter(
      ({ name, importId }) => importId !== "" && name !== "pomerium-bootstrap",
    );
    assert.deepEqual(Object.fromEntries(imported.map(({ name, importId }) => [name, importId])), {
      "pomerium-settings": "global",
      "pomerium-identity-provider": "pomerium/idp-secret",
      "pomerium-storage": "pomerium/pomerium-storage",
    });
    for (const { name, ignoreChanges } of imported) assert.deepEqual(ignoreChanges, [], name);
    assert.ok(find(registrations, "pomerium-settings")?.inputs.spec);
  });

  it("writes a Secret's contents in the API server's form, so that a preview sees changes", async () => {
    const secret = find(await deploy([]), "pomerium-identity-provider");
    assert.ok(secret && "data" in secret.inputs && !("stringData" in secret.inputs));
  });

  it("calls the program once for each object of the manifests, and twice if fields may be overwritten", async () => {
    const calls = async (forced: string[]): Promise<number[]> =>
      (await deploy(all, forced))
        .filter(({ type }) => type.endsWith(":Directory"))
        .map(({ transforms }) => transforms);
    assert.deepEqual(await calls([]), [1, 1]);
    assert.deepEqual(await calls(["Service pomerium/pomerium-proxy"]), [2, 2]);
  });
});
