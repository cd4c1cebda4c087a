import { strict as assert } from "node:assert";
import { loadFromFile, loadFromText } from "../../../stack/load.ts";
import { placeText } from "../../../stack-file/place.ts";
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
  it("is accepted with encrypted secrets, keys without namespace, and keys of providers", () => {
    const stack = loadFromText("some/folder/Pulumi.test.yaml", text);
    assert.equal(stack.name, "test");
    assert.deepEqual(stack.pomerium.identityProvider.clientSecret, { secure: "v1:zVlg1+gYCzpL0qcU:mfWJ" });
    assert.equal(stack.apps[0]?.host, "komga.example.org");
  });

  it("has the place of each problem, or of the map that lacks a key", () => {
    const places = (file: string) => refused(file).problems.map(({ at, place }) => [at, placeText(place)]);
    assert.deepEqual(places(text.replace("- readers", "- readrs")), [
      ["apps.komga.access.groups[0]", "28:13"],
    ]);
    assert.deepEqual(places(text.replace("      namespace: komga\n", "")), [
      ["apps.komga.namespace", "23:5"],
    ]);
    assert.deepEqual(places(text.replace("example.org: {", "Example.org: {"))[0], [
      'certificates.zones["Example.org"]',
      "16:7",
    ]);
  });

  const mistakes: Record<string, [text: string, place: string, message: string]> = {
    "a tab": [
      text.replace(/^ {4}(?=email|zones)/gm, "\t"),
      "14:1",
      "a tab is used as indentation; YAML allows spaces only",
    ],
    "a quote that is not closed": [
      text.replace("clientId: client", `clientId: "${hunter2}`),
      "10:17",
      'a " opens here and is never closed',
    ],
    "a { that is not closed": [
      text.replace("port: 25600 }", "port: 25600"),
      "25:16",
      "a { opens here and is never closed",
    ],
    "a [ that is not closed, inside a map in one line": [
      text.replace("admins: [admin-user@gmail.com]", "admins: [admin-user@gmail.com, bob@gmail.com"),
      "18:13",
      "a [ opens here and is never closed",
    ],
    "an outer { that is not closed, with an inner one that is": [
      text.replace("storage: { pebble: { hostPath: /data } }", "storage: { pebble: { hostPath: /data }"),
      "12:14",
      "a { opens here and is never closed",
    ],
    "a } too many": [
      text.replace("port: 25600 }", "port: 25600 }}"),
      "25:48",
      "this does not belong here; is there a bracket or a quote too many?",
    ],
    "a value that begins with a reserved character": [
      text.replace("clientId: client", `clientId: @${hunter2}`),
      "10:17",
      "a value cannot start with this character; put the value in quotes",
    ],
    "a colon that is missing": [
      text.replace("admins: [admin-user@gmail.com]", "admins [admin-user@gmail.com] # all"),
      "19:1",
      "the indentation fits no key above; is a colon missing in line 18?",
    ],
    "a space that is missing after a colon": [
      text.replace("domain: ", "domain:"),
      "5:3",
      "a key must be on one line; is a colon, the space after it, or a quote missing?",
    ],
    "a second colon in a line": [
      text.replace("clientId: client", `clientId: a: ${hunter2}`),
      "10:17",
      "a second colon in one line; put the value in quotes, or its keys into lines of their own",
    ],
    "a list item among keys": [
      text.replace("    groups:\n      readers", "    - groups:\n      readers"),
      "19:1",
      "a list item stands among the keys of a map; is its indentation wrong?",
    ],
    "an escape that YAML does not have": [
      text.replace("clientId: client", `clientId: "\\d${hunter2}"`),
      "10:18",
      "inside double quotes, a backslash begins an escape, and YAML has none like this; use single quotes",
    ],
    "a tag": [
      text.replace("clientId: client", `clientId: !${hunter2} x`),
      "10:17",
      "a tag (!) means nothing in a stack file; a text that begins with ! needs quotes",
    ],
    "a directive": [
      `%FOO\n---\n${text}`,
      "1:1",
      "a line that begins with % is a directive of YAML; a stack file needs none",
    ],
    "a conflict of git": [
      text.replace("    groups:\n", "<<<<<<< HEAD\n    groups:\n=======\n    group:\n>>>>>>> theirs\n"),
      "19:1",
      "git has left a conflict here; keep one side, and remove the lines <<<<<<<, ======= and >>>>>>>",
    ],
    "a key that is given twice": [
      text.replace("email:", "email: a\n    email:"),
      "15:5",
      'the key "email" is given twice; the first one is at 14:5',
    ],
  };
  for (const [mistake, [file, place, message]] of Object.entries(mistakes))
    it(`has one problem for ${mistake}: where it is and what to do, without repeating the text`, () => {
      const error = refused(file);
      assert.deepEqual(
        error.problems.map((problem) => [problem.at, placeText(problem.place), problem.message]),
        [["", place, message]],
      );
      assert.ok(error.message.startsWith(`Pulumi.test.yaml: 1 problem\n\n  ${place}   ${message}\n`));
      assert.doesNotMatch(error.message, new RegExp(hunter2));
    });

  it("has one problem for each key that is given twice", () => {
    const twice = text
      .replace("email:", "email: a\n    email:")
      .replace("namespace: komga", "namespace: a\n      namespace: b");
    assert.deepEqual(
      refused(twice).problems.map(({ message }) => message),
      [
        'the key "email" is given twice; the first one is at 14:5',
        'the key "namespace" is given twice; the first one is at 25:7',
      ],
    );
  });

  it("is refused with brackets in brackets without end", () => {
    const deep = text.replace("clientId: client", `clientId: ${"[".repeat(5000)}${"]".repeat(5000)}`);
    assert.deepEqual(
      refused(deep).problems.map(({ message, place }) => [place?.line, message]),
      [[10, "brackets or indentation are nested too deeply"]],
    );
  });

  it("is refused with a key that is there with its namespace and without, and names both places", () => {
    const twice = text.replace("encryptionsalt", "  domain: example.org\nencryptionsalt");
    const line = twice.split("\n").indexOf("  domain: example.org") + 1;
    assert.deepEqual(refused(twice).problems, [
      {
        at: "domain",
        message: "is given twice, with and without the namespace pomerium-migration; the first one is at 5:3",
        place: { line, column: 3 },
      },
    ]);
  });

  it("has the place of a problem below a misspelled key", () => {
    const places = (file: string) =>
      refused(file).problems.map(({ at, message, place }) => [at, message.slice(0, 13), placeText(place)]);
    assert.deepEqual(places(text.replace("  apps:", "  aps:").replace("- readers", "- readrs")), [
      ["aps", "unknown key; ", "22:3"],
      ["aps.komga.access.groups[0]", "unknown group", "28:13"],
    ]);
    assert.deepEqual(places(text.replace("access:", "acess:").replace("- readers", "- readrs")), [
      ["apps.komga.acess", "unknown key; ", "26:7"],
      ["apps.komga.acess.groups[0]", "unknown group", "28:13"],
    ]);
  });

  it("is refused when an alias leads nowhere, at its place and without its name, which may be a secret", () => {
    const lost = text
      .replace("[admin-user@gmail.com]", "*admins")
      .replace("domain: example.org", "domain: *hunter2.example.org");
    const { problems, message } = refused(lost);
    assert.deepEqual(
      problems.map(({ message, place }) => [message, placeText(place)]),
      ["*hunter2", "*admins"].map((name) => {
        const lines = lost.split("\n");
        const line = lines.findIndex((one) => one.includes(name));
        return [
          "this alias (*) has no anchor (&) with its name above it; a text that begins with * needs quotes",
          `${line + 1}:${lines[line]!.indexOf(name) + 1}`,
        ];
      }),
    );
    assert.doesNotMatch(message, /hunter2|admins/);
    const many = `&a [x, x, x]${", *a".repeat(200)}`;
    assert.match(
      first(text.replace("[admin-user@gmail.com]", `[${many}]`))?.message ?? "",
      /too many aliases|must be/,
    );
  });

  it("is refused with a key that Pulumi does not know, or with no configuration", () => {
    assert.deepEqual(first(text.replace("encryptionsalt", "encryptionslat")), {
      at: "encryptionslat",
      message: 'unknown key of a stack file; did you mean "encryptionsalt"?',
      place: { line: text.split("\n").findIndex((line) => line.startsWith("encryptionsalt")) + 1, column: 1 },
    });
    for (const [key, what, column] of [
      ["[hunter2]: 1", "a list", 1],
      ["{hunter2: 1}: 1", "a map", 1],
      [": hunter2", "nothing", 1],
      // As one text, such a key would not fit into the memory.
      [`${"? ".repeat(60)}hunter2`, "a map", 3],
    ] as const)
      assert.deepEqual(
        first(`${key}\n${text}`),
        {
          at: "",
          message: `has ${what} in the place of a key of the stack file`,
          place: { line: 1, column },
        },
        what,
      );
    assert.equal(first("config: {}")?.message, "missing: the cluster that the stack means");
    assert.equal(first("")?.message, "must be a map with the key `config`");
    assert.equal(first("- a")?.message, "must be a map with the key `config`");
  });

  it("is refused with a secret that is not encrypted, and does not repeat the secret", () => {
    const error = refused(text.replace(`clientSecret: ${sealed}`, `clientSecret: ${hunter2}`));
    assert.equal(error.problems.length, 1);
    assert.equal(error.problems[0]?.at, "pomerium.identityProvider.clientSecret");
    assert.match(error.message, /is not encrypted in/);
    assert.doesNotMatch(error.message, new RegExp(hunter2));
  });

  it("is reported as missing if it does not exist", () => {
    assert.throws(() => loadFromFile("/nowhere/Pulumi.test.yaml"), {
      name: "StackFileError",
      message: /^Pulumi\.test\.yaml: 1 problem\n\n +there is no \/nowhere\/Pulumi\.test\.yaml\n/,
    });
  });

  const tests = (list: string): string =>
    text.replace("encryptionsalt", `  accessTests:\n    apps:\n      komga:\n${list}\nencryptionsalt`);
  const oddKeys: Record<string, [text: string, at: string, what: string]> = {
    "a list, as when `allow:` is left out": [
      tests('        - { [admin-user@gmail.com, "group:readers"] }'),
      "accessTests.apps.komga[0]",
      "a list",
    ],
    "a map": [tests("        - { { allow: [anonymous] }: x }"), "accessTests.apps.komga[0]", "a map"],
    "a list in block style": [
      text.replace("        groups:\n", "        ? [a, b]\n        : c\n        groups:\n"),
      "apps.komga.access",
      "a list",
    ],
    "an alias of a list": [
      text.replace(
        "admins: [admin-user@gmail.com]",
        "admins: &admins [admin-user@gmail.com]\n    *admins : x",
      ),
      "users",
      "a list",
    ],
    nothing: [text.replace("    komga:\n", "    : x\n    komga:\n"), "apps", "nothing"],
  };
  for (const [key, [file, at, what]] of Object.entries(oddKeys))
    it(`is refused at the line of a key that is ${key}, in no time and without a warning of Node's`, async () => {
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on("warning", note);
      const { problems } = refused(file);
      // Node emits its warnings after the code that causes them.
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", note);
      assert.deepEqual(warnings, []);
      const odd = /admin-user@gmail.com, "|\{ \{|\? \[|\*admins|^ +: x/;
      const line = file.split("\n").findIndex((each) => odd.test(each)) + 1;
      const column = problems[0]?.place?.column;
      assert.deepEqual(problems[0], {
        at,
        message: `has ${what} in the place of a key; is a key with its colon missing in front?`,
        place: { line, column },
      });
    });

  it("finds the place of a problem below a key of any spelling", () => {
    const odd = text.replace(
      "readers:\n        - alice@gmail.com",
      'readers: []\n      "a.b]c[": [nobody]\n      "": [x]',
    );
    const places = refused(odd).problems.map(({ place }) => place);
    assert.ok(
      places.every((place) => place !== undefined),
      JSON.stringify(refused(odd).problems),
    );
  });

  for (const key of [
    "pomerium:tunnels",
    "pomerium-migrations:tunnels",
    "Pomerium-Migration:tunnels",
    "pomerium-migration:config:tunnels",
    "aws:tunnels",
  ])
    it(`is refused with ${key}, which nothing reads`, () => {
      const { problems } = refused(text.replace("  apps:", `  ${key}: {}\n  apps:`));
      assert.deepEqual(problems, [
        {
          at: key,
          message: "nothing reads this key; write it as pomerium-migration:tunnels, or remove it",
          place: { line: 22, column: 3 },
        },
      ]);
    });

  for (const [key, section] of [
    ["kubernetes:accessTests: {strict: true}", "accessTests"],
    ["cloudflare:tunnels: {}", "tunnels"],
    ["cloudflare:tunels: {}", "tunnels"],
    ["pulumi:apps: {}", "apps"],
    ["random:accesstests: {}", "accessTests"],
    ["kubernetes:cluster: {context: x}", "cluster"],
    ["kubernetes:phase: retired", "phase"],
  ] as const)
    it(`is refused with ${key}, which no provider reads`, () => {
      const { problems } = refused(text.replace("  apps:", `  ${key}\n  apps:`));
      assert.deepEqual(
        problems.map(({ message, place }) => [message, place?.line]),
        [[`nothing reads this key; write it as pomerium-migration:${section}, or remove it`, 22]],
      );
    });

  it("is taken with keys of Pulumi and of the program's providers", () => {
    const keys = [
      "pulumi:tags",
      "pulumi:autonaming",
      "pulumi:disable-default-providers",
      "kubernetes:context2",
      "kubernetes:cluster",
      "kubernetes:kubeClientSettings",
      "kubernetes:namespace",
      "cloudflare:apiToken",
      "cloudflare:email",
      "random:x",
    ];
    assert.ok(
      loadFromText(
        "Pulumi.test.yaml",
        text.replace("  apps:", `${keys.map((key) => `  ${key}: x\n`).join("")}  apps:`),
      ),
    );
  });
});
