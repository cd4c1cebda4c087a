import { strict as assert } from "node:assert";
import { signInChanges } from "../../../stack/sign-in-changes.ts";
import { goodStack, parse, put } from "./base.ts";

const before = parse(goodStack());

const changes = (path: string, value: unknown): string[] =>
  signInChanges(before, parse(put(goodStack(), path, value)));

const mtls = { enforcement: "policy" };

describe("the changes that decide who can sign in", () => {
  it("name the parts of the identity provider that change", () => {
    const [line, ...others] = changes("pomerium.identityProvider", {
      ...{ provider: "oidc", url: "https://id.example.org", clientId: "another" },
      clientSecret: "hunter2-correct-horse-battery",
    });
    assert.match(line!, /\(pomerium\.identityProvider: provider, url, clientId\)/);
    assert.deepEqual(others, []);
    assert.match(
      changes("pomerium.identityProvider.requestParams", { hd: "example.org" })[0]!,
      /requestParams/,
    );
  });

  it("name client certificates that Pomerium asks for from now on, no longer, or in another way", () => {
    const settings = "pomerium.settings.downstreamMtls";
    assert.match(changes(settings, mtls)[0]!, /^the client certificates .* are new \(pomerium\.settings/);
    const asking = parse(put(goodStack(), settings, mtls));
    assert.match(signInChanges(asking, before)[0]!, / go \(/);
    const deeper = parse(put(goodStack(), settings, { ...mtls, maxVerifyDepth: 2 }));
    assert.match(signInChanges(asking, deeper)[0]!, / change \(/);
    assert.deepEqual(signInChanges(asking, asking), []);
  });

  it("do not include a new client secret, people, or a side that is not known", () => {
    assert.deepEqual(changes("pomerium.identityProvider.clientSecret", "hunter3-correct-horse-battery"), []);
    assert.deepEqual(changes("users.groups.readers", ["new-reader@gmail.com"]), []);
    assert.deepEqual(signInChanges(undefined, before), []);
  });
});
