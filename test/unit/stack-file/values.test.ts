import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { secretReference } from "../../../stack-file/fields.ts";
import { withoutWildcard, zoneOf } from "../../../stack-file/hosts.ts";
import {
  didYouMean,
  didYouMeanAddress,
  didYouMeanOrKnown,
  nearest,
  nearestAddress,
} from "../../../stack-file/nearest.ts";
import { keyPath, type PathPart, valueAt } from "../../../stack-file/paths.ts";
import { isEmail, isHost, isObjectName, isPortName, quantity } from "../../../stack-file/values.ts";
import { put } from "../stack/base.ts";

/** That each of the texts passes, or that none does. */
function all(test: (text: string) => boolean, expected: boolean, texts: readonly string[]): void {
  for (const text of texts) assert.equal(test(text), expected, JSON.stringify(text));
}

describe("a value in a stack file", () => {
  it("is a host only in lower case, with two labels or more, and nothing around it", () => {
    all(isHost, true, ["a.b", "komga.example.org", "xn--bcher-kva.example", "1.example.org"]);
    all(isHost, false, [
      "",
      "komga",
      "Komga.org",
      "*.a.b",
      "a.b.",
      ".a.b",
      "a..b",
      "a_b.c",
      "a.b:443",
      "-a.b",
      "a.b/c",
    ]);
    all(isHost, false, [`${"a".repeat(64)}.b`, `${"a.".repeat(127)}b`]);
  });

  it("is an e-mail address only with one @, a host after it, and no blank", () => {
    all(isEmail, true, ["alice@gmail.com", "a.b+c@example.co.uk", "Alice@Gmail.com"]);
    all(isEmail, false, [
      "",
      "alice",
      "@gmail.com",
      "alice@",
      "alice@gmail",
      "a@b@c.d",
      "a b@c.d",
      ".a@b.c",
      "a..b@c.d",
      "a@b.c\n",
    ]);
  });

  it("is the name of a Kubernetes object only in lower case, and without an empty label", () => {
    all(isObjectName, true, ["a", "komga-tls", "wildcard-example.org-tls", "1.2", "a".repeat(253)]);
    all(isObjectName, false, ["", "A", "a..b", "a.-b", "-a", "a.", "a_b", "a/b", "a".repeat(254)]);
  });

  it("is a Secret of the cluster only with its namespace and its name", () => {
    const isReference = (value: string): boolean => secretReference.safeParse(value).success;
    all(isReference, true, ["default/tls", "a/wildcard-example.org-tls"]);
    all(isReference, false, ["tls", "a/b/c", "/tls", "a/", "a.b/tls", "a/b..c", "A/tls"]);
  });

  it("is a port's name only with a letter, and at most 15 characters", () => {
    all(isPortName, true, ["http", "a", "http-2", "8080-http"]);
    all(isPortName, false, ["", "80", "HTTP", "a--b", "-a", "abcdefghijklmnop"]);
  });

  it("is a quantity as Kubernetes counts", () => {
    const counted: Record<string, number> = {
      "1": 1,
      "500m": 0.5,
      "2Gi": 2 ** 31,
      "1.5k": 1500,
      "1e3": 1000,
      ".5": 0.5,
      "1E": 1e18,
    };
    for (const [text, count] of Object.entries(counted)) assert.equal(quantity(text), count, text);
    for (const text of ["", "Gi", "1GB", "1 Gi", "-1", "1K", "0x1", "1e"])
      assert.equal(quantity(text), undefined, text);
  });
});

