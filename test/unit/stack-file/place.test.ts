import { strict as assert } from "node:assert";
import { setKey } from "../../../stack-file/commands.ts";
import { fileAndPlace, type Place, placed, placeText, withEdits } from "../../../stack-file/place.ts";

const places: Readonly<Record<string, Place>> = {
  "apps.komga": { line: 3, column: 5 },
  "apps.wiki": { file: "teams/wiki.yaml", line: 2, column: 3 },
  "apps.docs": { file: "docs.yaml", line: 2, column: 3 },
};
const placeOf = (at: string): Place | undefined => places[at.split(".").slice(0, 2).join(".")];

describe("a place in one of the files of a stack", () => {
  it("names its file, if that is not the stack file", () => {
    const { "apps.komga": komga, "apps.wiki": wiki } = places;
    assert.deepEqual([komga, wiki, undefined].map(placeText), ["3:5", "teams/wiki.yaml:2:3", ""]);
    assert.deepEqual(
      [komga, wiki, undefined].map((place) => fileAndPlace("Pulumi.a.yaml", place)),
      ["Pulumi.a.yaml:3:5", "teams/wiki.yaml:2:3", ""],
    );
  });

  it("makes a command the edit of an app file, because Pulumi writes the stack file only", () => {
    const fixOf = (app: string): string => setKey("a", ["apps", app, "accept", "limit-rps"], "<why>");
    const items = ["komga", "wiki"].map((app) => ({
      at: `apps.${app}.accept`,
      message: `run ${fixOf(app)}`,
      fix: fixOf(app),
    }));
    const edit = "write <why> at apps.wiki.accept.limit-rps in teams/wiki.yaml";
    assert.deepEqual(placed(items, placeOf), [
      { ...items[0], place: places["apps.komga"] },
      { at: "apps.wiki.accept", message: `run ${edit}`, fix: edit, place: places["apps.wiki"] },
    ]);
    assert.deepEqual(withEdits({ subject: "wiki", fix: fixOf("wiki") }, placeOf), {
      subject: "wiki",
      fix: edit,
    });
  });

  it("is added to the apps of other files in a message, and to no other", () => {
    const told = (at: string, message: string): string => placed([{ at, message }], placeOf)[0]!.message;
    assert.equal(
      told("apps.wiki.host", "is the host of apps.docs"),
      "is the host of apps.docs (docs.yaml:2:3)",
    );
    assert.equal(
      told("apps.wiki.host", "belongs to apps.komga: choose"),
      "belongs to apps.komga (the stack file:3:5): choose",
    );
    assert.equal(
      told("apps.komga.host", "is the host of apps.docs"),
      "is the host of apps.docs (docs.yaml:2:3)",
    );
    const same = [
      "apps.wiki is twice there",
      "see accessTests.apps.docs and apps.docs.access",
      "myapps.docs",
    ];
    for (const message of same) assert.equal(told("apps.wiki.host", message), message);
  });
});
