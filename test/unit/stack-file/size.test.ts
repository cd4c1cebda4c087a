import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { stringify } from "yaml";
import { loadFromText } from "../../../stack/load.ts";
import { sizeWarnings } from "../../../stack-file/size.ts";
import { goodStack } from "../stack/base.ts";

const appsOf = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `app${i}`,
      { namespace: `ns${i % 20}`, service: { name: `app${i}`, port: 80 }, access: { groups: ["readers"] } },
    ]),
  );

describe("the size of a stack file", () => {
  it("is warned about as soon as Linux would not take it as a variable, and not before", () => {
    // One byte is one character of a text.
    const longest = (extra: number) => ({ domain: "x".repeat(131_072 - 47 + extra) });
    const variable = (raw: object) =>
      `PULUMI_CONFIG=${JSON.stringify({ "pomerium-migration:domain": Object.values(raw)[0] })}`;
    assert.equal(Buffer.byteLength(variable(longest(0))) + 1, 131_072);
    assert.deepEqual(sizeWarnings(longest(0)), []);
    assert.match(sizeWarnings(longest(1))[0]!.message, /one variable of 129 KiB, and Linux allows 128 KiB/);
  });

  it("is counted as Linux does", function () {
    if (process.platform !== "linux") return this.skip();
    const start = (bytes: number) => {
      const env = { PULUMI_CONFIG: "x".repeat(bytes - "PULUMI_CONFIG=".length - 1) };
      return (spawnSync(process.execPath, ["--version"], { env }).error as NodeJS.ErrnoException | undefined)
        ?.code;
    };
    assert.equal(start(131_072), undefined);
    assert.equal(start(131_073), "E2BIG");
  });

  it("counts apps with their quotes, which are escaped in the variable", () => {
    assert.deepEqual(sizeWarnings({ apps: appsOf(900) }), []);
    assert.equal(sizeWarnings({ apps: appsOf(1_200) }).length, 1);
  });

  it("is among the warnings of a stack that is read from a file", () => {
    const warningsFor = (count: number) => {
      const stack = goodStack();
      const apps = appsOf(count);
      stack.apps = { ...(stack.apps as object), ...apps };
      const tests = stack.accessTests as { apps: object };
      const denied = Object.keys(apps).map((app) => [app, [{ deny: ["stranger", "anonymous"] }]]);
      tests.apps = { ...tests.apps, ...Object.fromEntries(denied) };
      const config = Object.entries(stack).map(([key, value]) => [`pomerium-migration:${key}`, value]);
      const text = stringify({ config: Object.fromEntries(config) });
      const { warnings } = loadFromText("Pulumi.test.yaml", text, { plain: () => false });
      return warnings.filter(({ message }) => message.includes("argument list too long"));
    };
    assert.equal(warningsFor(1).length, 0);
    assert.equal(warningsFor(900).length, 1);
  });
});
