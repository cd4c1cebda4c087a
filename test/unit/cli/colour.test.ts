import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { isColoured, paint } from "../../../cli/colour.ts";
import { cli, house, makeProject } from "./project.ts";

const root = join(import.meta.dirname, "../../..");
const codes = "\u001b[";

describe("colours", () => {
  const cases: [isTTY: boolean, env: Record<string, string>, coloured: boolean][] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [true, { TERM: "xterm-256color" }, true],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "true" }, true],
    [false, { FORCE_COLOR: "" }, false],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "false" }, false],
    [false, { FORCE_COLOR: "3", NO_COLOR: "1", TERM: "dumb" }, true],
  ];
  for (const [isTTY, env, coloured] of cases)
    it(`are ${coloured ? "on" : "off"} for ${isTTY ? "a terminal" : "a pipe"} with ${JSON.stringify(env)}`, () => {
      assert.equal(isColoured({ isTTY }, env), coloured);
      // A pipe has no such property at all.
      if (!isTTY) assert.equal(isColoured({}, env), coloured);
    });

  it("are codes around the text, and nothing without colour", () => {
    assert.equal(paint({ colour: true }, "red", "x"), "\u001b[31mx\u001b[39m");
    assert.equal(paint({ colour: false }, "red", "x"), "x");
  });

  it("follow the environment in the program itself, on both of its streams", async () => {
    const project = makeProject({ house: house() });
    const { NO_COLOR: _, FORCE_COLOR: __, ...others } = process.env;
    const ran = async (argv: string[], env: Record<string, string>): Promise<string> => {
      const args = [join(root, "cli/main.ts"), ...argv];
      const child = spawn(process.execPath, args, { cwd: project.directory, env: { ...others, ...env } });
      return (await Promise.all([text(child.stdout), text(child.stderr)])).join("");
    };
    const [plain, out, err] = await Promise.all([
      ran(["check"], {}),
      ran(["check"], { FORCE_COLOR: "1" }),
      ran(["access", "huose"], { FORCE_COLOR: "1" }),
    ]);
    assert.ok(plain.includes("no problem") && !plain.includes(codes));
    assert.ok(out.includes(codes));
    assert.ok(err.includes(codes));
  }).timeout(60_000);

  it("never reach a file", async () => {
    const project = makeProject({ house: house() });
    project.commit();
    for (const command of ["check", "test", "diff", "access"]) {
      const { out } = await cli(project, [command, "--output", "result.txt"], { colour: true });
      assert.equal(out, "");
      assert.ok(!readFileSync(join(project.directory, "result.txt"), "utf8").includes(codes), command);
      assert.ok((await cli(project, [command], { colour: true })).out.includes(codes), command);
    }
  });

  it("have one rule: no other file asks for a terminal's colours or writes their codes", () => {
    const others = ["cli", "report", "stack", "stack-file", "components", "policies", "discovery"].flatMap(
      (folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .map((file) => join(folder, file))
          .filter((file) => file.endsWith(".ts") && file !== join("cli", "colour.ts")),
    );
    assert.deepEqual(
      others.filter((file) =>
        /styleText|NO_COLOR|FORCE_COLOR|hasColors|\\u001b\[\d/.test(
          readFileSync(join(root, file), "utf8").replaceAll(/get(Out|Err)HasColors/g, ""),
        ),
      ),
      [],
    );
  });
});
