import { strict as assert } from "node:assert";
import { decoded } from "../../../cli/decode.ts";
import { linesOf } from "../../../cli/lines.ts";

const text = "kind: List\r\nname: Büro 日本語 😀\r\n";
const mark = "\ufeff";
const encoded: Record<string, Buffer> = {
  "UTF-8": Buffer.from(text),
  "UTF-8 with a mark": Buffer.from(mark + text),
  "UTF-16 as PowerShell writes it": Buffer.from(mark + text, "utf16le"),
  "UTF-16, the high byte first": Buffer.from(mark + text, "utf16le").swap16(),
};

describe("a text", () => {
  for (const [encoding, bytes] of Object.entries(encoded))
    it(`in ${encoding} is read without its mark, also piece by piece`, async () => {
      assert.equal(decoded(bytes), text);
      async function* pieces() {
        for (let from = 0; from < bytes.length; from += 5) yield bytes.subarray(from, from + 5);
      }
      const lines: (string | undefined)[] = [];
      for await (const line of linesOf(pieces())) lines.push(line);
      assert.deepEqual(lines, ["kind: List", "name: Büro 日本語 😀"]);
    });

  it("without any byte is empty", () => {
    assert.equal(decoded(Buffer.alloc(0)), "");
  });
});
