import { strict as assert } from "node:assert";
import { loadFromFile, loadFromText } from "../../../stack/load.ts";
import { StackFileError } from "../../../stack-file/problems.ts";
import { hunter2 } from "../stack/base.ts";

const sealed = "{ secure: v1:zVlg1+gYCzpL0qcU:mfWJ }";

const text = `# a comment
config:
  kubernetes:context: elsewhere
  pomerium-migration:cluster: { context: test }
  pomerium-migration:domain: example.org
  pomerium-migration:pomerium:
    loadBalancerIP: 192.168.0.172
    identityProvider:
      provider: google
      clientId: client
      clientSecret: ${sealed}
    storage: { pebble: { hostPath: /data } }
  pomerium-migration:certificates:
    email: root@example.org
    zones:
      example.org: { cloudflare: { apiToken: ${sealed} } }
  pomerium-migration:users:
    admins: [admin-user@gmail.com]
    groups:
      readers:
        - alice@gmail.com
  apps:
    komga:
      namespace: komga
      service: { name: komga-svc, port: 25600 }
      access:
        groups:
          - readers
encryptionsalt: v1:abc
`;

function refused(file: string): StackFileError {
  try {
    loadFromText("Pulumi.test.yaml", file);
  } catch (error) {
    if (error instanceof StackFileError) return error;
    throw error;
  }
  assert.fail("was not refused");
}

const first = (file: string) => refused(file).problems[0];

describe("a stack file read from the disk", () => {
  it("is taken with its secrets sealed, keys without namespace, and other projects' keys beside", () => {
    const stack = loadFromText("some/folder/Pulumi.test.yaml", text);
    assert.equal(stack.name, "test");
    assert.deepEqual(stack.pomerium.identityProvider.clientSecret, { secure: "v1:zVlg1+gYCzpL0qcU:mfWJ" });
    assert.equal(stack.apps[0]?.host, "komga.example.org");
  });

  it("tells the line of each problem, or of what lacks something", () => {
    const lines = (file: string) => refused(file).problems.map(({ at, line }) => [at, line]);
    assert.deepEqual(lines(text.replace("- readers", "- readrs")), [["apps.komga.access.groups[0]", 28]]);
    assert.deepEqual(lines(text.replace("      namespace: komga\n", "")), [["apps.komga.namespace", 23]]);
    assert.deepEqual(lines(text.replace("example.org: {", "Example.org: {"))[0], [
      'certificates.zones["Example.org"]',
      16,
    ]);
  });

  it("is refused when it is no YAML, without its text being repeated", () => {
    const mistakes = {
      "the same key is given twice": text.replace("email:", "email: a\n    email:"),
      "a tab indents; YAML takes spaces only": text.replace("    email", "\temail"),
      "a closing quote or bracket is missing": text.replace("clientId: client", `clientId: "${hunter2}`),
    };
    for (const [message, file] of Object.entries(mistakes)) {
      const error = refused(file);
      assert.ok(
        error.problems.some((problem) => problem.message === message),
        error.message,
      );
      assert.match(error.message, /^Pulumi\.test\.yaml: .*\n\n {2}line \d+, column \d+ {3}/);
      assert.doesNotMatch(error.message, new RegExp(hunter2));
    }
  });

  it("is refused when an alias leads nowhere", () => {
    assert.match(first(text.replace("[admin-user@gmail.com]", "*admins"))?.message ?? "", /alias/);
  });

  it("is refused with a key that Pulumi does not know, or with no configuration", () => {
    assert.deepEqual(first(text.replace("encryptionsalt", "encryptionslat")), {
      at: "encryptionslat",
      message: 'unknown key of a stack file; did you mean "encryptionsalt"?',
    });
    assert.equal(first("config: {}")?.message, "missing: the cluster that the stack means");
    assert.equal(first("")?.message, "must be a map with the key `config`");
    assert.equal(first("- a")?.message, "must be a map with the key `config`");
  });

  it("is refused with a secret in plain, which is not repeated", () => {
    const error = refused(text.replace(`clientSecret: ${sealed}`, `clientSecret: ${hunter2}`));
    assert.equal(error.problems.length, 1);
    assert.equal(error.problems[0]?.at, "pomerium.identityProvider.clientSecret");
    assert.match(error.message, /stands unencrypted/);
    assert.doesNotMatch(error.message, new RegExp(hunter2));
  });

  it("is said to be absent when it is", () => {
    assert.throws(() => loadFromFile("/nowhere/Pulumi.test.yaml"), {
      name: "StackFileError",
      message: /^Pulumi\.test\.yaml: 1 problem\n\n +there is no \/nowhere\/Pulumi\.test\.yaml\n/,
    });
  });
});
