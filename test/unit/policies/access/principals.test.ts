import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  claimOf,
  claimPrincipal,
  domainOf,
  isPerson,
  principalProblem,
  principalWords,
  signedIn,
} from "../../../../policies/access/principals.ts";

describe("principals", () => {
  it("a claim keeps its name and its value, whatever the value is", () => {
    const paths = fc.oneof(
      fc.stringMatching(/^[A-Za-z][\w.:/-]{0,20}$/),
      fc.stringMatching(/^[a-z="\\?/]{0,8}$/),
      fc.constant("https://x?y=1"),
    );
    const values = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.boolean(),
      fc.integer(),
      fc.constantFrom("true", "5", '"', '"5"', "-1.5", "007", "a=b"),
    );
    fc.assert(
      fc.property(paths, values, (path, value) => {
        const principal = claimPrincipal({ path, value });
        assert.deepEqual(claimOf(principal), { path, value });
        assert.equal(isPerson(principal), false);
        assert.equal(domainOf(principal), undefined);
      }),
    );
  });

  it("a number and its text are different claims", () => {
    assert.deepEqual(claimOf("claim:level=5"), { path: "level", value: 5 });
    assert.deepEqual(claimOf('claim:level="5"'), { path: "level", value: "5" });
    assert.deepEqual(claimOf("claim:realm_access.roles=staff"), {
      path: "realm_access.roles",
      value: "staff",
    });
    assert.equal(claimOf('claim:level="5'), undefined);
    assert.deepEqual(claimOf('claim:"https://x?y=1"=admin'), { path: "https://x?y=1", value: "admin" });
    assert.equal(claimOf('claim:"groups=admin'), undefined);
  });

  it("a mistake in a principal is reported with the right form", () => {
    assert.equal(principalProblem("alice@example.org"), undefined);
    assert.equal(principalProblem("@example.org"), undefined);
    assert.equal(principalProblem("claim:groups=family"), undefined);
    assert.match(principalProblem("claim:groups")!, /write claim:<name>=<value>/);
    assert.match(principalProblem("@example")!, /"example" is not a domain/);
    assert.match(principalProblem("@gmail.com")!, /anybody can have an address at gmail\.com/);
    assert.match(principalProblem("alice")!, /"alice" is not an e-mail address/);
  });

  it("each has words for a reader", () => {
    assert.deepEqual(
      ["alice@example.org", "@example.org", "claim:groups=family", signedIn].map(principalWords),
      ["alice@example.org", "any address @example.org", "claim groups=family", "any signed-in user"],
    );
  });
});
