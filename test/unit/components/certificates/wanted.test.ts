import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { certificateFor, secretId, wantedCertificates } from "../../../../components/certificates/wanted.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";

function stackOf(edits: Record<string, unknown> = {}): Stack {
  const raw = goodStack();
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}

describe("the certificates of a stack", () => {
  it("keep their logical names when apps are renamed, swapped or moved to another host", () => {
    const app = fc.record({
      name: fc.constantFrom("komga", "comics", "reader"),
      secret: fc.constantFrom("a-tls", "b-tls"),
      host: fc.constantFrom("one.example.org", "two.example.org", "three.example.net"),
    });
    fc.assert(
      fc.property(app, app, (before, after) => {
        const [old, now] = [before, after].map(({ name, secret, host }) => {
          const stack = stackOf({
            apps: {
              [name]: {
                namespace: "komga",
                host,
                service: { name: "komga", port: 80 },
                access: "admins",
                tls: { secretName: secret },
              },
            },
            "tunnels.home.apps": [],
            accessTests: undefined,
            ingressNginx: undefined,
          });
          return wantedCertificates(stack).find((each) => each.app === name)!;
        });
        assert.equal(secretId(old!) === secretId(now!), before.secret === after.secret);
      }),
    );
  });

  it("cover each host by its own certificate or by its zone's wildcard", () => {
    const stack = stackOf({ 'certificates.zones["example.org"].wildcard': true });
    const secretOf = (host: string): string => certificateFor(wantedCertificates(stack), host).secretName;
    assert.equal(secretOf("komga.example.org"), "wildcard-example.org-tls");
    assert.equal(secretOf("wiki.example.net"), "wiki-tls");
    assert.equal(secretOf(stack.pomerium.authenticateHost), "wildcard-example.org-tls");
    assert.equal(
      certificateFor(wantedCertificates(stackOf()), "authenticate.example.org").secretName,
      "pomerium-auth-tls",
    );
  });
});
