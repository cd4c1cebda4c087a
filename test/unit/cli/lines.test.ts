import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { linesOf } from "../../../cli/lines.ts";

async function lines(
  pieces: readonly (string | Uint8Array)[],
  limit?: number,
): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const line of linesOf(stream(pieces), limit)) found.push(line);
  return found;
}

async function* stream<T>(pieces: readonly T[]): AsyncGenerator<T> {
  yield* pieces;
}

describe("the lines of a stream", () => {
  it("are the same however the stream is cut into pieces, letters of several bytes included", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom("a", "é", "😀", '"', " ") }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 5 }),
        async (texts, size) => {
          const bytes = Buffer.from(`${texts.join("\n")}\n`);
          const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
          assert.deepEqual(await lines(pieces), texts);
        },
      ),
    );
  });

  it("may lack the last line break, and may end in carriage returns", async () => {
    assert.deepEqual(await lines(["a\r\nb", "\r\nc"]), ["a", "b", "c"]);
  });

  it("are dropped if they are too long, and the next one is whole again", async () => {
    assert.deepEqual(await lines(["aaaa", "aaaa", "a\nbb\n", "cccccccc\nd"], 6), [
      undefined,
      "bb",
      undefined,
      "d",
    ]);
    assert.deepEqual(await lines(["aaaa", "aaaa"], 6), [undefined]);
  });
});
