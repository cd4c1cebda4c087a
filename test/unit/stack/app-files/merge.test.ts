import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { appFilePaths, withAppFiles } from "../../../../stack/app-files/merge.ts";
import { sharedMaps } from "../../../../stack/app-files/read.ts";
import { sections } from "../../../../stack/schema.ts";
import { besideAmong } from "../../../../stack-file/beside.ts";
import { isMap, keyPath, valueAt } from "../../../../stack-file/paths.ts";
import { placeText } from "../../../../stack-file/place.ts";
import { readStackFile } from "../../../../stack-file/stack-file.ts";

type Content = Record<string, unknown>;

/** Reads a stack file and its app files, each given as data or as text. */
function whole(main: Content, files: Readonly<Record<string, Content | string>>, limits: Content = {}) {
  const own = {
    ...main,
    appFiles: Object.fromEntries(Object.keys(files).map((path) => [path, limits[path] ?? {}])),
  };
  const text = stringify({ config: own });
  const texts = Object.entries(files).map(
    ([path, content]) => [path, typeof content === "string" ? content : stringify(content)] as const,
  );
  return withAppFiles(
    { ...readStackFile("Pulumi.test.yaml", text), file: "Pulumi.test.yaml" },
    besideAmong(new Map(texts)),
    { stack: "test", sections },
  );
}

const shown = ({ problems }: ReturnType<typeof whole>): string[] =>
  problems.map(({ at, message, place }) => [placeText(place), at, message].filter(Boolean).join(" "));

