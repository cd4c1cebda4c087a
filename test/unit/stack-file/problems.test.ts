import { strict as assert } from "node:assert";
import { inspect } from "node:util";
import fc from "fast-check";
import { isMap, keyPath, type PathPart, valueAt } from "../../../stack-file/paths.ts";
import {
  formatProblems,
  formatRows,
  formatWarnings,
  orProblems,
  Report,
  StackFileError,
} from "../../../stack-file/problems.ts";
import { decrypted, goodStack, hunter2, parse, problemsOf, put, warnings } from "../stack/base.ts";
import { broken } from "../stack/broken.ts";

describe("a broken stack file", () => {
  it("differs from the good stack, which has no problem", () => {
    assert.deepEqual(problemsOf(goodStack()), []);
    assert.deepEqual(warnings(parse(goodStack())), []);
  });

  for (const [subject, cases] of Object.entries(broken))
    describe(subject, () => {
      for (const [edits, says] of cases)
        it(says.join(" · "), () => {
          const raw = goodStack();
          for (const [path, value] of Object.entries(edits)) put(raw, path, value);
          assert.deepEqual(problemsOf(raw), says);
        });
    });

  it("has one problem for a letter too many in any of its keys, and none that follows from it", () => {
    const places = (value: unknown, path: PathPart[] = []): PathPart[][] =>
      isMap(value) || Array.isArray(value)
        ? Object.entries(value).flatMap(([key, item]) => {
            const at = [...path, Array.isArray(value) ? Number(key) : key];
            return [at, ...places(item, at)];
          })
        : [];
    const known = places(goodStack()).flatMap((path) => {
      const [raw, key] = [goodStack(), path.at(-1)!];
      const map = valueAt(raw, path.slice(0, -1));
      if (!isMap(map)) return [];
      const written = `${key}x`;
      map[written] = map[key];
      delete map[key];
      const problems = problemsOf(raw);
      const own = `${keyPath([...path.slice(0, -1), written])}: unknown key; did you mean "${key}"?`;
      // The names of apps, groups and so on are free.
      if (!problems.some((problem) => problem.includes("unknown key"))) return [];
      assert.deepEqual(problems, [own]);
      return [own];
    });
    assert.ok(known.length > 50, String(known.length));
  });

  it("is reported with all problems at once, in the file's order, with missing secrets and their commands last", () => {
    const raw = goodStack();
    put(raw, "apps.wiki.host", "wiki.example.com");
    put(raw, "apps.komga.access.groups[0]", "readrs");
    put(raw, "pomerium.identityProvider.clientSecret", undefined);
    put(raw, "pomerium.session", "30d");
    put(raw, 'certificates.zones["example.net"].cloudflare', {});
    assert.throws(
      () => parse(raw),
      (error: Error) => {
        assert.equal(
          error.message,
          `Pulumi.test.yaml: 5 problems

  pomerium.session              is not a duration: write hours, minutes and seconds; did you mean "720h"?
  apps.komga.access.groups[0]   unknown group "readrs"; did you mean "readers"?
  apps.wiki.host                wiki.example.com is in no zone of \`certificates.zones\`; add the zone with its DNS credentials
  pomerium.identityProvider.clientSecret   missing
      pulumi config set --stack test --secret --path pomerium.identityProvider.clientSecret
  certificates.zones["example.net"].cloudflare.apiToken   missing
      pulumi config set --stack test --secret --path 'certificates.zones["example.net"].cloudflare.apiToken'

Nothing was changed.`,
        );
        return true;
      },
    );
  });

  it("is reported without a stack trace, and as JSON with the same words", () => {
    const error = new StackFileError("Pulumi.test.yaml", [{ at: "domain", message: "missing" }]);
    assert.equal(error.stack, error.message);
    assert.deepEqual(JSON.parse(JSON.stringify(error)), {
      file: "Pulumi.test.yaml",
      problems: [{ at: "domain", message: "missing" }],
    });
  });

  it("is refused if it is not a map", () => {
    for (const raw of [undefined, null, "octavo", 7, []])
      assert.match(problemsOf(raw)[0] ?? "", /^: must be a map of the project's keys$/);
  });
});

describe("a report of unknown names", () => {
  it("suggests another one for the first names alone, each as often as it comes", () => {
    const report = new Report();
    const asked: string[] = [];
    const unknown = (kind: string, name: string): void =>
      report.unknown(["apps"], `unknown ${kind} "${name}"`, name, () => {
        asked.push(`${kind} ${name}`);
        return "; did you mean this?";
      });
    for (let i = 0; i < 1000; i++) unknown("group", `g${i}`);
    unknown("group", "g7");
    unknown("app", "g7");
    assert.equal(asked.length, 200);
    assert.equal(report.problems.length, 1002);
    const messages = report.problems.map(({ message }) => message);
    assert.equal(messages[199], 'unknown group "g199"; did you mean this?');
    assert.equal(messages[200], 'unknown group "g200"');
    assert.equal(messages[1000], 'unknown group "g7"; did you mean this?');
    assert.ok(report.problems.every(({ kind }) => kind === "unknown"));
  });

  it("stays small for hundreds of them beside hundreds of known ones", () => {
    const names = Array.from({ length: 300 }, (_, i) => i);
    const raw = put(
      goodStack(),
      "users.groups",
      Object.fromEntries(names.map((i) => [`readers-${i}`, ["a@example.org"]])),
    );
    put(raw, "apps.komga.access", { groups: names.map((i) => `xyz${i}`) });
    const found = problemsOf(raw).filter((line) => line.includes('unknown group "xyz'));
    assert.equal(found.length, 300);
    assert.equal(found.filter((line) => line.includes("; known here: readers-0, ")).length, 200);
    assert.ok(found.every((line) => line.length < 1000));
  });

  it("suggests each name its own, also where the message does not name it", () => {
    const report = new Report();
    for (const name of ["a", "b", "a"])
      report.unknown(["tunnels"], "no such app", name, () => `; not ${name}`);
    assert.deepEqual(
      report.problems.map(({ message }) => message),
      ["no such app; not a", "no such app; not b", "no such app; not a"],
    );
  });
});

describe("a report", () => {
  const rows = [
    { at: "domain", place: { line: 3, column: 5 }, message: "is not a domain, because it has no dot in it" },
    {
      at: "apps.komga",
      place: { line: 120, column: 3 },
      message: "has an odd value",
      fix: "pulumi config set --path apps.komga --plaintext something-very-long",
    },
    { at: 'certificates.zones["example.org"].cloudflare.apiToken', message: "missing" },
  ];
  const written = (width?: number): string =>
    formatRows(rows, width === undefined ? {} : { width })
      .flat()
      .join("\n");

  it("has the place, the key path and the message of each row, and its command below", () => {
    assert.equal(
      written(),
      `  3:5     domain       is not a domain, because it has no dot in it
  120:3   apps.komga   has an odd value
      pulumi config set --path apps.komga --plaintext something-very-long
          certificates.zones["example.org"].cloudflare.apiToken   missing`,
    );
  });

  it("breaks messages at the width of the terminal, and commands never", () => {
    assert.equal(
      written(64),
      `  3:5     domain       is not a domain, because it has no dot in
                       it
  120:3   apps.komga   has an odd value
      pulumi config set --path apps.komga --plaintext something-very-long
          certificates.zones["example.org"].cloudflare.apiToken
      missing`,
    );
  });

  it("keeps every word in order, and no line wider than the terminal, apart from what cannot be broken", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const sentence = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.stringMatching(/^[a-z.]{0,50}$/), message: sentence }), { minLength: 1 }),
        fc.integer({ min: 40, max: 160 }),
        (given, width) => {
          for (const [i, lines] of formatRows(given, { width }).entries()) {
            const { at, message } = given[i]!;
            assert.equal(lines.join(" ").trim().replaceAll(/ +/g, " "), `${at} ${message}`.trim());
            for (const line of lines) assert.ok(line.length <= width || line.trim() === at, line);
          }
        },
      ),
    );
  });

  it("counts one problem as one", () => {
    assert.equal(
      formatProblems("Pulumi.test.yaml", [{ at: "domain", message: "missing" }]),
      "Pulumi.test.yaml: 1 problem\n\n  domain   missing\n\nNothing was changed.",
    );
  });

  it("lists warnings in the same form, and is empty without warnings", () => {
    assert.equal(formatWarnings("Pulumi.test.yaml", []), "");
    assert.equal(
      formatWarnings("Pulumi.test.yaml", [
        { at: "users.groups.a", message: "one" },
        { at: "domain", message: "two" },
      ]),
      "Pulumi.test.yaml: 2 warnings\n\n  users.groups.a   one\n  domain           two",
    );
  });
});

