import { strict as assert } from "node:assert";
import { formerUrns } from "../../../sandbox/engine/aliases.ts";

const resource = { project: "p", stack: "s", type: "kubernetes:core/v1:Service", name: "app-web" };
const parent = "urn:pulumi:s::p::a:b:App::app";

describe("former URNs", () => {
  it("follow an alias by URN, name, type or lack of a parent", () => {
    assert.deepEqual(
      formerUrns(
        {
          ...resource,
          parent,
          aliases: [
            { urn: "urn:pulumi:s::p::x:y:Z::given" },
            { name: "old", type: "", project: "", stack: "", noParent: false },
            { name: "", type: "a:b:C", project: "q", stack: "t", noParent: true },
          ],
        },
        new Map(),
      ),
      [
        "urn:pulumi:s::p::x:y:Z::given",
        "urn:pulumi:s::p::a:b:App$kubernetes:core/v1:Service::old",
        "urn:pulumi:t::q::a:b:C::app-web",
      ],
    );
  });

  it("of a renamed parent's child have the parent's old name, in the type and in the name's beginning", () => {
    const former = new Map([[parent, "urn:pulumi:s::p::a:b:Site::site"]]);
    assert.deepEqual(formerUrns({ ...resource, parent, aliases: [] }, former), [
      "urn:pulumi:s::p::a:b:Site$kubernetes:core/v1:Service::site-web",
    ]);
  });

  it("are none where nothing was renamed", () => {
    assert.deepEqual(formerUrns({ ...resource, parent, aliases: [] }, new Map()), []);
  });
});
