import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { type OverlayOptions, overlay, overlayFolders } from "../../components/pomerium/overlay.ts";
import { defaultCacheDirectory } from "../../components/pomerium/upstream.ts";
import { writeOverlay } from "../../components/pomerium/write-overlay.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const golden = join(project, "test/golden/overlay");
const releases = join(project, "../shared/upstream/ingress-controller");
const versions = ["v0.31.3", "v0.32.9", "v0.33.1"];

const storages = {
  pebble: { pebble: { hostPath: "/home/k8s/pomerium/data", size: "2Gi" } },
  postgres: { postgres: { replicas: 3 } },
} satisfies Record<string, OverlayOptions["storage"]>;

/** Octavo's. */
const common = {
  resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
  service: { loadBalancerIP: "192.168.0.172" },
};

interface KubernetesObject {
  kind: string;
  metadata: { name: string };
}
interface ClusterRole extends KubernetesObject {
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** The kustomize on PATH, or the one that the sandbox has built. */
function findKustomize(): string | undefined {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "kustomize"));
  const built = globSync(join(defaultCacheDirectory(), "tools/*/kustomize"));
  return [...onPath, ...built].find((file) => existsSync(file));
}

describe("the overlay over upstream's manifests", function () {
  this.timeout(60_000);
  const kustomize = findKustomize();
  let cache: string;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), "pomerium-golden-"));
  });

  after(() => rm(cache, { recursive: true, force: true }));

  function release(version: string): string {
    return join(releases, version, "config/default");
  }

  function build(directory: string): string {
    return execFileSync(kustomize ?? "", ["build", directory], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  }

  function objects<T extends KubernetesObject>(yaml: string): T[] {
    return parseAllDocuments(yaml).map((document) => document.toJS() as T);
  }

  async function render(
    options: OverlayOptions,
    base: string,
  ): Promise<{ foundation: string; workload: string }> {
    const directory = await writeOverlay(overlay(options), base, cache);
    return {
      foundation: build(join(directory, overlayFolders.foundation)),
      workload: build(join(directory, overlayFolders.workload)),
    };
  }

  /** Compares with the reviewed text; UPDATE_GOLDEN=1 writes it anew, for the next review. */
  async function compare(file: string, text: string): Promise<void> {
    const path = join(golden, file);
    if (process.env.UPDATE_GOLDEN) await writeFile(path, text);
    assert.equal(text, await readFile(path, "utf8"), `${file} differs from what was reviewed`);
  }

  for (const version of versions) {
    describe(version, () => {
      before(function () {
        if (kustomize === undefined || !existsSync(release(version))) this.skip();
      });

      for (const [store, storage] of Object.entries(storages)) {
        it(`with ${store} renders the workload that was reviewed`, async () => {
          const { workload } = await render({ ...common, version, storage }, release(version));
          await compare(`${store}-${version}.yaml`, workload);
        });
      }

      it("founds on exactly upstream's other objects, without the Job that reads every Secret, and a volume", async () => {
        const { foundation, workload } = await render(
          { ...common, version, storage: storages.pebble },
          release(version),
        );
        const identity = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`;
        const upstream = objects(build(release(version))).map(identity);
        assert.deepEqual(
          [...objects(foundation), ...objects(workload)].map(identity).sort(),
          [
            ...upstream.filter(
              (name) =>
                !name.endsWith(" pomerium-gen-secrets") &&
                name !== "Deployment pomerium" &&
                name !== "Namespace pomerium",
            ),
            "PersistentVolume pomerium-pv-data",
            "PersistentVolumeClaim pomerium-pvc-data",
            "StatefulSet pomerium",
          ].sort(),
        );
      });

      it("allows the controller nothing that upstream does not", async () => {
        const rights = (yaml: string) => {
          const role = objects<ClusterRole>(yaml).find(
            ({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "pomerium-controller",
          );
          const each = (role?.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
            apiGroups.flatMap((group) =>
              resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} of "${group}"`)),
            ),
          );
          return new Set(each);
        };
        const { foundation } = await render(
          { ...common, version, storage: storages.pebble },
          release(version),
        );
        const ours = rights(foundation);
        assert.ok(ours.size > 0);
        const theirs = rights(build(release(version)));
        assert.deepEqual(
          [...ours].filter((right) => !theirs.has(right)),
          [],
        );
        const writes = [...ours].filter((right) => /^(create|delete|patch|update)/.test(right)).sort();
        assert.deepEqual(writes, [
          'create events of ""',
          'patch events of ""',
          'patch ingresses/status of "networking.k8s.io"',
          'patch pomerium/status of "ingress.pomerium.io"',
          'update ingresses/status of "networking.k8s.io"',
          'update pomerium/status of "ingress.pomerium.io"',
        ]);
      });
    });
  }

  describe("the sandbox's own base", () => {
    const base = join(project, "sandbox/base");

    before(function () {
      if (kustomize === undefined || !existsSync(join(base, "kustomization.yaml"))) this.skip();
    });

    for (const [store, storage] of Object.entries(storages)) {
      it(`takes the overlay with ${store}, an awkward folder and an IPv6 address as well`, async () => {
        const hostPath = '/srv/yes: "no" # {{x}}';
        const awkward = "pebble" in storage ? { pebble: { ...storage.pebble, hostPath } } : storage;
        const service = { loadBalancerIP: "fd00::172" };
        const { foundation, workload } = await render(
          { ...common, version: "v0.33.1", storage: awkward, service },
          base,
        );
        const kind = store === "pebble" ? "StatefulSet" : "Deployment";
        assert.ok(objects(workload).some((object) => object.kind === kind));
        if (store === "pebble") assert.ok(foundation.includes(`path: '${hostPath}'`));
        assert.ok(workload.includes("loadBalancerIP: fd00::172"));
      });
    }
  });
});
