import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import {
  atLeast,
  behaves,
  changesBetween,
  compareReleases,
  firstWith,
  firstWithValue,
  isReleaseTag,
  newestRelease,
  oldestRelease,
  pinnedCommits,
  removal,
} from "../../../../policies/language/releases.ts";

const tag = fc.tuple(fc.nat(3), fc.nat(40), fc.nat(12)).map((parts) => `v${parts.join(".")}`);

describe("Pomerium's versions", () => {
  it("every supported release is pinned to a different full commit", () => {
    const tags = Object.keys(pinnedCommits);
    assert.deepEqual([tags[0], tags.at(-1)], [oldestRelease, newestRelease]);
    assert.ok(tags.length >= 13);
    assert.equal(new Set(Object.values(pinnedCommits)).size, tags.length);
    for (const [name, commit] of Object.entries(pinnedCommits)) {
      assert.ok(isReleaseTag(name));
      assert.match(commit, /^[0-9a-f]{40}$/);
    }
  });

  it("a release under another licence is known, but no stack gets it by default", () => {
    const later = firstWith("annotations", "h2c_upstream")!;
    assert.ok(!atLeast(newestRelease, later));
    assert.ok(!Object.hasOwn(pinnedCommits, later), "its commit must be in the stack file");
    assert.equal(firstWithValue("bearer_token_format", "jwt"), later);
    assert.equal(firstWithValue("bearer_token_format", "default"), undefined);
    assert.equal(firstWithValue("timeout", "0s"), undefined);
  });

  it("v0.32.10 counts as later than v0.32.9", () => {
    assert.ok(atLeast("v0.32.10", "v0.32.9"));
    assert.ok(!atLeast("v0.32.9", "v0.32.10"));
  });

  it("of two releases, at least one is the later one, and both are only when they are the same", () => {
    fc.assert(
      fc.property(tag, tag, (a, b) => {
        assert.equal(atLeast(a, b) && atLeast(b, a), a === b);
        assert.ok(atLeast(a, b) || atLeast(b, a));
      }),
    );
  });

  it("a branch or an abbreviated version is no release", () => {
    for (const name of ["main", "0-33-0", "v0.33", "0.33.1", "v0.33.1-rc1", ""]) {
      assert.ok(!isReleaseTag(name), name);
      assert.throws(() => atLeast(name, newestRelease), RangeError);
    }
  });

  it("the table lists releases from the oldest to the newest", () => {
    const tags = Object.keys(pinnedCommits);
    assert.deepEqual(tags.toSorted(compareReleases), tags);
  });

  it("a behaviour holds from the release that brings it on, also in releases that nobody knows yet", () => {
    const first = firstWith("behaviours", "requestSettings");
    for (const release of [...Object.keys(pinnedCommits), "v9.0.0"])
      assert.equal(behaves(release, "requestSettings"), atLeast(release, "v0.33.1"), release);
    assert.equal(first, "v0.33.1");
  });

  it("an annotation has the release that brought it or took it away, or neither", () => {
    assert.equal(firstWith("annotations", "ssh_upstream"), "v0.33.0");
    assert.equal(firstWith("annotations", "timeout"), undefined);
    assert.deepEqual(removal("lb_policy"), { tag: "v0.32.0", successor: "load_balancing_policy" });
    assert.deepEqual(removal("maglev_lb_config"), { tag: "v0.32.0" });
    assert.equal(removal("timeout"), undefined);
  });

  it("no other source file has a version of Pomerium outside its comments", () => {
    const root = path.join(import.meta.dirname, "../../../..");
    const sources = (folder: string): string[] =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => path.posix.join(folder, name));
    const withVersion = [
      "index.ts",
      ...["cli", "components", "policies", "report", "stack", "stack-file"].flatMap(sources),
    ]
      .filter((file) => file !== "policies/language/releases.ts")
      .filter((file) => {
        const code = readFileSync(path.join(root, file), "utf8")
          .replace(/\/\*[\s\S]*?\*\//g, "")
          .replace(/^\s*\/\/.*$/gm, "");
        return /\bv?0\.3\d(?!\d)/.test(code);
      });
    assert.deepEqual(withVersion, []);
  });

  it("says what a newer release brings, and what an older one lacks", () => {
    const up = changesBetween("v0.32.9", "v0.33.1");
    assert.ok(up.some((line) => /answers 400 to %2F/.test(line)));
    assert.ok(up.some((line) => /^new annotations: .*\ballow_upgrades\b/.test(line)));
    assert.ok(!up.some((line) => /security fix/.test(line)), "v0.32.9 has the fix already");
    const down = changesBetween("v0.33.1", "v0.32.9");
    assert.ok(down.some((line) => /^no longer: answers 400/.test(line)));
    assert.ok(down.some((line) => /^gone annotations: .*\ballow_upgrades\b/.test(line)));
    assert.ok(
      changesBetween("v0.31.3", "v0.32.0").some((line) => /^gone annotations: .*\blb_policy\b/.test(line)),
    );
  });

  it("says of a change in two steps what the steps say, and nothing of no change", () => {
    const tags = Object.keys(pinnedCommits);
    for (const tag of tags) assert.deepEqual(changesBetween(tag, tag), []);
    const words = (lines: string[]): string[] => lines.flatMap((line) => line.split(/[:,] /)).sort();
    const known = (from: string, to: string): Set<string> => new Set(words(changesBetween(from, to)));
    for (const middle of tags.slice(1, -1)) {
      const whole = known(tags[0]!, tags.at(-1)!);
      const steps = new Set([...known(tags[0]!, middle), ...known(middle, tags.at(-1)!)]);
      assert.deepEqual([...steps].sort(), [...whole].sort(), middle);
    }
  });
});
