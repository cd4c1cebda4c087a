import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as fc from "fast-check";
import { parse, parseAllDocuments } from "yaml";
import { type OverlayOptions, overlay } from "../../../../components/pomerium/overlay.ts";
import { writeOverlay } from "../../../../components/pomerium/write-overlay.ts";
import { pinnedCommits } from "../../../../policies/language/releases.ts";
import { upstream } from "./upstream-objects.ts";

const pebble: OverlayOptions = {
  version: "v0.33.1",
  storage: { pebble: { hostPath: "/home/k8s/pomerium/data", size: "2Gi" } },
};
const postgres: OverlayOptions = { version: "v0.33.1", storage: { postgres: { replicas: 3 } } };

interface PodSpec {
  terminationGracePeriodSeconds: number;
  containers: {
    lifecycle: { preStop: { sleep: { seconds: number } } };
    resources?: object;
    volumeMounts?: { mountPath: string }[];
  }[];
  affinity?: { podAntiAffinity: Record<string, { topologyKey: string; labelSelector: LabelSelector }[]> };
  initContainers?: { securityContext: Record<string, unknown> }[];
  volumes?: object[];
}
interface LabelSelector {
  matchLabels: Record<string, string>;
  matchExpressions: { key: string; operator: string; values: string[] }[];
}
interface Deployment {
  spec: { replicas: number; template: { metadata: { labels: Record<string, string> }; spec: PodSpec } };
}
interface Service {
  metadata: { annotations?: Record<string, string> };
  spec: { loadBalancerIP?: string; externalTrafficPolicy: string };
}

/** One file of an overlay, read as kustomize reads it. */
function read<T>(options: OverlayOptions, file: string): T {
  return parse(overlay(options)[file] ?? "", { version: "1.1" }) as T;
}
const deployment = (options: OverlayOptions) => read<Deployment>(options, "workload/deployment.yaml");
const service = (options: OverlayOptions) => read<Service>(options, "workload/service.yaml");

