import { strict as assert } from "node:assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stackNames } from "../../sandbox/stacks.ts";
import { plan, planChanges, planText } from "./plan.ts";

/** Compares with the committed text, or writes it where UPDATE_GOLDEN is set, for a person to review. */
function isGolden(name: string, actual: string): void {
  const file = fileURLToPath(new URL(`plans/${name}`, import.meta.url));
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, actual);
  const expected = existsSync(file) ? readFileSync(file, "utf8") : "";
  assert.equal(actual, expected, `${name} differs; review it with UPDATE_GOLDEN=1 npm test`);
}

describe("what a stack registers", () => {
  for (const stack of stackNames) {
    it(`${stack}: all of it in coexist, and what cutover and retired change`, async function () {
      this.timeout(60_000);
      const coexist = await plan(stack, "coexist");
      isGolden(`${stack}.coexist.yaml`, planText(coexist));
      const cutover = await plan(stack, "cutover");
      isGolden(`${stack}.cutover.changes.yaml`, planChanges(coexist, cutover));
      const retired = await plan(stack, "retired");
      isGolden(`${stack}.retired.changes.yaml`, planChanges(cutover, retired));
    });

    it(`${stack}: every resource of Kubernetes names the stack's own provider`, async function () {
      this.timeout(60_000);
      const resources = await plan(stack, "coexist");
      const without = [...resources]
        .filter(([name]) => name.startsWith("kubernetes:") && !name.includes("kustomize"))
        .filter(
          ([, shown]) => (shown as { provider?: string }).provider !== "pulumi:providers:kubernetes cluster",
        )
        .map(([name]) => name);
      assert.deepEqual(without, []);
    });
  }
});
