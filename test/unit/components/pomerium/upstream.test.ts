import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  defaultCacheDirectory,
  resolveUpstream,
  UpstreamError,
} from "../../../../components/pomerium/upstream.ts";

const noGit = join(tmpdir(), "there-is-no-git-here");

describe("upstream's manifests", () => {
  let scratch: string;
  let cacheDir: string;
  let repository: string;
  let source: string;
  let commit: string;

  function git(...args: string[]): string {
    const identity = [
      "-c",
      "user.name=test",
      "-c",
      "user.email=test@example.org",
      "-c",
      "commit.gpgsign=false",
    ];
    return execFileSync("git", [...identity, "-C", repository, ...args], { encoding: "utf8" }).trim();
  }

  async function commitManifests(image: string): Promise<string> {
    await writeFile(join(repository, "config/default/kustomization.yaml"), "resources: [../pomerium]\n");
    await writeFile(join(repository, "config/pomerium/image.yaml"), `image: ${image}\n`);
    await writeFile(join(repository, "main.go"), "package main\n");
    git("add", ".");
    git("commit", "--quiet", "-m", image);
    return git("rev-parse", "HEAD");
  }

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), "pomerium-upstream-"));
    cacheDir = join(scratch, "cache");
    repository = join(scratch, "repository");
    source = pathToFileURL(repository).href;
    await mkdir(join(repository, "config/default"), { recursive: true });
    await mkdir(join(repository, "config/pomerium"), { recursive: true });
    git("init", "--quiet");
    commit = await commitManifests("one");
    git("tag", "v0.40.0");
  });

  afterEach(() => rm(scratch, { recursive: true, force: true }));

  it("are fetched once: with a filled cache no git runs and no progress is reported", async () => {
    const messages: string[] = [];
    const onProgress = (message: string) => messages.push(message);
    const options = { stack: "octavo", version: "v0.40.0", commit, source, cacheDir, onProgress };
    const first = await resolveUpstream(options);
    assert.deepEqual(first, {
      directory: join(cacheDir, "upstream", commit, "config/default"),
      version: "v0.40.0",
      commit,
    });
    assert.equal(await readFile(join(first.directory, "../pomerium/image.yaml"), "utf8"), "image: one\n");
    assert.equal(messages.length, 1);

    git("tag", "-d", "v0.40.0");
    assert.deepEqual(await resolveUpstream({ ...options, git: noGit }), first);
    assert.equal(messages.length, 1);
  });

  it("of an annotated tag are taken from the commit that it points to, and only config/ is kept", async () => {
    git("tag", "-a", "-m", "release", "v0.41.0");
    const { directory } = await resolveUpstream({
      stack: "octavo",
      version: "v0.41.0",
      commit,
      source,
      cacheDir,
    });
    assert.deepEqual(await readdir(join(directory, "../..")), ["config"]);
    assert.deepEqual(await readdir(join(cacheDir, "upstream")), [commit]);
  });

  it("of a tag that moved are refused with both commits, and the cache stays empty", async () => {
    const other = await commitManifests("two");
    git("tag", "-f", "v0.40.0");
    await assert.rejects(
      resolveUpstream({ stack: "octavo", version: "v0.40.0", commit, source, cacheDir }),
      (error: Error) => {
        assert.ok(error instanceof UpstreamError);
        assert.ok(error.message.includes(commit) && error.message.includes(other));
        assert.ok(error.message.includes(`pulumi config set --stack octavo --path pomerium.commit ${other}`));
        return true;
      },
    );
    assert.deepEqual(await readdir(join(cacheDir, "upstream")), []);
  });

  it("of an interrupted fetch leave nothing that a later run could use as a complete tree", async () => {
    const breaking = join(scratch, "breaking-git");
    const script = [
      "#!/bin/sh",
      'for word in "$@"; do [ "$previous" = --work-tree ] && tree="$word"; previous="$word"; done',
      'if [ -n "$tree" ]; then mkdir -p "$tree/config/default"; : > "$tree/config/default/kustomization.yaml"; kill -9 $$; fi',
      'exec git "$@"',
    ];
    await writeFile(breaking, script.join("\n"));
    await chmod(breaking, 0o755);
    const options = { stack: "octavo", version: "v0.40.0", commit, source, cacheDir };
    await assert.rejects(resolveUpstream({ ...options, git: breaking }), UpstreamError);
    assert.deepEqual(await readdir(join(cacheDir, "upstream")), []);

    const { directory } = await resolveUpstream(options);
    assert.match(await readFile(join(directory, "kustomization.yaml"), "utf8"), /resources/);
  });

  it("arrive in two runs that fetch them at the same time", async () => {
    const options = { stack: "octavo", version: "v0.40.0", commit, source, cacheDir };
    const [first, second] = await Promise.all([resolveUpstream(options), resolveUpstream(options)]);
    assert.deepEqual(first, second);
    assert.deepEqual(await readdir(join(cacheDir, "upstream")), [commit]);
  });

  it("are refused if the commit does not contain them", async () => {
    git("rm", "--quiet", "-r", "config/default");
    git("commit", "--quiet", "-m", "gone");
    git("tag", "v0.42.0");
    const bare = git("rev-parse", "HEAD");
    await assert.rejects(
      resolveUpstream({ stack: "octavo", version: "v0.42.0", commit: bare, source, cacheDir }),
      /has no config\/default\/kustomization\.yaml at v0\.42\.0/,
    );
  });

  it("can come from a folder: upstream's config/default, or a checkout of it, relative to the project", async () => {
    const common = { stack: "octavo", version: "v0.33.1", projectDirectory: scratch, git: noGit, cacheDir };
    const directory = join(repository, "config/default");
    for (const folder of ["repository", "./repository/config/default", repository]) {
      assert.deepEqual(await resolveUpstream({ ...common, source: folder }), {
        directory,
        version: "v0.33.1",
      });
    }
  });

  it("are reported as missing with the full path, if the folder does not exist or does not contain them", async () => {
    const common = { stack: "octavo", version: "v0.33.1", projectDirectory: scratch };
    await assert.rejects(resolveUpstream({ ...common, source: "./nowhere" }), (error: Error) =>
      error.message.includes(`${join(scratch, "nowhere")} does not exist`),
    );
    await mkdir(join(scratch, "empty"));
    await assert.rejects(resolveUpstream({ ...common, source: "empty" }), /has no kustomization\.yaml/);
    await writeFile(join(scratch, "file"), "");
    await assert.rejects(resolveUpstream({ ...common, source: "file" }), /is not a folder/);
  });

  it("cannot be fetched without git, and the message offers a folder instead", async () => {
    await assert.rejects(
      resolveUpstream({ stack: "octavo", version: "v0.33.1", commit, cacheDir, git: noGit }),
      (error: Error) =>
        error.message.includes("there is no ") &&
        error.message.includes(
          "pulumi config set --stack octavo --path pomerium.source ./pomerium-v0.33.1/config/default",
        ),
    );
  });

  it("cannot be fetched from a repository that does not answer, and the message has git's reason but no credentials", async () => {
    for (const credentials of ["file://someone:token", "https://token"]) {
      // Port 9 of this machine: nothing answers there.
      const mirror = `${credentials}@127.0.0.1:9${join(scratch, "no-repository")}`;
      const messages: string[] = [];
      const onProgress = (message: string) => messages.push(message);
      await assert.rejects(
        resolveUpstream({
          stack: "octavo",
          version: "v0.33.1",
          commit,
          source: mirror,
          cacheDir,
          onProgress,
        }),
        ({ message }: Error) => {
          messages.push(message);
          return /no-repository/.test(message) && /fatal/.test(message);
        },
      );
      assert.equal(messages.length, 2);
      assert.ok(!messages.join().includes("token"));
    }
  });

  it("come from the right repository also in the environment of a git hook", async () => {
    process.env.GIT_DIR = join(scratch, "elsewhere");
    try {
      await resolveUpstream({ stack: "octavo", version: "v0.40.0", commit, source, cacheDir });
    } finally {
      delete process.env.GIT_DIR;
    }
  });

  it("are kept in the user's cache", () => {
    assert.equal(defaultCacheDirectory({ XDG_CACHE_HOME: "/somewhere" }), "/somewhere/pomerium-migration");
    assert.match(defaultCacheDirectory({ XDG_CACHE_HOME: "relative" }), /\.cache\/pomerium-migration$/);
  });
});
