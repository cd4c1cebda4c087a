import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileAt, filesAt } from "../../../cli/git.ts";

describe("a file of a commit", () => {
  const root = mkdtempSync(join(tmpdir(), "file-at-"));
  const git = (directory: string, ...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
      cwd: directory,
      encoding: "utf8",
    }).trim();
  after(() => rmSync(root, { recursive: true }));

  function repository(files: Readonly<Record<string, string>>, ...options: string[]): [string, string] {
    const directory = mkdtempSync(join(root, "repository-"));
    git(directory, "init", "--quiet", ...options);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    symlinkSync("plain.yaml", join(directory, "link.yaml"));
    git(directory, "add", "--all");
    git(directory, "commit", "--quiet", "--message", "first");
    return [directory, git(directory, "rev-parse", "HEAD")];
  }

  const texts = {
    "plain.yaml": "a: 1\r\nb: 2\n",
    "no line break.yaml": "\ufeffa: é",
    "colon:*.yaml": "x blob 3\nabc\n",
    ":(top)é.yaml": "",
    "below/plain.yaml": "below\n",
  };

  for (const options of [[], ["--object-format=sha256"]])
    it(`has the same content in a repository made with ${options.join(" ") || "no option"}`, async () => {
      const [directory, commit] = repository(texts, ...options);
      for (const [name, text] of Object.entries(texts))
        assert.equal(await fileAt(directory, commit, name), text, name);
      assert.equal(await fileAt(join(directory, "below"), commit, "plain.yaml"), "below\n");
      assert.equal(await fileAt(directory, commit, "link.yaml"), "plain.yaml");
      for (const none of ["other.yaml", "PLAIN.yaml", "*.yaml", "below", "below/other.yaml"])
        assert.equal(await fileAt(directory, commit, none), undefined, none);
    });

  it("is found among any number of files, of which some are missing or folders", async () => {
    const [directory, commit] = repository(texts);
    const missing = Array.from({ length: 120 }, (_, i) => `missing blob ${i}`);
    const names = ["below", ...missing.slice(0, 70), ...Object.keys(texts), ...missing.slice(70)];
    assert.deepEqual([...(await filesAt(directory, commit, names))].sort(), Object.entries(texts).sort());
    assert.deepEqual([...(await filesAt(directory, commit, []))], []);
  });

  const lost = (directory: string, name: string): void => {
    const id = git(directory, "rev-parse", `HEAD:${name}`);
    rmSync(join(directory, ".git", "objects", id.slice(0, 2), id.slice(2)));
  };

  it("is not taken for a missing one if the repository has lost its content", async () => {
    const [directory, commit] = repository(texts);
    lost(directory, "plain.yaml");
    await assert.rejects(
      fileAt(directory, commit, "plain.yaml"),
      /^CliError: plain\.yaml is in .*: git fsck$/,
    );
    assert.equal(await fileAt(directory, commit, "other.yaml"), undefined);
  });

  it("is not taken for a missing one if the repository has lost its folder", async () => {
    const [directory, commit] = repository(texts);
    lost(directory, "below");
    await assert.rejects(fileAt(directory, commit, "below/plain.yaml"), /Could not read/);
  });
});