describe("Pomerium's overlay", () => {
  it("keeps every text a text, also one that YAML would read as another type", () => {
    const awkward = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "yes",
        "no",
        "on",
        "~",
        "null",
        "0x1F",
        "010",
        "1e3",
        "12:30:45",
        "2026-01-01",
        "# a",
        "a: b",
        "*x",
      ),
    );
    fc.assert(
      fc.property(awkward, awkward, awkward, (path, size, cpu) => {
        const hostPath = `/x${path}`;
        fc.pre(!hostPath.split("/").includes(".."));
        const options = {
          ...pebble,
          storage: { pebble: { hostPath, size } },
          resources: { limits: { cpu } },
        };
        const [volume, claim] = parseAllDocuments(overlay(options)["foundation/volume.yaml"] ?? "", {
          version: "1.1",
        });
        assert.equal(volume?.getIn(["spec", "hostPath", "path"]), hostPath);
        assert.equal(volume?.getIn(["spec", "capacity", "storage"]), size);
        assert.equal(claim?.getIn(["spec", "resources", "requests", "storage"]), size);
        const [container] = deployment(options).spec.template.spec.containers;
        assert.deepEqual(container?.resources, { $patch: "replace", limits: { cpu } });
      }),
    );
  });

  it("consists of valid YAML for every version, storage and address", () => {
    const options = fc.record({
      version: fc.constantFrom(...Object.keys(pinnedCommits)),
      storage: fc.oneof(
        fc.constant(pebble.storage),
        fc.nat(9).map((n) => ({ postgres: { replicas: n + 1 } })),
      ),
      service: fc.record(
        {
          loadBalancerIP: fc.oneof(fc.ipV4(), fc.ipV6()),
        },
        { requiredKeys: [] },
      ),
    });
    fc.assert(
      fc.property(options, (given) => {
        for (const [file, text] of Object.entries(overlay(given))) {
          for (const document of parseAllDocuments(text, { version: "1.1" })) {
            assert.deepEqual(document.errors, [], file);
            assert.ok(document.contents, file);
          }
        }
        assert.equal(service(given).spec.loadBalancerIP, given.service.loadBalancerIP);
      }),
    );
  });

  it("asks for the address by the field only, because MetalLB refuses a Service that also has the annotation", () => {
    const { metadata, spec } = service({ ...pebble, service: { loadBalancerIP: "192.168.0.172" } });
    assert.equal(spec.loadBalancerIP, "192.168.0.172");
    assert.equal(metadata.annotations, undefined);
  });

  it("keeps the pod on the node that has the store, if the stack file names one", () => {
    const on = (node?: string) => {
      const storage = { pebble: { hostPath: "/srv/p", size: "2Gi", ...(node ? { node } : {}) } };
      return deployment({ ...pebble, storage }).spec.template.spec.affinity as Record<string, unknown>;
    };
    assert.deepEqual(on("octavo").nodeAffinity, {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["octavo"] }] }],
      },
    });
    assert.deepEqual(Object.keys(on()), ["podAntiAffinity"]);
    assert.deepEqual(on("octavo").podAntiAffinity, on().podAntiAffinity);
  });

  it("takes ownership of the store only, not of other files in the stack's folder", () => {
    const { initContainers = [], containers } = deployment(pebble).spec.template.spec as {
      initContainers?: { command: string[]; volumeMounts: object[] }[];
      containers: { volumeMounts?: object[] }[];
    };
    const mount = [{ name: "store", mountPath: "/data/databroker", subPath: "databroker" }];
    assert.deepEqual([initContainers[0]?.volumeMounts, containers[0]?.volumeMounts], [mount, mount]);
    assert.equal(
      initContainers[0]?.command.at(-1),
      "/busybox/chown -R -h 65532:65532 /data/databroker && /busybox/chmod 0750 /data/databroker",
    );
  });

  it("keeps the clients' addresses by default", () => {
    assert.equal(service(pebble).spec.externalTrafficPolicy, "Local");
    const cluster = service({ ...pebble, service: { externalTrafficPolicy: "Cluster" } });
    assert.equal(cluster.spec.externalTrafficPolicy, "Cluster");
  });

  it("leaves enough time after the pause of a stop to close the store", () => {
    const { terminationGracePeriodSeconds, containers } = deployment(pebble).spec.template.spec;
    assert.ok(terminationGracePeriodSeconds >= (containers[0]?.lifecycle.preStop.sleep.seconds ?? 0) + 20);
  });

  it("runs one pod on a Pebble store, and the scheduler starts no other Pomerium at the same time", () => {
    const { replicas, template } = deployment(pebble).spec;
    assert.equal(replicas, 1);
    const [term] =
      template.spec.affinity?.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    // A label that all nodes share makes one domain of the whole cluster.
    assert.equal(term?.topologyKey, "kubernetes.io/os");
    // The labels of upstream's Deployment, and so of one that was made by hand.
    assert.deepEqual(term?.labelSelector.matchLabels, {
      "app.kubernetes.io/name": "pomerium",
      "app.kubernetes.io/component": "proxy",
    });
  });

  it("allows only pods labelled for PostgreSQL next to a Pebble store, and only the program sets that label", () => {
    const spec = deployment(pebble).spec.template.spec;
    const [term] = spec.affinity?.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const [expression] = term?.labelSelector.matchExpressions ?? [];
    assert.equal(expression?.operator, "NotIn");
    const labelled = deployment(postgres).spec.template.metadata.labels[expression?.key ?? ""];
    assert.deepEqual(expression?.values, [labelled]);
    assert.ok(
      !expression?.values.includes(deployment(pebble).spec.template.metadata.labels[expression.key] ?? ""),
    );
  });

  it("runs only the step that changes the store's owner as root, with no more rights than it needs", () => {
    const { initContainers = [] } = deployment(pebble).spec.template.spec;
    assert.deepEqual(
      initContainers.map(({ securityContext }) => securityContext),
      [
        {
          runAsNonRoot: false,
          runAsUser: 0,
          runAsGroup: 0,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER"] },
        },
      ],
    );
  });

  it("has the requested number of pods with PostgreSQL, no volume and no step as root", () => {
    const { replicas, template } = deployment(postgres).spec;
    assert.equal(replicas, 3);
    assert.ok(!template.spec.initContainers && !template.spec.volumes && !template.spec.affinity);
    const files = Object.keys(overlay(postgres));
    assert.ok(!files.includes("foundation/volume.yaml") && !files.includes("workload/statefulset.yaml"));
  });

  it("keeps the controller's rules of unknown releases unchanged", () => {
    const replaced = ["v0.32.9", "v0.33.0", "v0.33.1", "v0.34.0"].filter(
      (version) => "foundation/rules.yaml" in overlay({ ...pebble, version }),
    );
    assert.deepEqual(replaced, ["v0.33.0", "v0.33.1"]);
  });
});

