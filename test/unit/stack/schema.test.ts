import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { parse as parseYaml, stringify } from "yaml";
import { z } from "zod";
import { catalogue } from "../../../policies/catalogue/catalogue.ts";
import { stackFileSchema } from "../../../stack/json-schema.ts";
import { loadFromText } from "../../../stack/load.ts";
import { sections } from "../../../stack/schema.ts";
import { besideIn } from "../../../stack-file/beside.ts";
import { isMap } from "../../../stack-file/paths.ts";
import { StackFileError } from "../../../stack-file/problems.ts";
import { project } from "../../../stack-file/project.ts";
import { readStackFile } from "../../../stack-file/stack-file.ts";
import { goodStack, put, type Raw } from "./base.ts";
import { broken } from "./broken.ts";
import { apply, edit } from "./edits.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const schema = stackFileSchema() as { definitions: Record<string, unknown> };

function strictValidator(): Ajv {
  const ajv = new Ajv({ strict: true });
  addFormats.default(ajv);
  return ajv;
}

/**
 * What the program refuses about one value and the JSON schema accepts, each with the reason. Rules about several values
 * of a file are not among them: the program checks those after the schema, and JSON Schema has no references.
 */
const beyondSchema: readonly (readonly [reason: string, message: RegExp])[] = [
  ["an address is read by its parts", /^is not an IP address$/],
  [
    "a network is read by its parts",
    /^has more bits than|^is a host and a network at once|^is neither an IP address nor a network/,
  ],
  ["a duration has a sum, which is above zero", /^is not a duration/],
  ["a quantity is text or a number, and above zero", /^is not a Kubernetes quantity/],
  ["a path is read by its segments", /^Pomerium merges \/\/ into \/|^must be an absolute path on the node/],
  ["an image is read by its parts", /^must be an image with its tag/],
  ["an API group is a name of at least two labels", /^is not a valid API group/],
  ["a host may be a wildcard on either side, or a port", /^is no host name: lower case, without port/],
  ["a rule's host may be in capitals, or a wildcard", /^is not a valid host name: labels joined by dots/],
  ["a service is read as a URL", /^must be an address without a path/],
  ["a pattern is compiled as Go does it", /^is not a valid Go regular expression/],
  ["a method has another form for every client", /^must be in capitals/],
  ["a key of the webhook depends on its author", /^missing: /],
];

const whole = z.strictObject(sections);
const validate = strictValidator().compile(schema);

/** The reasons that the corpus has met. */
const met = new Set<string>();

/** The messages of all options of a union, too. */
function messages(issues: readonly z.core.$ZodIssue[]): { code: string; message: string }[] {
  return issues.flatMap((issue) => {
    if (issue.code === "invalid_union") return issue.errors.flatMap(messages);
    if (issue.code === "invalid_key" || issue.code === "invalid_element") return messages(issue.issues);
    return [{ code: issue.code, message: issue.message }];
  });
}

/** Values of a stack file as YAML has them. */
function asData(raw: unknown): unknown {
  return JSON.parse(JSON.stringify(raw));
}

/** The rules that a schema cannot express and that some values break; fails where program and schema disagree. */
function compare(raw: Raw, config: Record<string, unknown>): "right" | "wrong" | "beyond" {
  const inProgram = whole.safeParse(raw);
  const inSchema = validate({ config });
  const shown = stringify({ config });
  if (inProgram.success) {
    assert.ok(
      inSchema,
      `the schema refuses what the program accepts: ${JSON.stringify(validate.errors)}\n${shown}`,
    );
    return "right";
  }
  if (!inSchema) return "wrong";
  const { issues } = inProgram.error;
  const isAboutValues = issues.every(({ code }) => ["custom", "invalid_union", "invalid_key"].includes(code));
  const reasons = beyondSchema.filter(([, known]) =>
    messages(issues).some(({ code, message }) => code === "custom" && known.test(message)),
  );
  for (const [reason] of reasons) met.add(reason);
  assert.ok(
    isAboutValues && reasons.length > 0,
    `the schema accepts what the program refuses: ${JSON.stringify(messages(issues))}\n${shown}`,
  );
  return "beyond";
}

const prefixed = (raw: Raw): Record<string, unknown> =>
  Object.fromEntries(Object.entries(raw).map(([key, value]) => [`${project}:${key}`, value]));

const files: readonly string[] = [
  ...readdirSync(root).filter((file) => /^Pulumi\..+\.yaml$/.test(file)),
  ...readdirSync(`${root}docs/examples`)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => `docs/examples/${file}`),
];
const text = (file: string): string => readFileSync(root + file, "utf8");

