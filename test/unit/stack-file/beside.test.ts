import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { besideAmong, besideIn, isPathBeside } from "../../../stack-file/beside.ts";

describe("a file beside the stack file", () => {
  let outer: string;
  let folder: string;
  before(() => {
    outer = mkdtempSync(join(tmpdir(), "beside-"));
    folder = join(outer, "project");
    mkdirSync(join(folder, "teams.yaml"), { recursive: true });
    writeFileSync(join(folder, "a.yaml"), "apps: {}\n");
    writeFileSync(join(folder, "large.yaml"), "x".repeat(1024 * 1024 + 1));
    writeFileSync(join(outer, "secret.yaml"), "hunter2\n");
    symlinkSync(join(outer, "secret.yaml"), join(folder, "out.yaml"));
    symlinkSync(join(folder, "a.yaml"), join(folder, "in.yaml"));
    symlinkSync(outer, join(folder, "up"));
  });
  after(() => rmSync(outer, { recursive: true }));

  const wrong = (path: string): string => {
    const found = besideIn(folder)(path);
    return typeof found === "string" ? `read: ${found}` : found.wrong;
  };

  it("is read, also where the folder itself is reached over a symbolic link", () => {
    symlinkSync(folder, join(outer, "linked"));
    assert.equal(besideIn(folder)("a.yaml"), "apps: {}\n");
    assert.equal(besideIn(join(outer, "linked"))("a.yaml"), "apps: {}\n");
  });

  it("is refused as a symbolic link, wherever that leads", () => {
    for (const path of ["out.yaml", "in.yaml", "up/secret.yaml"]) assert.match(wrong(path), /symbolic link/);
  });

  it("is refused if it is missing, a folder, or too large, each with what to do", () => {
    for (const path of ["b.yaml", "a.yaml/b.yaml"])
      assert.equal(wrong(path), "is missing; make the file, or remove this entry");
    assert.equal(wrong("teams.yaml"), "is a folder; name a file in it");
    assert.equal(wrong("large.yaml"), "has 1025 KiB, and 1024 KiB is the most; split it");
  });

  it("is refused for the same reasons in another revision", () => {
    const beside = besideAmong(
      new Map([
        ["a.yaml", "apps: {}\n"],
        ["large.yaml", "x".repeat(1024 * 1024 + 1)],
      ]),
    );
    assert.equal(beside("a.yaml"), "apps: {}\n");
    assert.deepEqual(
      ["large.yaml", "b.yaml"].map((path) => beside(path)),
      [{ wrong: wrong("large.yaml") }, { wrong: wrong("b.yaml") }],
    );
  });

  it("has a path that cannot leave the folder, and is none of Pulumi's own files", () => {
    for (const path of ["a.yaml", "teams/a.yml", "t1/t_2/a.b-c.yaml"])
      assert.equal(isPathBeside(path), true, path);
    const others = [
      "",
      "a",
      "a.json",
      "/a.yaml",
      "../a.yaml",
      "t/../../a.yaml",
      "./a.yaml",
      "t//a.yaml",
      ".git/a.yaml",
    ];
    for (const path of [
      ...others,
      "a\0.yaml",
      "C:a.yaml",
      "t\\a.yaml",
      "a.yaml\n",
      "Pulumi.yaml",
      "Pulumi.b.yaml",
      "t/Pulumi.b.yaml",
    ])
      assert.equal(isPathBeside(path), false, path);
  });
});
