import { strict as assert } from "node:assert";
import { servicesBefore } from "../../../sandbox/before/before.ts";
import { ingressesBefore } from "../../../sandbox/before/ingresses.ts";
import { readInventory } from "../../../sandbox/before/inventory.ts";
import type { Ingress } from "../../../sandbox/controllers/objects.ts";
import { stackFile, stackNames } from "../../../sandbox/stacks.ts";
import { loadFromFile } from "../../../stack/load.ts";

for (const stack of stackNames)
  describe(`the inventory of ${stack}`, () => {
    const { apps } = loadFromFile(stackFile(stack));
    const inventory = readInventory(stack);
    const nginx = inventory.ingresses.nginx ?? [];

    it("has the nginx Ingresses that the stack's apps replace, and no others", () => {
      const replaced = apps.flatMap(({ namespace, replaces }) =>
        replaces.map((name) => `${namespace}/${name}`),
      );
      assert.deepEqual(nginx.map(({ namespace, name }) => `${namespace}/${name}`).sort(), replaced.sort());
    });

    it("leads each nginx Ingress to the Service that its app names", () => {
      for (const { namespace, name, backend } of nginx) {
        const app = apps.find((each) => each.namespace === namespace && each.replaces.includes(name));
        assert.equal(backend.service, app?.service.name, name);
      }
    });

    it("gives no two hosts of a namespace the same secret", () => {
      const secrets = nginx.map(({ namespace, secretName }) => `${namespace}/${secretName}`);
      assert.equal(new Set(secrets).size, secrets.length, secrets.join());
    });

    it("lists the pods' ports only of Services that the cluster has", () => {
      const names = servicesBefore(apps, inventory).map(({ namespace, name }) => `${namespace}/${name}`);
      for (const name of Object.keys(inventory.pods)) assert.ok(names.includes(name), name);
    });

    it("gives no two Ingresses of a namespace the same name", () => {
      const names = ingressesBefore(inventory).map(
        ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
      );
      assert.equal(new Set(names).size, names.length);
    });
  });

describe("an Ingress made from the inventory", () => {
  const entry = {
    namespace: "media",
    name: "films",
    host: "films",
    backend: { service: "films-svc", port: "http" },
  };
  const render = (ingressClass: string, more: object = {}) =>
    (ingressesBefore({ pods: {}, ingresses: { [ingressClass]: [{ ...entry, ...more }] } })[1] as Ingress)
      .spec;

  it("has a rule for its host and names its secret, if it is of class nginx", () => {
    const backend = { service: { name: "films-svc", port: { name: "http" } } };
    assert.deepEqual(render("nginx", { secretName: "tls-secret" }), {
      ingressClassName: "nginx",
      rules: [{ host: "films", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      tls: [{ hosts: ["films"], secretName: "tls-secret" }],
    });
  });

  it("names its machine in tls and has one backend, if it is of class tailscale", () => {
    assert.deepEqual(render("tailscale"), {
      ingressClassName: "tailscale",
      defaultBackend: { service: { name: "films-svc", port: { name: "http" } } },
      tls: [{ hosts: ["films"] }],
    });
  });
});
