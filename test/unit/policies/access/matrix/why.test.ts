import { strict as assert } from "node:assert";
import fc from "fast-check";
import { decider } from "../../../../../policies/access/matrix/decider.ts";
import type { ProtectedApp } from "../../../../../policies/access/matrix/view.ts";
import { answers } from "../../../../../policies/access/matrix/why.ts";

const app = (host: string): ProtectedApp => ({ name: host, at: `apps.${host}`, host, routes: [] });

describe("an answer about one caller", () => {
  it("has the decision of the matrix, whatever is asked", () => {
    const policy = [{ allow: { or: [{ email: { is: "alice@example.org" } }] } }] as never;
    const one: ProtectedApp = {
      ...app("wiki.example.org"),
      routes: [
        { paths: [{ path: "/", exact: false }], authorization: { policy } },
        { paths: [{ path: "/api/", exact: false }], authorization: { public: true } },
      ],
    };
    const caller = fc.constantFrom("alice@example.org", "bob@example.org", "stranger", "anonymous");
    const path = fc.stringMatching(/^\/(api\/)?[a-z/?.%]{0,8}$/);
    fc.assert(
      fc.property(caller, path, (who, asked) => {
        const [answer] = answers(one, who, [{ path: asked, method: "GET" }]);
        assert.equal(answer?.decision, decider(one).verdict(who, { path: asked, method: "GET" }).decision);
        assert.deepEqual([answer?.path, answer?.host], [asked, "wiki.example.org"]);
      }),
    );
  });
});
