import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { pomeriumArgs } from "../../../../components/pomerium/args.ts";
import { goodStack, hunter2, parse, put } from "../../stack/base.ts";

const run = {
  overlayDirectory: "/cache/overlay/abc",
  authenticateUrl: "https://authenticate.example.org:8443",
  certificates: [{ secretName: "pomerium-auth-tls" }],
  live: { pomerium: { existing: ["Namespace pomerium"], foreign: [], readyReplicas: 1 } },
};

describe("the arguments of Pomerium", () => {
  it("contain the stack file's values, the address of this phase and the labels of existing objects", () => {
    const { pomerium } = parse(goodStack());
    const { identityProvider, ...args } = pomeriumArgs(pomerium, run);
    assert.deepEqual(args, {
      overlayDirectory: run.overlayDirectory,
      authenticateUrl: run.authenticateUrl,
      certificates: ["pomerium/pomerium-auth-tls"],
      version: pomerium.version,
      session: pomerium.session,
      storage: { pebble: {} },
      live: { existing: ["Namespace pomerium"], foreign: [] },
    });
    assert.equal(identityProvider.provider, "google");
  });

  it("keep the secrets secret", async () => {
    const raw = put(goodStack(), "pomerium.storage", { postgres: { connection: hunter2 } });
    const { identityProvider, storage } = pomeriumArgs(parse(raw).pomerium, run);
    assert.ok("postgres" in storage);
    for (const secret of [identityProvider.clientSecret, storage.postgres.connection])
      assert.equal(await pulumi.isSecret(secret as pulumi.Output<string>), true);
  });
});
