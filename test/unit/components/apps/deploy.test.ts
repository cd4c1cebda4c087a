import { strict as assert } from "node:assert";
import { deployApps } from "../../../../components/apps/deploy.ts";
import { verifyService } from "../../../../components/cluster/names.ts";
import { goodStack, parse } from "../../stack/base.ts";
import { record } from "../pomerium/recorder.ts";
import { registered } from "./mocks.ts";
import { runOf } from "./run.ts";

const { apps } = parse(goodStack());

/** Names of the registered components, each with its type, and what the program gets of them. */
async function deployed(some: typeof apps) {
  let result: Awaited<ReturnType<typeof deployApps>> | undefined;
  const registrations = await record(async () => {
    result = await deployApps(some, runOf(), {});
  });
  const components = registrations
    .filter(({ type }) => type.startsWith("pomerium-migration:"))
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  return { components: components.sort(), urls: Object.keys(result!.urls), count: result!.resources.length };
}

describe("the apps of a stack", () => {
  it("are registered under their names, and each has its address", async () => {
    const names = apps.map(({ name }) => name);
    const { components, urls, count } = await deployed(apps);
    assert.deepEqual(components, names.map((name) => `App ${name}`).sort());
    assert.deepEqual(urls, names);
    assert.equal(count, names.length);
  });

  it("come with the verify page, if one of them is that page", async () => {
    const page = { ...apps[0]!, name: "who", namespace: "pomerium", service: verifyService };
    const { components, count } = await deployed([page]);
    assert.deepEqual(components, ["App who", "Verify verify-service"]);
    assert.equal(count, 2);
  });

  it("are sent to Pulumi while the later ones are built", async () => {
    let sent = 0;
    const all = await registered(async (soFar) => {
      await deployApps(apps, runOf(), {});
      sent = soFar.length;
    });
    assert.ok(sent > 0 && sent <= all.length, `${sent} of ${all.length} were sent`);
  });
});