describe("the JSON schema of a stack file", () => {
  it("is accepted by a strict validator, which allows standard formats and keywords only", () => {
    assert.doesNotThrow(() => strictValidator().compile(schema));
  });

  it("has examples for completion, each of which it accepts itself", () => {
    const ajv = strictValidator();
    let examples = 0;
    const visit = (part: unknown): void => {
      if (Array.isArray(part)) for (const item of part) visit(item);
      if (!isMap(part)) return;
      if (Array.isArray(part.examples)) {
        const accepts = ajv.compile({ ...part, definitions: schema.definitions });
        for (const example of part.examples as unknown[]) {
          assert.ok(accepts(example), `${JSON.stringify(example)}: ${JSON.stringify(accepts.errors)}`);
          examples++;
        }
      }
      for (const [key, value] of Object.entries(part)) if (key !== "examples") visit(value);
    };
    visit(schema.definitions);
    assert.ok(examples > 200, String(examples));
  });

  it("offers the names of the catalogue, and a snippet for each kind of access", () => {
    const { properties } = (schema.definitions.apps as { additionalProperties: { properties: Raw } })
      .additionalProperties as { properties: Record<string, { examples: unknown[]; anyOf: Raw[] }> };
    assert.deepEqual(properties.profile!.examples, [...Object.keys(catalogue), "none"]);
    const kinds = properties.access!.examples.map((one) => (isMap(one) ? Object.keys(one)[0] : one));
    for (const kind of ["admins", "groups", "users", "signedIn", "apiOnly", "public"])
      assert.ok(kinds.includes(kind), kind);
    const api = JSON.stringify(properties.access!.anyOf);
    for (const name of ["komga", "home-assistant"]) assert.ok(api.includes(`"${name}"`), name);
  });

  for (const file of files)
    it(`accepts ${file}, with the namespace of each key and without`, () => {
      const content = parseYaml(text(file)) as { config: Raw };
      assert.ok(validate(content), JSON.stringify(validate.errors));
      const bare = Object.entries(content.config).map(([key, value]) => [
        key.replace(`${project}:`, ""),
        value,
      ]);
      assert.ok(validate({ ...content, config: Object.fromEntries(bare) }), JSON.stringify(validate.errors));
      assert.ok(
        loadFromText("Pulumi.test.yaml", stringify({ ...content, config: Object.fromEntries(bare) }), {
          beside: besideIn(dirname(root + file)),
        }),
      );
    });

  const minimal = parseYaml(text("docs/examples/minimal.yaml")) as { config: Raw };
  /** Whether the program takes the file, and whether the schema does. */
  const verdicts = (config: Raw): [program: boolean, schema: boolean] => {
    try {
      loadFromText("Pulumi.test.yaml", stringify({ config }));
      return [true, validate({ config })];
    } catch (error) {
      if (!(error instanceof StackFileError)) throw error;
      return [false, validate({ config })];
    }
  };

  for (const key of Object.keys(minimal.config)) {
    const name = key.replace(`${project}:`, "");
    it(`agrees with the program on a file without ${name}, or with ${name} in another namespace`, () => {
      const { [key]: value, ...others } = minimal.config;
      const [taken, accepted] = verdicts(others);
      assert.equal(accepted, taken);
      assert.deepEqual(verdicts({ ...others, [name]: value }), [true, true]);
      for (const wrong of [
        `pomerium:${name}`,
        `${project}s:${name}`,
        `Pomerium-Migration:${name}`,
        `${name}s`,
      ])
        assert.deepEqual(verdicts({ ...others, [wrong]: value }), [false, false], wrong);
    });
  }

  it("accepts settings of providers and of Pulumi, as the program does", () => {
    for (const key of ["kubernetes:context", "pulumi:tags", "cloudflare:apiToken", "random:x"])
      assert.deepEqual(verdicts({ ...minimal.config, [key]: "x" }), [true, true], key);
  });

  // The program reads what such a key means; a schema has no nearest word, and cannot compare two keys.
  const byMeaning: readonly (readonly [reason: string, config: Raw])[] = [
    ["a section in the namespace of a provider", { "kubernetes:apps": {} }],
    ["a misspelled section there", { "cloudflare:tunels": {} }],
    ["a section twice, with the namespace and without", { domain: "example.org" }],
  ];
  for (const [reason, config] of byMeaning)
    it(`cannot refuse ${reason}, which the program does`, () => {
      assert.deepEqual(verdicts({ ...minimal.config, ...config }), [false, true]);
    });

  it("agrees with the program on every broken file of the corpus, except where the list gives a reason", () => {
    const found = { right: 0, wrong: 0, beyond: 0 };
    for (const cases of Object.values(broken))
      for (const [edits] of cases) {
        const raw = goodStack();
        for (const [path, value] of Object.entries(edits)) put(raw, path, value);
        const data = asData(raw) as Raw;
        found[compare(data, prefixed(data))]++;
      }
    assert.ok(found.wrong > 100 && found.beyond > 10 && found.right > 50, JSON.stringify(found));
    assert.deepEqual(
      beyondSchema.filter(([reason]) => !met.has(reason)),
      [],
      "the list has a reason that no file needs",
    );
  });

  it("agrees with the program on any edits of the shipped files and the examples", () => {
    const originals = files.map((file) => readStackFile("Pulumi.test.yaml", text(file)).raw);
    const found = { right: 0, wrong: 0, beyond: 0 };
    fc.assert(
      fc.property(
        fc.nat({ max: originals.length - 1 }),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (original, edits) => {
          const raw = structuredClone(originals[original]!);
          for (const change of edits) apply(raw, change);
          const data = asData(raw) as Raw;
          found[compare(data, prefixed(data))]++;
        },
      ),
      { seed: 1, numRuns: 700 },
    );
    assert.ok(found.wrong > 200 && found.right > 50, JSON.stringify(found));
  }).timeout(60_000);
});
