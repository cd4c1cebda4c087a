import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  atLeast,
  isReleaseTag,
  newestRelease,
  oldestRelease,
  pinnedCommits,
} from "../../../../policies/language/releases.ts";

const tag = fc.tuple(fc.nat(3), fc.nat(40), fc.nat(12)).map((parts) => `v${parts.join(".")}`);

describe("Pomerium's versions", () => {
  it("every supported release is pinned to a full commit of its own", () => {
    const tags = Object.keys(pinnedCommits);
    assert.deepEqual(
      [tags[0], tags.at(-1), tags.length, new Set(Object.values(pinnedCommits)).size],
      [oldestRelease, newestRelease, 13, 13],
    );
    for (const [name, commit] of Object.entries(pinnedCommits)) {
      assert.ok(isReleaseTag(name));
      assert.match(commit, /^[0-9a-f]{40}$/);
    }
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
});
