import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { changedPaths, formatPaths } from "../../../sandbox/engine/diff.ts";
import { parseDuration } from "../../../sandbox/engine/duration.ts";
import { formatPath, parsePath } from "../../../sandbox/engine/property-path.ts";
import { replacedPaths } from "../../../sandbox/engine/providers/kubernetes/force-new.ts";
import { Redactor } from "../../../sandbox/engine/redact.ts";
import { type Properties, secret, type Value } from "../../../sandbox/engine/values.ts";

describe("a diff of inputs", () => {
  it("names each differing field by its path, and nothing else", () => {
    const old = { spec: { replicas: 1, ports: [{ port: 80 }, { port: 81 }], same: [1] }, gone: true };
    const inputs = {
      spec: { replicas: 2, ports: [{ port: 80 }, { port: 82 }, { port: 83 }], same: [1] },
      come: {},
    };
    assert.deepEqual(formatPaths(changedPaths(old, inputs)), [
      "come",
      "gone",
      "spec.ports[1].port",
      "spec.ports[2]",
      "spec.replicas",
    ]);
  });

  it("finds nothing between a value and itself, marked secret or not; null is as good as absent", () => {
    fc.assert(
      fc.property(
        fc.jsonValue().map((value) => value as Value),
        (value) => assert.deepEqual(changedPaths({ value }, { value: secret(value), absent: null }), []),
      ),
    );
  });
});

describe("a replaced object", () => {
  const replaced = (object: Properties, paths: string[], mutable = false): string[] =>
    replacedPaths(object, paths.map(parsePath), { Secret: mutable, ConfigMap: mutable }).map(formatPath);

  it("is one whose immutable fields change, or its identity", () => {
    const job = { apiVersion: "batch/v1", kind: "Job" };
    assert.deepEqual(replaced(job, ["spec.template.spec.containers[0].image", "spec.suspend"]), [
      "spec.template.spec.containers[0].image",
    ]);
    assert.deepEqual(
      replaced({ apiVersion: "apps/v1", kind: "Deployment" }, ["spec.template.spec.nodeName"]),
      [],
    );
    assert.deepEqual(replaced({ apiVersion: "v1", kind: "Service" }, ["metadata.namespace"]), [
      "metadata.namespace",
    ]);
    assert.deepEqual(
      replaced({ apiVersion: "v1", kind: "Service" }, ["metadata.labels.a", "spec.ports[0].port"]),
      [],
    );
  });

  it("is a Secret or ConfigMap with other data, unless the provider may change them and they allow it", () => {
    const secretKind = { apiVersion: "v1", kind: "Secret" };
    assert.deepEqual(replaced(secretKind, ["stringData.token"]), ["stringData.token"]);
    assert.deepEqual(replaced(secretKind, ["stringData.token"], true), []);
    assert.deepEqual(replaced({ ...secretKind, immutable: true }, ["data.token"], true), ["data.token"]);
    assert.deepEqual(replaced(secretKind, ["type"], true), ["type"]);
  });
});

describe("a duration", () => {
  it("is read in seconds", () => {
    assert.equal(parseDuration("90s"), 90);
    assert.equal(parseDuration("1h30m"), 5400);
    assert.equal(parseDuration("1.5m"), 90);
    assert.equal(parseDuration("500ms"), 0.5);
    for (const text of ["", "5", "5 m", "m5", "1d"])
      assert.throws(() => parseDuration(text), RangeError, text);
  });
});

describe("a message", () => {
  it("holds no secret that the run has seen, and keeps what only looks like one", () => {
    const redactor = new Redactor();
    redactor.learn({ open: "visible-value", data: secret({ list: ["correct-horse", 7, "short"] }) });
    assert.equal(
      redactor.redact("visible-value: correct-horse is wrong, short"),
      "visible-value: [secret] is wrong, short",
    );
    redactor.learn({ metadata: secret({ name: "visible-value" }) });
    assert.equal(redactor.redact("visible-value"), "visible-value", "it stands openly elsewhere");
  });
});