describe("the app files of a stack", () => {
  it("add apps, groups and access tests to those of the stack file", () => {
    const main = {
      users: { admins: ["root@example.org"], groups: { readers: ["alice@example.org"] } },
      apps: { komga: { namespace: "komga" } },
      accessTests: { strict: true },
    };
    const found = whole(main, {
      "teams/wiki.yaml": {
        users: { groups: { editors: ["bob@example.org"] } },
        apps: { wiki: { namespace: "wiki" } },
        accessTests: { apps: { wiki: [{ deny: ["stranger"] }] } },
      },
      "media.yaml": { apps: { films: { namespace: "media" } } },
    });
    assert.deepEqual(found.problems, []);
    const { appFiles: _, ...sectionsOfAll } = found.raw as Content;
    assert.deepEqual(sectionsOfAll, {
      users: {
        admins: ["root@example.org"],
        groups: { readers: ["alice@example.org"], editors: ["bob@example.org"] },
      },
      apps: { komga: { namespace: "komga" }, films: { namespace: "media" }, wiki: { namespace: "wiki" } },
      accessTests: { strict: true, apps: { wiki: [{ deny: ["stranger"] }] } },
    });
  });

  it("can hold all apps: the stack file needs none of its own", () => {
    for (const main of [{}, { apps: {} }, { apps: null }])
      assert.deepEqual(
        valueAt(whole(main, { "a.yaml": { apps: { wiki: { namespace: "wiki" } } } }).raw, ["apps"]),
        { wiki: { namespace: "wiki" } },
      );
  });

  it("give each of their key paths its place, and leave the others in the stack file", () => {
    const { placeOf } = whole(
      { apps: { komga: { namespace: "komga" } } },
      {
        "teams/wiki.yaml":
          "# ours\napps:\n  wiki:\n    namespace: wiki\n  wiki-api: {}\nusers: {groups: {w: [a, b]}}\n",
      },
    );
    const places = [
      "apps.wiki.namespace",
      "apps.wiki.access.users[3]",
      "apps.wiki-api.host",
      "users.groups.w[1]",
    ];
    assert.deepEqual(
      places.map((at) => placeText(placeOf(at))),
      ["teams/wiki.yaml:4:5", "teams/wiki.yaml:3:3", "teams/wiki.yaml:5:3", "teams/wiki.yaml:6:25"],
    );
    assert.deepEqual(
      ["apps.komga.namespace", "apps"].map((at) => placeText(placeOf(at))),
      ["4:7", "2:3"],
    );
  });

  it("are the place for tests of their apps that nobody has written yet", () => {
    const main = { apps: { komga: {} }, accessTests: { apps: { films: [] } } };
    const { placeOf } = whole(main, { "media.yaml": { apps: { films: {}, wiki: {} } } });
    const places = ["accessTests.apps.wiki", "accessTests.apps.films", "accessTests.apps.komga"];
    assert.deepEqual(
      places.map((at) => placeText(placeOf(at))),
      ["media.yaml:3:3", "6:7", "5:5"],
    );
  });

  it("may not have a name that another file has, and both places are named", () => {
    const main = {
      users: { groups: { readers: ["alice@example.org"] } },
      apps: { komga: {} },
      accessTests: { apps: { komga: [] } },
    };
    const again = { users: { groups: { readers: ["eve@example.org"] } }, apps: { komga: {}, wiki: {} } };
    const found = whole(main, {
      "a.yaml": again,
      "b.yaml": { apps: { wiki: {} }, accessTests: { apps: { komga: [] } } },
    });
    assert.deepEqual(shown(found), [
      "a.yaml:6:3 apps.komga is also at Pulumi.test.yaml:7:5: keep one of the two, or give one another name",
      "b.yaml:2:3 apps.wiki is also at a.yaml:7:3: keep one of the two, or give one another name",
      "a.yaml:3:5 users.groups.readers is also at Pulumi.test.yaml:4:7: keep one of the two, or give one another name",
      "b.yaml:5:5 accessTests.apps.komga is also at Pulumi.test.yaml:10:7: keep one of the two, or give one another name",
    ]);
    assert.deepEqual(valueAt(found.raw, ["users", "groups", "readers"]), ["alice@example.org"]);
  });

  it("are reported where the stack file names them, if they cannot be read", () => {
    const text = stringify({ config: { appFiles: { "none.yaml": {}, "large.yaml": {} } } });
    const { problems, placeOf } = withAppFiles(
      { ...readStackFile("Pulumi.test.yaml", text), file: "Pulumi.test.yaml" },
      besideAmong(new Map([["large.yaml", `# ${"x".repeat(1024 * 1024)}`]])),
      { stack: "test", sections },
    );
    assert.deepEqual(
      problems.map(({ at, message }) => `${placeText(placeOf(at))} ${message}`),
      [
        "4:5 large.yaml has 1025 KiB, and 1024 KiB is the most; split it",
        "3:5 none.yaml is missing; make the file, or remove this entry",
      ],
    );
  });

  it("leave what they may have in doubt if one cannot be read, by the kind of a problem and not by its words", () => {
    const [doubtful, sure] = ["apps: [", "apps: {wiki: {}}"].map(
      (text) => whole({}, { "a.yaml": text }).isDoubtful,
    );
    const message = 'unknown group "readers"';
    for (const [problem, expected] of [
      [{ at: "apps.komga.access.groups[0]", message, kind: "unknown" }, true],
      [{ at: "apps.komga.access.groups[0]", message: "anything", kind: "unknown" }, true],
      [{ at: "apps", message: "anything", kind: "missing" }, true],
      [{ at: "apps", message }, false],
      [{ at: "apps.komga.access.groups[0]", message }, false],
      [{ at: "apps.komga.namespace", message: "missing", kind: "missing" }, false],
    ] as const) {
      assert.equal(doubtful!(problem), expected, JSON.stringify(problem));
      assert.equal(sure!(problem), false);
    }
  });

  it("are read only from paths in the folder of the stack file", () => {
    const paths = [
      "../a.yaml",
      "/etc/a.yaml",
      "a/../b.yaml",
      "a//b.yaml",
      "./a.yaml",
      "a\\b.yaml",
      "a.json",
      ".a/b.yaml",
    ];
    const pulumis = ["Pulumi.yaml", "teams/Pulumi.a.yaml"];
    const good = ["a.yaml", "b/c-d_e.f.yml"];
    assert.deepEqual(
      appFilePaths({
        appFiles: Object.fromEntries([...paths, ...pulumis, ...good].map((path) => [path, {}])),
      }),
      good,
    );
  });

  const name = fc.constantFrom("a", "b", "c", "d-e", "__proto__", "constructor");
  const entries = fc.dictionary(
    name,
    fc.nat(9).map((value) => ({ value })),
    { maxKeys: 4, noNullPrototype: true },
  );
  const content = fc.record(
    {
      apps: entries,
      users: fc.record({ groups: entries }),
      accessTests: fc.record({ apps: entries }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const namesOf = (raw: unknown): string[] =>
    sharedMaps.flatMap((map) => {
      const names = valueAt(raw, map);
      return Object.keys(isMap(names) ? names : {}).map((one) => keyPath([...map, one]));
    });

  it("lose no name and overwrite none, in whatever order they are named", () => {
    fc.assert(
      fc.property(content, fc.array(content, { maxLength: 4 }), (main, files) => {
        const named = files.map((file, i) => [`f${i}.yaml`, file] as const);
        const found = whole(main, Object.fromEntries(named));
        const all = [main, ...files].flatMap(namesOf);
        const twice = new Set(all.filter((one, i) => all.indexOf(one) !== i));
        // Every name is there, and every second one is a problem.
        assert.deepEqual(new Set(namesOf(found.raw)), new Set(all));
        const reported = found.problems.filter(({ message }) => message.startsWith("is also at"));
        assert.equal(reported.length, all.length - new Set(all).size);
        assert.deepEqual(new Set(reported.map(({ at }) => at)), twice);
        for (const map of sharedMaps)
          for (const [one, value] of Object.entries((valueAt(main, map) as object | undefined) ?? {}))
            assert.deepEqual(valueAt(found.raw, [...map, one]), value);
        const turned = whole(main, Object.fromEntries(named.toReversed()));
        assert.deepEqual(
          { ...(turned.raw as object), appFiles: {} },
          { ...(found.raw as object), appFiles: {} },
        );
        assert.deepEqual(shown(turned), shown(found));
      }),
    );
  });
});
