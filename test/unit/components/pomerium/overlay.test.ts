import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as fc from "fast-check";
import { parse, parseAllDocuments } from "yaml";
import { skipAwait, waitFor } from "../../../../components/cluster/wait-for.ts";
import { type OverlayOptions, overlay } from "../../../../components/pomerium/overlay.ts";
import { writeOverlay } from "../../../../components/pomerium/write-overlay.ts";
import { pinnedCommits } from "../../../../policies/language/releases.ts";
import { upstream } from "./upstream-objects.ts";

const pebble: OverlayOptions = {
  version: "v0.33.1",
  storage: { pebble: { hostPath: "/home/k8s/pomerium/data", size: "2Gi" } },
};
const cluster: OverlayOptions = { version: "v0.33.1", storage: { cluster: { replicas: 3, size: "1Gi" } } };
const postgres: OverlayOptions = { version: "v0.33.1", storage: { postgres: { replicas: 3 } } };

const balanced = (ips: string[]) =>
  ({ kind: "loadBalancer", ips, annotations: {}, dualStack: false, trafficPolicy: "Local" }) as const;

const ports = { https: 30443, http: 30080 };
const node = "192.168.0.10";
const addresses = fc.oneof(
  fc.constant(balanced([])),
  fc.oneof(fc.ipV4(), fc.ipV6()).map((ip) => balanced([ip])),
  fc.tuple(fc.ipV4(), fc.ipV6()).map((ips) => balanced(ips)),
  fc
    .constantFrom("nodePort", "hostPorts")
    .map((kind) => ({ kind, ports, node, trafficPolicy: "Local" }) as const),
);
const storages: fc.Arbitrary<OverlayOptions["storage"]> = fc.oneof(
  fc.constantFrom<OverlayOptions["storage"]>(
    pebble.storage,
    { pebble: { storageClass: "local-path", size: "2Gi" } },
    { pebble: { claim: "sessions" } },
    { memory: {} },
    { cluster: { replicas: 3, size: "1Gi" } },
  ),
  fc.nat(9).map((n) => ({ postgres: { replicas: n + 1 } })),
);

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

