import { strict as assert } from "node:assert";
import { renderPolicy } from "../../../../policies/language/render.ts";
import type { Criterion, Policy } from "../../../../policies/language/types.ts";

const rendered = (criterion: Criterion): string =>
  renderPolicy([{ allow: { or: [criterion] } }])
    .split("\n")
    .slice(2, -1)
    .map((line) => line.slice(6))
    .join("\n");

describe("the text of a policy", () => {
  it("has a line for everything that a reviewer may want to see come or go", () => {
    const policy: Policy = [
      {
        allow: {
          or: [
            { email: { in: ["alice@gmail.com", "bob@gmail.com"] } },
            { http_path: { is: "/api" } },
            { http_path: { starts_with: "/api/" } },
          ],
        },
      },
      { deny: { not: [{ source_ip: ["10.244.0.0/16"] }] } },
    ];
    assert.equal(
      renderPolicy(policy),
      `- allow:
    or:
      - email:
          in:
            - alice@gmail.com
            - bob@gmail.com
      - http_path:
          is: /api
      - http_path:
          starts_with: /api/
- deny:
    not:
      - source_ip:
          - "10.244.0.0/16"
`,
    );
  });

  it("says so when nobody passes", () => {
    assert.equal(renderPolicy([]), "[]\n");
    assert.equal(renderPolicy([{ allow: {} }]), "- allow: {}\n");
  });

  it("is the same, however the policy was put together", () => {
    const one: Policy = [
      { deny: { or: [{ email: { ends_with: "@a.org", is: "b" } }], and: [{ accept: true }] } },
    ];
    const other: Policy = [
      { deny: { and: [{ accept: true }], or: [{ email: { is: "b", ends_with: "@a.org" } }] } },
    ];
    assert.equal(renderPolicy(one), renderPolicy(other));
  });

  it("keeps lists in the order given", () => {
    assert.equal(
      rendered({ email: { in: ["b@gmail.com", "a@gmail.com"] } }),
      "- email:\n    in:\n      - b@gmail.com\n      - a@gmail.com",
    );
  });

  for (const word of [
    "true",
    "No",
    "null",
    "1_000",
    "0x1F",
    "2020-01-01",
    "10.0",
    "::1",
    "a: b",
    "- a",
    "",
    " a",
    "#a",
    "*a",
    '"',
    "\\",
    "~",
    "<<",
  ])
    it(`quotes ${JSON.stringify(word)}, which YAML would take for something else`, () => {
      assert.equal(rendered({ user: word }), `- user: ${JSON.stringify(word)}`);
    });

  it("leaves names, paths and addresses without quotes", () => {
    for (const word of ["alice@gmail.com", "/api/v1/x.json", "GET", "a+b@example.org"])
      assert.equal(rendered({ user: word }), `- user: ${word}`);
  });

  it("quotes the name of a claim where it has to", () => {
    assert.equal(
      rendered({ "claim/https://example.org/groups": "staff" }),
      '- "claim/https://example.org/groups": staff',
    );
    assert.equal(rendered({ "claim/level": 5 }), "- claim/level: 5");
  });

  it("is refused for what no text can say", () => {
    for (const wrong of [
      {},
      { email: "a", user: "b" },
      { emial: "a" },
      { email: "a\u0000" },
      { user: "\ud800" },
      { "claim/a": Number.NaN },
    ])
      assert.throws(() => rendered(wrong as unknown as Criterion), TypeError);
  });
});
