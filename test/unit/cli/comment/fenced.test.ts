import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { fenced, leastRoom, withFolded } from "../../../../cli/comment/fenced.ts";

/** Text as a preview may hold it: lines of all lengths, fences, markup, colours, other alphabets. */
const raw = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 120 }),
      fc.string({ unit: "grapheme", maxLength: 80 }),
      fc.nat(60).map((count) => "`".repeat(count)),
      fc.constantFrom(
        "</details>",
        "<!-- x -->",
        "~~~",
        "\u001b[31mred\u001b[0m",
        "\t+ a\r",
        "",
        "x".repeat(3000),
      ),
    ),
    { maxLength: 120 },
  )
  .map((lines) => lines.join("\n"));

const title = "The plan";

const folded = (head: string, text: string, limit: number): string =>
  withFolded(head, text, { title, elsewhere: "all of it is elsewhere", limit });

/** The lines between the fences, and what stands around them. */
function taken(text: string, head: string) {
  assert.ok(text.startsWith(`${head}\n<details>\n<summary>`));
  const lines = text.slice(head.length + 1).split("\n");
  const fence = lines[3]!;
  assert.match(fence, /^`{3,}diff$/);
  const closing = fence.slice(0, -"diff".length);
  assert.deepEqual(lines.slice(-4), [closing, "", "</details>", ""]);
  return { fence: closing, body: lines.slice(4, -4), summary: lines[1]! };
}

describe("the folded plan below a comment", () => {
  it("never exceeds the limit, and leaves the comment's own part as it is", () => {
    fc.assert(
      fc.property(
        raw,
        fc.string({ maxLength: 500 }),
        fc.integer({ min: leastRoom, max: 9000 }),
        (text, head, room) => {
          const limit = head.length + room;
          const comment = folded(head, text, limit);
          assert.ok(comment.length <= limit, `${comment.length} > ${limit}`);
          taken(comment, head);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps the beginning, and as much of it as fits", () => {
    fc.assert(
      fc.property(raw, fc.integer({ min: leastRoom, max: 9000 }), (text, limit) => {
        const whole = taken(folded("head", text, Number.MAX_SAFE_INTEGER), "head").body.join("\n");
        const comment = folded("head", text, limit);
        const { body, summary } = taken(comment, "head");
        const kept = body.join("\n");
        assert.ok(whole.startsWith(kept));
        if (kept === whole) return;
        assert.match(summary, /The plan: the first \d+ of \d+ lines; all of it is elsewhere/);
        // At most one line is missing of which a part would have fitted.
        const missing = whole.slice(kept.length + 1).split("\n")[0] ?? "";
        assert.ok(comment.length + missing.length + 80 > limit, `${comment.length} of ${limit}`);
      }),
      { numRuns: 300 },
    );
  });

  it("is never closed by what it holds", () => {
    fc.assert(
      fc.property(raw, (text) => {
        const { fence, body } = taken(folded("head", text, 20_000), "head");
        const closing = new RegExp(`^ {0,3}\`{${fence.length},}\\s*$`);
        assert.ok(!body.some((line) => closing.test(line)));
      }),
      { numRuns: 300 },
    );
  });

  it("cuts no character in half", () => {
    for (const limit of [leastRoom, leastRoom + 1]) {
      const comment = folded("head", "😀".repeat(5000), limit);
      assert.ok(comment.isWellFormed());
      assert.ok(comment.length >= limit - 2);
    }
  });

  it("shows what a terminal would hide, and no colour codes", () => {
    assert.equal(fenced("\u001b[31mred\u001b[0m\u202eevil\r\n\tdone"), "```\nred\\u202eevil\n    done\n```");
  });
});
