import { strict as assert } from "node:assert";
import { App, type AppArgs } from "../../../../components/apps/App.ts";
import { Verify, type VerifyArgs } from "../../../../components/apps/Verify.ts";
import { accessRoutes } from "../../../../policies/access/routes.ts";
import { goodStack, parse } from "../../stack/base.ts";
import { type Registration, record } from "../pomerium/recorder.ts";

const [komga] = parse(goodStack()).apps;

const args: AppArgs = {
  host: "komga.example.org",
  namespace: "komga",
  service: { name: "komga-svc", port: 25600 },
  access: accessRoutes(komga!.access),
  pomeriumVersion: "v0.33.1",
  ingressClass: "pomerium",
};

/** Name → what it is imported as; only what is. */
function imports(registrations: Registration[]): Record<string, string> {
  const imported = registrations.filter(({ importId }) => importId !== "");
  return Object.fromEntries(imported.map(({ name, importId }) => [name, importId]));
}

describe("taking over an app's Ingresses", () => {
  it("imports existing Ingresses and creates the others", async () => {
    const existing = ["komga/komga-pomerium-ingress"];
    const registrations = await record(() => new App("komga", { ...args, existing }));
    assert.deepEqual(imports(registrations), { "komga-ingress": "komga/komga-pomerium-ingress" });
    assert.ok(registrations.some(({ name, importId }) => name === "komga-open" && importId === ""));
  });

  it("distinguishes the Ingress of the open paths from the app's own", async () => {
    const existing = ["komga/komga-pomerium-ingress-open"];
    const registrations = await record(() => new App("komga", { ...args, existing }));
    assert.deepEqual(imports(registrations), { "komga-open": "komga/komga-pomerium-ingress-open" });
  });

  it("replaces all fields of a hand-made Ingress", async () => {
    const existing = ["komga/komga-pomerium-ingress"];
    const [taken, made] = await Promise.all([
      record(() => new App("komga", { ...args, existing })),
      record(() => new App("komga", args)),
    ]);
    const inputs = (registrations: Registration[]) => registrations.map((each) => [each.name, each.inputs]);
    assert.deepEqual(inputs(taken), inputs(made));
    for (const { name, ignoreChanges } of taken) assert.deepEqual(ignoreChanges, [], name);
  });
});

describe("taking over the verify page", () => {
  const deploy = (live?: VerifyArgs["live"]) =>
    record(() => new Verify("verify", { namespace: "pomerium", ...(live ? { live } : {}) }));
  const specOf = (registrations: Registration[], name: string) =>
    registrations.find((each) => each.name === name)?.inputs.spec as {
      selector: Record<string, unknown>;
      template?: { metadata: { labels: Record<string, string> } };
    };
  const live = {
    deployment: "pomerium/verify",
    service: "pomerium/verify",
    selector: { app: "pomerium-verify" },
  };

  it("imports Deployment and Service", async () => {
    assert.deepEqual(imports(await deploy(live)), {
      "verify-deployment": "pomerium/verify",
      "verify-service": "pomerium/verify",
    });
  });

  it("keeps the Deployment's pod selector, because it cannot change", async () => {
    const registrations = await deploy(live);
    const deployment = specOf(registrations, "verify-deployment");
    assert.deepEqual(deployment.selector, { matchLabels: live.selector });
    assert.equal(deployment.template?.metadata.labels.app, "pomerium-verify");
    assert.deepEqual(specOf(registrations, "verify-service").selector, live.selector);
  });
});
