import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";
import { operatorFields } from "./operator-fields.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = (file: string): string => readFileSync(path.join(root, file), "utf8");

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: Spec;
}

interface Spec {
  stack: string;
  serviceAccountName: string;
  envRefs: Record<
    string,
    { type: string; secret?: { name: string; key: string }; literal?: { value: string } }
  >;
  workspaceTemplate: {
    spec: {
      image: string;
      podTemplate: {
        spec: {
          containers: { name: string; volumeMounts: { name: string; mountPath: string }[] }[];
          volumes: { name: string; secret: { secretName: string; items: { key: string; path: string }[] } }[];
        };
      };
    };
  };
}

/** The fields of a value that the operator does not know, or that have another type. */
function problems(value: unknown, at = "spec"): string[] {
  const known = operatorFields[at];
  if (known === undefined) return [`${at}: no such field`];
  if (known === "pod") return [];
  if (known === "map of references")
    return Object.entries(value as object).flatMap(([name, item]) =>
      problems(item, "reference").map((each) => `${at}.${name} ${each}`),
    );
  if (known !== "map") {
    const fits = known.startsWith("one of ")
      ? known.slice(7).split(" ").includes(String(value))
      : typeof value === known;
    return fits ? [] : [`${at}: must be ${known}, not ${typeof value} ${String(value)}`];
  }
  if (typeof value !== "object" || value === null) return [`${at}: must be a map`];
  return Object.entries(value).flatMap(([key, item]) => problems(item, `${at}.${key}`));
}

describe("the manifest for Pulumi's Kubernetes operator", () => {
  const manifests = parseAllDocuments(text("docs/pulumi-operator.yaml")).map((one) => one.toJS() as Manifest);
  const stack = manifests.find(({ kind }) => kind === "Stack")!;
  const { spec } = stack;

  it("has only fields that the operator's CRD knows, with their types", () => {
    assert.equal(stack.apiVersion, "pulumi.com/v1");
    assert.deepEqual(problems(spec), []);
  });

  it("would be refused with a mistyped field, value or kind of reference", () => {
    for (const [change, expected] of [
      [{ projectRepository: "x" }, /spec\.projectRepository: no such field/],
      [{ refresh: "true" }, /spec\.refresh: must be boolean, not string/],
      [{ workspaceReclaimPolicy: "Keep" }, /must be one of Retain Delete/],
      [{ envRefs: { A: { type: "Text" } } }, /spec\.envRefs\.A reference\.type: must be one of/],
      [{ workspaceTemplate: { spec: { images: "x" } } }, /images: no such field/],
    ] as const)
      assert.match(problems({ ...spec, ...change }).join("\n"), expected);
  });

  it("means a stack of this project, with an account and a Secret that it names itself", () => {
    const project = parse(text("Pulumi.yaml")) as { name: string };
    assert.equal(spec.stack, `organization/${project.name}/${stack.metadata.name}`);
    for (const { kind, metadata } of manifests)
      if (kind === "ServiceAccount") assert.equal(metadata.name, spec.serviceAccountName);
    const { secret } = spec.envRefs.PULUMI_CONFIG_PASSPHRASE!;
    const { containers, volumes } = spec.workspaceTemplate.spec.podTemplate.spec;
    const [volume] = volumes;
    const created = /create secret generic (\S+) .*\n.*--from-file (\w+)=\S+ --from-literal (\w+)=/.exec(
      text("docs/pulumi-operator.yaml"),
    );
    assert.deepEqual(created?.slice(1), [secret!.name, volume!.secret.items[0]!.key, secret!.key]);
    assert.equal(volume!.secret.secretName, secret!.name);
    // The operator adds the mounts to its own container, by its name.
    assert.equal(containers[0]!.name, "pulumi");
    const [mount] = containers[0]!.volumeMounts;
    assert.equal(mount!.name, volume!.name);
    assert.equal(
      spec.envRefs.KUBECONFIG!.literal!.value,
      `${mount!.mountPath}/${volume!.secret.items[0]!.path}`,
    );
  });

  it("runs the CLI that the workflow for pull requests runs", () => {
    const version = /pulumi-version: (\S+)/.exec(text(".github/workflows/preview.yml"))?.[1];
    assert.equal(spec.workspaceTemplate.spec.image, `pulumi/pulumi:${version}-nonroot`);
  });
});