interface Kustomization {
  patches: { target?: { kind: string; name?: string }; patch?: string }[];
}

/** Identities of upstream's objects that one of the two kustomizations leaves in. */
function left(
  options: OverlayOptions,
  folder: "foundation" | "workload",
  objects: readonly string[],
): string[] {
  const { patches } = read<Kustomization>(options, `${folder}/kustomization.yaml`);
  const deletions = patches.filter(({ patch }) => patch?.includes("$patch: delete"));
  return objects.filter((object) => {
    const [kind = "", name] = object.split(" ");
    return !deletions.some(
      ({ target }) => new RegExp(`^(${target?.kind})$`).test(kind) && (target?.name ?? name) === name,
    );
  });
}

describe("the overlay over upstream's manifests", () => {
  for (const [version, { objects, rights }] of Object.entries(upstream)) {
    const options = { ...pebble, version };

    it(`of ${version} has each of its objects once, without the Job that reads every Secret`, () => {
      const generated = (object: string) => object.endsWith(" pomerium-gen-secrets");
      assert.deepEqual(
        [...left(options, "foundation", objects), ...left(options, "workload", objects)].sort(),
        objects.filter((object) => !generated(object) && object !== "Namespace pomerium").sort(),
      );
    });

    it(`of ${version} allows the controller nothing that upstream does not, and no write that it does not need`, () => {
      const text = overlay(options)["foundation/rules.yaml"];
      const ours = text
        ? (parse(text) as [{ value: { apiGroups: string[]; resources: string[]; verbs: string[] }[] }])[0]
            .value
        : undefined;
      const all = ours?.flatMap(({ apiGroups: [group], resources, verbs }) =>
        resources.map((resource) => [group ? `${resource}.${group}` : resource, verbs] as const),
      );
      for (const [resource, verbs] of all ?? [])
        for (const verb of verbs)
          assert.ok(rights[resource]?.split(" ").includes(verb), `${verb} ${resource}`);
      const effective =
        all ?? Object.entries(rights).map(([resource, verbs]) => [resource, verbs.split(" ")] as const);
      assert.deepEqual(
        effective
          .flatMap(([resource, verbs]) => verbs.map((verb) => `${verb} ${resource}`))
          .filter((right) => /^(create|delete|patch|update)/.test(right))
          .sort(),
        [
          "create events",
          "patch events",
          "patch ingresses/status.networking.k8s.io",
          "patch pomerium/status.ingress.pomerium.io",
          "update ingresses/status.networking.k8s.io",
          "update pomerium/status.ingress.pomerium.io",
        ],
      );
    });
  }
});

describe("a written overlay", () => {
  let scratch: string;
  let base: string;

  beforeEach(async () => {
    scratch = await realpath(await mkdtemp(join(tmpdir(), "pomerium-overlay-")));
    base = join(scratch, "upstream/config/default");
    await mkdir(base, { recursive: true });
  });

  afterEach(() => rm(scratch, { recursive: true, force: true }));

  it("leads to its base by a relative path, which is all that kustomize takes", async () => {
    const directory = await writeOverlay(overlay(pebble), base, join(scratch, "cache"));
    const { resources } = parse(await readFile(join(directory, "base/kustomization.yaml"), "utf8")) as {
      resources: [string];
    };
    assert.match(resources[0], /^\.\.\//);
    assert.equal(resolve(directory, "base", resources[0]), base);
  });

  it("has the same unchanged folder for the same contents, and another one for others", async () => {
    const cache = join(scratch, "cache");
    const first = await writeOverlay(overlay(pebble), base, cache);
    const { mtimeMs } = await stat(join(first, "workload/kustomization.yaml"));
    assert.equal(await writeOverlay(overlay(pebble), base, cache), first);
    assert.equal((await stat(join(first, "workload/kustomization.yaml"))).mtimeMs, mtimeMs);
    assert.notEqual(await writeOverlay(overlay(postgres), base, cache), first);
  });

  it("is complete when two runs write it at the same time, and leaves no other files", async () => {
    const cache = join(scratch, "cache");
    const write = () => writeOverlay(overlay(pebble), base, cache);
    const [first, second] = await Promise.all([write(), write()]);
    assert.equal(first, second);
    assert.equal((await readdir(join(cache, "overlay"))).length, 1);
  });
});