const untilAddress = waitFor("jsonpath={.status.loadBalancer.ingress[0]}");

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
      storage: storages,
      address: addresses,
    });
    fc.assert(
      fc.property(options, (given) => {
        for (const [file, text] of Object.entries(overlay(given))) {
          for (const document of parseAllDocuments(text, { version: "1.1" })) {
            assert.deepEqual(document.errors, [], file);
            assert.ok(document.contents, file);
          }
        }
      }),
    );
  });

  it("asks for the address by the field only, because MetalLB refuses a Service that also has the annotation", () => {
    const { metadata, spec } = service({ ...pebble, address: balanced(["192.168.0.172"]) });
    assert.equal(spec.loadBalancerIP, "192.168.0.172");
    assert.deepEqual(metadata.annotations, untilAddress);
  });

  it("makes Pulumi wait for an address only, because it waits for the pods of the Services anyway", () => {
    const nodePorts = { kind: "nodePort", ports, node, trafficPolicy: "Cluster" } as const;
    assert.deepEqual(service({ ...pebble, address: nodePorts }).metadata.annotations, skipAwait);
    const kustomization = overlay(pebble)["workload/kustomization.yaml"]!;
    assert.match(kustomization, /name: pomerium-metrics\s+annotations:\s+pulumi.com\/skipAwait: "true"/);
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
    const cluster = service({ ...pebble, address: { ...balanced([]), trafficPolicy: "Cluster" } });
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

  it("allows only pods labelled for another storage next to a Pebble store, and only the program sets that label", () => {
    const spec = deployment(pebble).spec.template.spec;
    const [term] = spec.affinity?.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const [expression] = term?.labelSelector.matchExpressions ?? [];
    assert.equal(expression?.operator, "NotIn");
    const others = [postgres, { ...pebble, storage: { memory: {} } }, cluster].map(
      (options) => deployment(options).spec.template.metadata.labels[expression?.key ?? ""],
    );
    assert.deepEqual(expression?.values, others);
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

  it("has a budget and a spread for several pods with PostgreSQL, and neither budget for one pod", () => {
    const budgetOf = (replicas: number) =>
      read<{ kind?: string; spec?: object } | null>(
        { ...postgres, storage: { postgres: { replicas } } },
        "workload/store.yaml",
      );
    assert.equal(budgetOf(3)?.kind, "PodDisruptionBudget");
    assert.deepEqual(budgetOf(3)?.spec, {
      maxUnavailable: 1,
      selector: {
        matchLabels: { "app.kubernetes.io/name": "pomerium", "app.kubernetes.io/component": "proxy" },
      },
    });
    assert.equal(budgetOf(1), null);
    const pod = deployment(postgres).spec.template.spec as { topologySpreadConstraints?: object[] };
    assert.equal(pod.topologySpreadConstraints?.length, 1);
  });

  it("mounts a volume of a class or of somebody's claim as the group's own, without a step as root", () => {
    for (const [volume, claim] of [
      [{ storageClass: "longhorn", size: "5Gi" }, "pomerium-store"],
      [{ claim: "sessions" }, "sessions"],
    ] as const) {
      const options = { ...pebble, storage: { pebble: volume } };
      const pod = deployment(options).spec.template.spec as PodSpec & { securityContext?: object };
      assert.equal(pod.initContainers, undefined);
      assert.deepEqual(pod.securityContext, { fsGroup: 65532, fsGroupChangePolicy: "OnRootMismatch" });
      assert.deepEqual(pod.volumes, [{ name: "store", persistentVolumeClaim: { claimName: claim } }]);
      assert.equal(pod.containers[0]?.volumeMounts?.[0]?.mountPath, "/data");
      assert.equal("foundation/volume.yaml" in overlay(options), "storageClass" in volume);
    }
    const claim = read<{ metadata: { name: string }; spec: Record<string, unknown> }>(
      { ...pebble, storage: { pebble: { storageClass: "longhorn", size: "5Gi" } } },
      "foundation/volume.yaml",
    );
    assert.equal(claim.metadata.name, "pomerium-store");
    assert.equal(claim.spec.storageClassName, "longhorn");
  });

  it("keeps sessions in memory in one pod, which stops before the next one starts", () => {
    const options = { ...pebble, storage: { memory: {} } };
    const { spec } = deployment(options) as Deployment & { spec: { strategy?: object } };
    assert.equal(spec.replicas, 1);
    assert.deepEqual(spec.strategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    });
    assert.ok(!("workload/statefulset.yaml" in overlay(options)));
  });

  it("makes a cluster of Pomeriums as upstream does: names of the members, volumes, a Service to find each other", () => {
    for (const replicas of [3, 5]) {
      const options = {
        ...cluster,
        storage: { cluster: { replicas, size: "1Gi", storageClass: "longhorn" } },
      };
      const { spec } = deployment(options);
      assert.equal(spec.replicas, replicas);
      const [container] = spec.template.spec.containers as unknown as {
        env: { name: string; value?: string }[];
      }[];
      const nodes = JSON.parse(
        container!.env.find(({ name }) => name === "DATABROKER_CLUSTER_NODES")!.value!,
      );
      assert.equal(nodes.length, replicas);
      assert.deepEqual(nodes[replicas - 1], {
        id: `pomerium-${replicas - 1}`,
        grpc_address: `https://pomerium-${replicas - 1}.pomerium-headless:5443`,
        raft_address: `pomerium-${replicas - 1}.pomerium-headless:5999`,
      });
      const patch = read<{ path: string; value: unknown }[]>(options, "workload/statefulset.yaml");
      const args = patch.filter(({ path }) => path.endsWith("/args/-")).map(({ value }) => value);
      assert.deepEqual(args, [
        "--databroker-cluster-node-id=$(POD_NAME)",
        "--databroker-raft-bind-address=:5999",
        "--databroker-auto-tls=*.pomerium-headless",
      ]);
      const kinds = parseAllDocuments(overlay(options)["workload/store.yaml"]!).map((one) => one.get("kind"));
      assert.deepEqual(kinds, ["Service", "PodDisruptionBudget"]);
    }
  });

  it("asks for one address of each family by MetalLB's annotation, which has room for two", () => {
    const { metadata, spec } = service({ ...pebble, address: balanced(["192.168.0.172", "fd00::172"]) });
    assert.deepEqual(metadata.annotations, {
      "metallb.io/loadBalancerIPs": "192.168.0.172,fd00::172",
      ...untilAddress,
    });
    assert.deepEqual(spec, {
      externalTrafficPolicy: "Local",
      ipFamilyPolicy: "RequireDualStack",
      ipFamilies: ["IPv4", "IPv6"],
    });
    assert.deepEqual(service({ ...pebble, address: balanced(["fd00::172"]) }).spec, {
      externalTrafficPolicy: "Local",
      loadBalancerIP: "fd00::172",
      ipFamilies: ["IPv6"],
    });
    const both = {
      ...balanced([]),
      dualStack: true,
      class: "tailscale",
      annotations: { "example.org/pool": "dmz" },
    };
    assert.deepEqual(service({ ...pebble, address: both }), {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "pomerium-proxy",
        namespace: "pomerium",
        annotations: { "example.org/pool": "dmz", ...untilAddress },
      },
      spec: {
        externalTrafficPolicy: "Local",
        loadBalancerClass: "tailscale",
        ipFamilyPolicy: "PreferDualStack",
      },
    });
  });

  it("has fixed ports of the nodes, or of the pod's own node, where there is no load balancer", () => {
    const nodePorts = { kind: "nodePort", ports, node, trafficPolicy: "Cluster" } as const;
    assert.deepEqual(service({ ...pebble, address: nodePorts }).spec, {
      type: "NodePort",
      externalTrafficPolicy: "Cluster",
    });
    const portsOf = (address: OverlayOptions["address"], file: string) =>
      read<[{ value: Record<string, unknown>[] }]>({ ...pebble, address: address! }, `workload/${file}`)[0]
        .value;
    assert.deepEqual(
      portsOf(nodePorts, "service-ports.yaml").map(({ name, port, nodePort }) => [name, port, nodePort]),
      [
        ["https", 443, 30443],
        ["http", 80, 30080],
      ],
    );
    const hostPorts = { ...nodePorts, kind: "hostPorts", ports: { https: 443, http: 80 } } as const;
    assert.deepEqual(
      portsOf(hostPorts, "pod-ports.yaml").map(({ name, containerPort, hostPort }) => [
        name,
        containerPort,
        hostPort,
      ]),
      [
        ["https", 8443, 443],
        ["http", 8080, 80],
        ["metrics", 9090, undefined],
      ],
    );
    assert.deepEqual(portsOf(hostPorts, "service-ports.yaml")[0]?.nodePort, undefined);
    // A new pod cannot start on a node whose ports an old one has.
    const busy = deployment({ ...postgres, address: hostPorts }) as Deployment & {
      spec: { strategy?: object };
    };
    assert.deepEqual(busy.spec.strategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    });
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
