import { strict as assert } from "node:assert";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GoMissingError, goEnvironment, goPlatform } from "../../../sandbox/tools/go.ts";
import {
  CLUSTER,
  COMPILER_FLAGS,
  FAMILIES,
  linkerFlags,
  PROGRAMS,
  type Program,
  readVersions,
  requiredVersion,
} from "../../../sandbox/tools/programs.ts";
import { type BuildProgress, describeProgress } from "../../../sandbox/tools/progress.ts";
import { ensureTools } from "../../../sandbox/tools/tools.ts";

/** A fake `go`. It makes a file for each program, answers with the modules' folders, and logs one line per call. */
const FAKE_GO = `#!/bin/sh
root=$(dirname "$0")/..
echo "$@" >> "$root/log"
case "$1" in
  mod) echo "{\\"Dir\\": \\"$root/modules/$(basename "$4")\\"}" ;;
  build)
    while [ $# -gt 1 ]; do
      if [ "$1" = -o ]; then out=$2; fi
      shift
    done
    if [ "$1" = "$FAIL" ]; then echo "cannot find a thing" >&2; exit 1; fi
    echo some/package >&2
    sleep 0.02
    echo built > "$out" ;;
esac
`;

describe("the sandbox's programs", () => {
  const programs: Program[] = ["etcd", "kube-apiserver", "kwok"];
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
      "modules/kwok/kustomize/stage/fast/kustomization.yaml": "resources: [../pod]\n",
      "modules/kwok/kustomize/stage/pod/kustomization.yaml": "resources: [ready.yaml, gone.yaml]\n",
      "modules/kwok/kustomize/stage/pod/ready.yaml": stage("ready"),
      "modules/kwok/kustomize/stage/pod/gone.yaml": stage("gone"),
      "modules/cert-manager/deploy/crds/crd-a.yaml": crd,
      // Both of Pulumi's module paths end in v4.
      "modules/v4/go.mod": "module sdk\n",
      "modules/v4/go/kubernetes/yaml/v2/kinds.go": "package v2 // upstream's\n",
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(root, path, ".."), { recursive: true });
      await writeFile(join(root, path), content);
    }
    await chmod(join(root, "bin/go"), 0o755);
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  const builds = async (): Promise<string[]> => {
    const log = await readFile(join(root, "log"), "utf8").catch(() => "");
    return log.split("\n").filter((line) => line.startsWith("build"));
  };
  const hidden = async (): Promise<string[]> =>
    (await readdir(join(root, "cache/pomerium-migration/tools"))).filter((name) => name.startsWith("."));

  it("are built once, and the second call needs no Go", async () => {
    const first = await ensureTools({ programs, env });
    assert.notEqual(first.buildMs, undefined);
    assert.equal((await builds()).length, 3);
    const second = await ensureTools({ programs, env: { ...env, PATH: "" } });
    assert.equal(second.buildMs, undefined);
    for (const program of programs) {
      assert.equal(second.path(program), first.path(program));
      assert.equal(await readFile(second.path(program), "utf8"), "built\n");
    }
  });

  it("are built only if the caller asks for them", async () => {
    await ensureTools({ programs: ["etcd"], env });
    assert.deepEqual(
      (await builds()).map((line) => line.split(" ").at(-1)),
      [PROGRAMS.etcd.main],
    );
    const more = await ensureTools({ programs: ["etcd", "pulumi"], env });
    assert.deepEqual(
      (await builds()).slice(1).map((line) => line.split(" ").at(-1)),
      [PROGRAMS.pulumi.main],
    );
    assert.equal(await readFile(more.path("pulumi"), "utf8"), "built\n");
  });

  it("come with kwok's stages, and with cert-manager's CRDs without chart templates", async () => {
    const tools = await ensureTools({ programs, env });
    const stages = await readFile(tools.kwokStages, "utf8");
    assert.deepEqual(stages.match(/name: \w+/g), ["name: ready", "name: gone"]);
    const crds = await readFile(tools.certManagerCrds, "utf8");
    assert.equal(crds, "kind: CustomResourceDefinition\nmetadata:\n  name: a\n");
  });

  it("are built by one of several processes that ask at the same time, and the others report that they wait", async () => {
    const tasks = new Set<string>();
    const onProgress = ({ task }: BuildProgress) => tasks.add(task);
    const all = await Promise.all([1, 2, 3].map(() => ensureTools({ programs, env, onProgress })));
    assert.equal(all.filter(({ buildMs }) => buildMs !== undefined).length, 1);
    assert.equal((await builds()).length, 3);
    assert.ok(tasks.has("waiting for another process that builds"));
  });

  it("are built again without the others if a cache cleaner has removed one", async () => {
    const { path } = await ensureTools({ programs, env });
    await rm(path("kwok"));
    assert.notEqual((await ensureTools({ programs, env })).buildMs, undefined);
    assert.equal(await readFile(path("kwok"), "utf8"), "built\n");
    assert.equal((await builds()).length, 4);
  });

  it("stay if a later program fails with Go's last lines, and the next call continues with that program", async () => {
    const failing = { ...env, FAIL: PROGRAMS["kube-apiserver"].main };
    await assert.rejects(
      ensureTools({ programs, env: failing }),
      /go build .* failed \(exit status 1\):\n(.*\n)? {2}cannot find a thing/,
    );
    const before = (await builds()).length;
    const tools = await ensureTools({ programs, env });
    assert.deepEqual(
      (await builds()).slice(before).map((line) => line.split(" ").at(-1)),
      [PROGRAMS["kube-apiserver"].main],
    );
    assert.equal(await readFile(tools.path("kube-apiserver"), "utf8"), "built\n");
  });

  it("report the current task, the number of tasks and packages, and the remaining time", async () => {
    const seen: BuildProgress[] = [];
    await ensureTools({ programs, env, onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(
      [...new Set(seen.map(({ task, step, steps }) => `${step}/${steps} ${task}`))],
      [
        "1/4 building etcd",
        "2/4 building kwok",
        "3/4 building kube-apiserver",
        "4/4 reading kwok's and cert-manager's manifests",
      ],
    );
    const left = seen.map(({ remainingMs = 0 }) => remainingMs);
    const expected = programs.reduce((sum, program) => sum + PROGRAMS[program].seconds, 0);
    assert.ok(Math.abs(left[0]! / 1000 - expected) < 10, `${left[0]} ms before the speed is known`);
    // The fake go needs milliseconds for a program that is expected to take a minute.
    assert.ok(left.at(-1)! < 1000, `${left.at(-1)} ms from the measured speed`);
  });

  it("fail without Go, with an error that says which version to install", async () => {
    await rm(join(root, "bin/go"));
    await assert.rejects(ensureTools({ programs, env: { ...env, PATH: join(root, "bin") } }), (error) => {
      assert.ok(error instanceof GoMissingError);
      assert.match(error.message, /Install Go 1\.\d+\.\d+ or newer/);
      return true;
    });
  });

  it("are built after a build that was killed, and the leftovers of that build are removed", async () => {
    const cache = join(root, "cache/pomerium-migration/tools");
    await mkdir(join(cache, ".building-1"), { recursive: true });
    await writeFile(join(cache, ".lock"), "");
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(cache, ".lock"), longAgo, longAgo);
    assert.notEqual((await ensureTools({ programs, env })).buildMs, undefined);
    assert.deepEqual(await hidden(), []);
  });

  it("include the provider with upstream's schema and with this project's file of the SDK", async () => {
    await ensureTools({ programs: ["pulumi-resource-kubernetes"], env });
    const [build = ""] = await builds();
    const scratch = join(root, "cache/pomerium-migration/tools/.sources");
    assert.ok(build.includes(`-modfile ${scratch}/go.mod -overlay ${scratch}/overlay.json`), build);
    assert.deepEqual(await hidden(), []);
  });
});

