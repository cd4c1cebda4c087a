import { strict as assert } from "node:assert";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GoMissingError, goEnvironment, goPlatform } from "../../../sandbox/cluster/go.ts";
import {
  type BuildProgress,
  describeProgress,
  ensureTools,
  linkerFlags,
  PROGRAMS,
  requiredVersion,
} from "../../../sandbox/cluster/tools.ts";

/** Plays `go`: makes a file for each program, and answers where the modules are. One line of `log` per call. */
const FAKE_GO = `#!/bin/sh
root=$(dirname "$0")/..
echo "$@" >> "$root/log"
case "$1 $2" in
  "list -m") echo "$root/kwok" ;;
  "mod download") echo "{\\"Dir\\": \\"$root/cert-manager\\"}" ;;
  "build -ldflags")
    if [ "$6" = "$FAIL" ]; then echo "cannot find a thing" >&2; exit 1; fi
    sleep 0.02
    echo built > "$5" ;;
esac
`;

describe("the sandbox's programs", () => {
  let root: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "tools-test-"));
    env = { PATH: `${root}/bin:/usr/bin:/bin`, XDG_CACHE_HOME: join(root, "cache") };
    const stage = (name: string) => `kind: Stage\nmetadata:\n  name: ${name}\n`;
    const crd =
      "# {{- if .Values.crds }}\nkind: CustomResourceDefinition\nmetadata:\n  name: a\n  labels: { x: '{{ y }}' }\n";
    const files: Record<string, string> = {
      "bin/go": FAKE_GO,
      "kwok/kustomize/stage/fast/kustomization.yaml": "resources: [../pod]\n",
      "kwok/kustomize/stage/pod/kustomization.yaml": "resources: [ready.yaml, gone.yaml]\n",
      "kwok/kustomize/stage/pod/ready.yaml": stage("ready"),
      "kwok/kustomize/stage/pod/gone.yaml": stage("gone"),
      "cert-manager/deploy/crds/crd-a.yaml": crd,
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(root, path, ".."), { recursive: true });
      await writeFile(join(root, path), content);
    }
    await chmod(join(root, "bin/go"), 0o755);
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  const builds = async () => {
    const log = await readFile(join(root, "log"), "utf8").catch(() => "");
    return log.split("\n").filter((line) => line.startsWith("build")).length;
  };
  const cached = () => readdir(join(root, "cache/pomerium-migration/tools"));

  it("are built once; the second call needs no Go", async () => {
    const first = await ensureTools({ env });
    assert.equal(first.builtNow, true);
    assert.equal(await builds(), 8);
    const second = await ensureTools({ env: { ...env, PATH: "" } });
    assert.equal(second.builtNow, false);
    assert.equal(second.directory, first.directory);
    assert.equal(second.buildMs, first.buildMs);
    assert.equal(await readFile(second.path("kube-apiserver"), "utf8"), "built\n");
  });

  it("come with kwok's stages, and cert-manager's CRDs free of chart templates", async () => {
    const tools = await ensureTools({ env });
    const stages = await readFile(tools.kwokStages, "utf8");
    assert.deepEqual(stages.match(/name: \w+/g), ["name: ready", "name: gone"]);
    const crds = await readFile(tools.certManagerCrds, "utf8");
    assert.equal(crds, "kind: CustomResourceDefinition\nmetadata:\n  name: a\n");
  });

  it("are built by one of several processes that ask at once; the others wait and are told", async () => {
    const tasks = new Set<string>();
    const onProgress = ({ task }: BuildProgress) => tasks.add(task);
    const all = await Promise.all([1, 2, 3].map(() => ensureTools({ env, onProgress })));
    assert.equal(all.filter(({ builtNow }) => builtNow).length, 1);
    assert.equal(await builds(), 8);
    assert.ok(tasks.has("waiting for the process that builds them"));
    assert.deepEqual(await cached(), [all[0]?.directory.split("/").at(-1)]);
  });

  it("are built again when a cleaner of caches took one of them", async () => {
    const { path } = await ensureTools({ env });
    await rm(path("helm"));
    assert.equal((await ensureTools({ env })).builtNow, true);
    assert.equal(await readFile(path("helm"), "utf8"), "built\n");
  });

  it("say which of how many is being built", async () => {
    const seen: string[] = [];
    await ensureTools({ env, onProgress: ({ task, step, steps }) => seen.push(`${step}/${steps} ${task}`) });
    assert.deepEqual(
      [...new Set(seen)],
      [
        "1/10 fetching Go modules",
        "2/10 building etcd",
        "3/10 building kube-apiserver",
        "4/10 building kube-controller-manager",
        "5/10 building kube-scheduler",
        "6/10 building kubectl",
        "7/10 building kustomize",
        "8/10 building helm",
        "9/10 building kwok",
        "10/10 reading kwok's and cert-manager's manifests",
      ],
    );
  });

  it("are not there after a failed build, whose last lines are quoted", async () => {
    const failing = { ...env, FAIL: "k8s.io/kubernetes/cmd/kubectl" };
    await assert.rejects(
      ensureTools({ env: failing }),
      /go build .* failed \(exit status 1\):\n {2}cannot find a thing/,
    );
    assert.deepEqual(await cached(), []);
    assert.equal((await ensureTools({ env })).builtNow, true);
  });

  it("without Go, say what to install and in which version", async () => {
    await rm(join(root, "bin/go"));
    await assert.rejects(ensureTools({ env: { ...env, PATH: join(root, "bin") } }), (error) => {
      assert.ok(error instanceof GoMissingError);
      assert.match(error.message, /Install Go 1\.\d+\.\d+ or newer/);
      return true;
    });
  });

  it("are built after a process that was killed over it, whose leftovers go", async () => {
    const { directory } = await ensureTools({ env });
    await rm(directory, { recursive: true });
    await mkdir(`${directory}.building-1`);
    await writeFile(`${directory}.lock`, "");
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${directory}.lock`, longAgo, longAgo);
    assert.equal((await ensureTools({ env })).builtNow, true);
    assert.deepEqual(await cached(), [directory.split("/").at(-1)]);
  });
});

describe("Go, as the sandbox calls it", () => {
  it("is not steered by the user's flags, workspace or cross-compilation", () => {
    const env = goEnvironment({
      GOFLAGS: "-mod=vendor",
      GOWORK: "/home/me/go.work",
      GOOS: "plan9",
      GOARCH: "mips",
      GOTOOLCHAIN: "go1.20",
      CGO_ENABLED: "1",
    });
    assert.equal(env.GOFLAGS, "-mod=readonly -buildvcs=false");
    assert.equal(env.GOWORK, "off");
    assert.equal(`${env.GOOS}/${env.GOARCH}`, goPlatform());
    assert.equal(env.GOTOOLCHAIN, "auto");
    assert.equal(env.CGO_ENABLED, "0");
  });

  it("keeps the user's proxy and caches", () => {
    const own = { GOPROXY: "https://proxy.example.com", GOCACHE: "/cache", GONOSUMDB: "example.com" };
    const { GOPROXY, GOCACHE, GONOSUMDB } = goEnvironment(own);
    assert.deepEqual({ GOPROXY, GOCACHE, GONOSUMDB }, own);
  });

  it("builds for Linux and macOS, and says so elsewhere", () => {
    assert.equal(goPlatform("linux", "x64"), "linux/amd64");
    assert.equal(goPlatform("darwin", "arm64"), "darwin/arm64");
    assert.throws(() => goPlatform("win32", "x64"), /not on win32\/x64.*WSL/);
  });
});

describe("a build's recipe", () => {
  it("builds every tool that go.mod pins, and no other", async () => {
    const goMod = await readFile(new URL("../../../sandbox/tools/go.mod", import.meta.url), "utf8");
    const [, block = ""] = /^tool \(\n([^)]*)\)/m.exec(goMod) ?? [];
    const pinned = block.split("\n").flatMap((line) => line.trim() || []);
    assert.deepEqual(Object.values(PROGRAMS).toSorted(), pinned.sort());
  });

  it("takes versions from go.mod, required alone, in a block or indirectly", () => {
    const goMod = "module x\nrequire a.example/b v1.2.3\nrequire (\n\tc.example/d v0.1.0 // indirect\n)\n";
    assert.equal(requiredVersion(goMod, "a.example/b"), "v1.2.3");
    assert.equal(requiredVersion(goMod, "c.example/d"), "v0.1.0");
    assert.throws(() => requiredVersion(goMod, "e.example/f"), /go\.mod requires no e\.example\/f/);
  });

  it("stamps the programs with their versions", () => {
    const flags = linkerFlags({ kubernetes: "v1.36.3", helm: "v3.21.4" });
    for (const stamp of [
      "-X k8s.io/component-base/version.gitVersion=v1.36.3",
      "-X k8s.io/client-go/pkg/version.gitMinor=36",
      "-X helm.sh/helm/v3/internal/version.version=v3.21.4",
      "-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=36",
    ]) {
      assert.ok(flags.includes(stamp), stamp);
    }
  });

  it("is told in words that a person can follow", () => {
    const progress = { task: "building helm", step: 8, steps: 10 };
    assert.equal(describeProgress({ ...progress, elapsedMs: 59_900 }), "building helm · 8 of 10 · 59 s");
    assert.equal(
      describeProgress({ ...progress, elapsedMs: 133_000 }),
      "building helm · 8 of 10 · 2 min 13 s",
    );
  });
});
