import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { targetMatcher } from "../../../sandbox/engine/targets.ts";

const service = "urn:pulumi:s::p::a:b:C$kubernetes:core/v1:Service::web";

describe("targets", () => {
  it("cross colons with ** and never with *", () => {
    for (const target of [service, "**::web", "**Service::web", "**::w*b", "urn:pulumi:s::p::**"]) {
      assert.ok(targetMatcher([target])(service), target);
    }
    for (const target of ["*::web", "*", "urn:pulumi:*::web", "**:web2", "::web", ""]) {
      assert.ok(!targetMatcher([target])(service), target);
    }
  });

  it("are text but for their stars: $, dots and parentheses stand for themselves", () => {
    assert.ok(targetMatcher(["**C$kubernetes:core/v1:Service::*"])(service));
    assert.ok(!targetMatcher(["**::w.b"])(service));
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("*"));
        assert.ok(targetMatcher([text])(text));
        assert.ok(!targetMatcher([text])(`${text}x`));
      }),
    );
  });

  it("match nothing when there are none", () => {
    assert.ok(!targetMatcher([])(service));
  });
});