describe("the suggestion for a mistyped word", () => {
  it("is a similar word: one or two letters differ", () => {
    const groups = ["readers", "listeners", "watchers"];
    assert.equal(nearest("readrs", groups), "readers");
    assert.equal(nearest("raeders", groups), "readers");
    assert.equal(nearest("operators", groups), undefined);
    assert.equal(nearest("a", ["bcd"]), undefined);
    assert.equal(didYouMean("readrs", groups), '; did you mean "readers"?');
    assert.equal(didYouMean("zzz", groups), "");
  });

  it("is a word with the fewest edits, and the first of these", () => {
    /** Optimal string alignment, as its definition says it. */
    const edits = (a: string, b: string, i = a.length, j = b.length): number => {
      if (i === 0 || j === 0) return i + j;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      return Math.min(
        edits(a, b, i - 1, j) + 1,
        edits(a, b, i, j - 1) + 1,
        edits(a, b, i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ...(swapped ? [edits(a, b, i - 2, j - 2) + 1] : []),
      );
    };
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 6 }), (one, candidates) => {
        const limit = one.length < 4 ? 1 : 2;
        const counted = candidates.map((candidate) => edits(one, candidate));
        const least = Math.min(...counted);
        const longer = candidates.find((candidate) => one.length > 3 && candidate.startsWith(one));
        assert.equal(nearest(one, candidates), least <= limit ? candidates[counted.indexOf(least)] : longer);
      }),
      { numRuns: 300 },
    );
  });

  it("lists all words if none is similar, and of many the first", () => {
    const words = Array.from({ length: 60 }, (_, i) => `group-${i}`);
    assert.equal(didYouMeanOrKnown("x", ["readers", "watchers"]), "; known here: readers, watchers");
    assert.equal(
      didYouMeanOrKnown("x", words.slice(0, 50)),
      `; known here: ${words.slice(0, 50).join(", ")}`,
    );
    assert.equal(didYouMeanOrKnown("x", words), `; known here: ${words.slice(0, 50).join(", ")} and 10 more`);
    assert.equal(didYouMeanOrKnown("x", []), "");
  });

  it("is, for an e-mail address, an address of the same domain", () => {
    const people = ["alice@gmail.com", "bob@example.org"];
    assert.equal(nearestAddress("alicia@gmail.com", people), "alice@gmail.com");
    assert.equal(nearestAddress("zoe@gmail.com", people), undefined);
    assert.equal(didYouMeanAddress("alicia@gmail.com", people), '; did you mean "alice@gmail.com"?');
    assert.equal(didYouMeanAddress("zoe@gmail.com", people), "");
    assert.equal(nearestAddress("bob@gmail.com", people), undefined);
  });
});

describe("a key path", () => {
  it("is what `pulumi config set --path` takes", () => {
    assert.equal(
      keyPath(["apps", "code-server", "access", "groups", 0]),
      "apps.code-server.access.groups[0]",
    );
    assert.equal(
      keyPath(["certificates", "zones", "uu.am", "wildcard"]),
      'certificates.zones["uu.am"].wildcard',
    );
    assert.equal(keyPath(["a", 'b"c']), 'a["b\\"c"]');
    assert.equal(keyPath([]), "");
  });

  it("finds its value again", () => {
    const step = fc.oneof(fc.stringMatching(/^[a-z.-]{1,5}$/), fc.nat({ max: 3 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (rest) => {
        const path: PathPart[] = ["root", ...rest];
        assert.equal(valueAt(put({}, keyPath(path), "here"), path), "here");
      }),
    );
  });

  it("finds nothing that is only inherited", () => {
    assert.equal(valueAt({ a: [] }, ["a", "length", "constructor"]), undefined);
    assert.equal(valueAt({}, ["constructor"]), undefined);
  });
});

describe("the zone of a host", () => {
  it("is the longest one that the host equals or ends in", () => {
    const zones = ["example.org", "sub.example.org"];
    assert.equal(zoneOf("example.org", zones), "example.org");
    assert.equal(zoneOf("a.example.org", zones), "example.org");
    assert.equal(zoneOf("a.sub.example.org", zones), "sub.example.org");
    assert.equal(zoneOf("badexample.org", zones), undefined);
  });

  it("is looked for without the `*.` of a wildcard, and nothing else of a host is cut off", () => {
    for (const [host, domain] of [
      ["*.example.org", "example.org"],
      ["example.org", "example.org"],
      ["*.*.example.org", "*.example.org"],
      ["a*.example.org", "a*.example.org"],
    ] as const)
      assert.equal(withoutWildcard(host), domain);
  });
});