describe("a secret", () => {
  it("is a problem if it is not encrypted, and the message does not repeat it", () => {
    const said = problemsOf(goodStack(), {});
    assert.equal(said.length, 5);
    for (const line of said)
      assert.match(line, /: is not encrypted in the stack file: .* » pulumi config set /);
    assert.doesNotMatch(said.join("\n"), new RegExp(hunter2));
  });

  it("is only a warning on the command line while it is not set", () => {
    const raw = put(goodStack(), "tunnels.home.apiToken", undefined);
    const stack = parse(raw, { ...decrypted, missingSecrets: "warning" });
    assert.deepEqual(stack.tunnels[0]?.apiToken, { secure: "" });
    assert.deepEqual(stack.warnings.at(-1), {
      at: "tunnels.home.apiToken",
      message: "missing",
      fix: "pulumi config set --stack test --secret --path tunnels.home.apiToken",
    });
  });

  it("is never shown when a stack is printed, inspected or written as JSON", () => {
    const stack = parse(goodStack());
    const { clientSecret } = stack.pomerium.identityProvider;
    for (const text of [
      inspect(stack, { depth: null, showHidden: true }),
      JSON.stringify(stack),
      `${String(clientSecret)} ${clientSecret}`,
    ])
      assert.doesNotMatch(text, new RegExp(hunter2));
    assert.equal("reveal" in clientSecret && clientSecret.reveal(), hunter2);
  });
});

describe("reading or the problems", () => {
  const refused = new StackFileError("Pulumi.house.yaml", [{ at: "phase", message: "missing" }]);
  const fail = (error: Error) => (): never => {
    throw error;
  };

  it("is the result, at once or later as it was read", async () => {
    assert.equal(
      orProblems(() => 1),
      1,
    );
    const later = orProblems(async () => 2);
    assert.ok(later instanceof Promise);
    assert.equal(await later, 2);
  });

  it("is the error of a refused stack file, also where it comes later", async () => {
    assert.equal(orProblems(fail(refused)), refused);
    assert.equal(await orProblems(async () => fail(refused)()), refused);
  });

  it("throws every other error", async () => {
    const other = new RangeError("full");
    assert.throws(() => orProblems(fail(other)), other);
    await assert.rejects(
      orProblems(async () => fail(other)()),
      other,
    );
  });
});
