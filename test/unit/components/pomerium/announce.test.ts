import { strict as assert } from "node:assert";
import { addressLines, statusLine, takeOverLines } from "../../../../components/pomerium/announce.ts";
import { goodStack, parse } from "../../stack/base.ts";

const stack = parse(goodStack());

describe("a preview's line about Pomerium's address", () => {
  const { address } = stack.pomerium;
  const lines = (...addresses: string[]): string[] => {
    const service = {
      namespace: "pomerium",
      name: "pomerium-proxy",
      type: "LoadBalancer",
      headless: false,
      ports: [],
    };
    return addressLines(address, [
      { ...service, name: "other", addresses: ["192.168.0.9"] },
      { ...service, addresses },
    ]);
  };

  it("says before the run that Pomerium has another address than the stack file names", () => {
    assert.match(
      lines("192.168.0.180").join(),
      /^! Service pomerium\/pomerium-proxy has the address 192\.168\.0\.180, and the stack file says 192\.168\.0\.172/,
    );
    assert.match(lines("fd00::1", "lb.example.org").join(), /has the address fd00::1, lb\.example\.org/);
  });

  it("is absent if the address is right, or not given yet", () => {
    assert.deepEqual([lines("192.168.0.172"), lines("fd00::1", "192.168.0.172"), lines()], [[], [], []]);
    assert.deepEqual(addressLines(address, []), []);
  });
});

describe("a preview's line about Pomerium", () => {
  const settings = { reconciled: true, current: true, warnings: [], ingress: {} };
  const said = (changes: object): string =>
    statusLine({ readyReplicas: 1, settings: { ...settings, ...changes } });

  it("says when Pomerium is not installed yet", () => {
    assert.equal(statusLine({ readyReplicas: 0 }), "Pomerium is not installed yet");
  });

  it("names the routes that are not served, with the reason", () => {
    const ingress = {
      "komga/komga-pomerium-ingress": { reconciled: true },
      "ryot/ryot-pomerium-ingress": { reconciled: false, error: "get secret ryot/ryot-tls" },
    };
    assert.equal(
      said({ ingress }),
      "settings in force · 1/2 routes served · missing: ryot/ryot-pomerium-ingress (get secret ryot/ryot-tls)",
    );
  });

  it("says when no pod is ready, because the report is then out of date", () => {
    assert.match(statusLine({ settings, readyReplicas: 0 }), /^no pod of Pomerium is ready · /);
    assert.doesNotMatch(said({}), /no pod/);
  });

  it("does not count a report on earlier settings", () => {
    assert.match(said({ current: false }), /^settings not in force/);
  });

  it("repeats Pomerium's own warnings", () => {
    assert.match(said({ warnings: ["storage: none"] }), /warning: storage: none/);
  });
});

describe("the preview of hand-made objects of Pomerium", () => {
  const foreign = [
    "Namespace pomerium",
    "Secret pomerium/bootstrap",
    "CustomResourceDefinition pomerium.ingress.pomerium.io",
    "PersistentVolume pomerium-pv-data",
    "PersistentVolumeClaim pomerium/pomerium-pvc-data",
    "Pomerium global",
    "Secret pomerium/idp-secret",
    "Service pomerium/pomerium-proxy",
    "Deployment pomerium/pomerium",
    "Ingress komga/komga-pomerium-ingress",
    "Ingress else/other",
    "ClusterRole view",
  ];
  const lines = (foreign: string[], isFirstRun = true) => takeOverLines(stack, { foreign }, isFirstRun);

  it("lists the objects that stay unchanged, that change, and that are stopped", () => {
    assert.deepEqual(lines(foreign), [
      "adopted as it is: Namespace pomerium, Secret pomerium/bootstrap, PersistentVolume pomerium-pv-data, PersistentVolumeClaim pomerium/pomerium-pvc-data",
      "taken over, changed where it differs: CustomResourceDefinition pomerium.ingress.pomerium.io, Pomerium global, Secret pomerium/idp-secret, Service pomerium/pomerium-proxy, Ingress komga/komga-pomerium-ingress",
      "stopped, and left without pods: Deployment pomerium/pomerium",
    ]);
  });

  it("names the command that removes the Job that generates Secrets, with its rights", () => {
    const text = lines(["ClusterRole pomerium-gen-secrets"]).join("\n");
    assert.match(text, /kubectl --context test .* delete .*clusterrole.* pomerium-gen-secrets/);
  });

  it("is empty when everything is taken over, although volume and namespace stay hand-made", () => {
    assert.deepEqual(lines(foreign.slice(0, 2).concat(foreign.slice(3, 5)), false), []);
  });
});