describe("Go, as the sandbox calls it", () => {
  it("ignores the user's flags, workspace and cross-compilation", () => {
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

  it("builds for Linux and macOS, and refuses other platforms", () => {
    assert.equal(goPlatform("linux", "x64"), "linux/amd64");
    assert.equal(goPlatform("darwin", "arm64"), "darwin/arm64");
    assert.throws(() => goPlatform("win32", "x64"), /not on win32\/x64.*WSL/);
  });
});

describe("a build's recipe", () => {
  const read = (file: string): Promise<string> =>
    readFile(new URL(`../../../sandbox/tools/${file}`, import.meta.url), "utf8");

  it("builds every tool that a go.mod pins, and no other", async () => {
    const pinned: string[] = [];
    for (const family of FAMILIES) {
      const goMod = await read(`${family}/go.mod`);
      const block = /^tool \(\n([^)]*)\)/m.exec(goMod)?.[1] ?? /^tool (\S+)$/m.exec(goMod)?.[1] ?? "";
      pinned.push(...block.split("\n").flatMap((line) => line.trim() || []));
    }
    const mains = Object.values(PROGRAMS).map(({ main }) => main as string);
    assert.deepEqual(mains.filter((main) => main !== ".").toSorted(), pinned.sort());
  });

  it("lists for a cluster only programs that it can build", () => {
    for (const program of CLUSTER) assert.ok(program in PROGRAMS, program);
  });

  it("reads versions from go.mod: of single, grouped and indirect requirements", () => {
    const goMod = "module x\nrequire a.example/b v1.2.3\nrequire (\n\tc.example/d v0.1.0 // indirect\n)\n";
    assert.equal(requiredVersion(goMod, "a.example/b"), "v1.2.3");
    assert.equal(requiredVersion(goMod, "c.example/d"), "v0.1.0");
    assert.throws(() => requiredVersion(goMod, "e.example/f"), /go\.mod requires no e\.example\/f/);
  });

  it("stamps the programs with their versions", async () => {
    const folders = ["control-plane", "pulumi", "kubernetes-provider", "cert-manager"] as const;
    const texts = await Promise.all(folders.map((folder) => read(`${folder}/go.mod`)));
    const goMods = Object.fromEntries(folders.map((folder, i) => [folder, texts[i]!]));
    const versions = readVersions(goMods as Record<(typeof folders)[number], string>);
    assert.match(versions.provider, /^20\d\d-\d\d-\d\d [0-9a-f]{12}$/);
    const sdk = JSON.parse(
      await readFile(
        new URL("../../../node_modules/@pulumi/kubernetes/package.json", import.meta.url),
        "utf8",
      ),
    ) as { version: string };
    const { kubernetes, helm, pulumi } = versions;
    for (const [family, stamp] of [
      ["control-plane", `-X k8s.io/component-base/version.gitVersion=${kubernetes}`],
      ["control-plane", `-X k8s.io/client-go/pkg/version.gitMinor=${kubernetes.split(".")[1]}`],
      ["kubernetes-provider", `-X main.version=${sdk.version}`],
      ["kubernetes-provider", `-X helm.sh/helm/v3/internal/version.version=${helm}`],
      ["pulumi", `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumi}`],
    ] as const)
      assert.ok(linkerFlags(family, versions).includes(stamp), stamp);
  });

  it("compiles without debug information", () => {
    for (const flag of COMPILER_FLAGS) assert.match(flag, /^-gcflags=\S+=-dwarf=false( -N -l)?$/);
  });

  it("describes the progress in words", () => {
    const progress = { task: "building helm", step: 8, steps: 10 };
    assert.equal(describeProgress({ ...progress, elapsedMs: 59_900 }), "building helm · 8 of 10 · 59 s");
    assert.equal(
      describeProgress({ ...progress, packages: 12, elapsedMs: 133_000, remainingMs: 200_000 }),
      "building helm (12 packages) · 8 of 10 · 2 min 13 s · about 3 min left",
    );
  });
});
