import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { asGoDuration, durationMilliseconds } from "../../../stack-file/duration.ts";

describe("a Go duration", () => {
  it("has units, no days, and is never negative", () => {
    for (const [value, expected] of [
      ["0s", 0],
      ["500ms", 500],
      ["1h30m", 5_400_000],
      ["1.5s", 1500],
    ] as const)
      assert.equal(durationMilliseconds(value), expected);
    for (const wrong of ["0", "30", "2d", "-5s", "", "s", "1 h", "1h 30m", "1h30", "9999999h"])
      assert.equal(durationMilliseconds(wrong), undefined, wrong);
  });

  it("is the sum of its parts", () => {
    const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
    const part = fc.tuple(fc.nat(1000), fc.constantFrom<(keyof typeof units)[]>("ms", "s", "m", "h"));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const text = parts.map(([count, unit]) => `${count}${unit}`).join("");
        assert.equal(
          durationMilliseconds(text),
          parts.reduce((sum, [count, unit]) => sum + count * units[unit], 0),
        );
      }),
    );
  });

  it("is suggested in hours for a time in days or weeks", () => {
    assert.deepEqual(["30d", "2 weeks", "1w", "30m", "d"].map(asGoDuration), [
      "720h",
      "336h",
      "168h",
      undefined,
      undefined,
    ]);
  });
});
