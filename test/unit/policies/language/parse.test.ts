import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { parsePolicy } from "../../../../policies/language/parse.ts";
import { formatProblem } from "../../../../policies/language/problems.ts";
import { renderPolicy } from "../../../../policies/language/render.ts";
import type { Policy } from "../../../../policies/language/types.ts";
import { aKey, aPolicy, aStrangePolicy } from "./arbitraries.ts";

const read = (text: string): Policy => {
  const { policy, problems } = parsePolicy(text);
  assert.ok(policy, problems?.map(formatProblem).join("\n") ?? "no policy");
  return policy;
};

const told = (text: string): string[] => (parsePolicy(text).problems ?? []).map(formatProblem);

/** An allow rule with one criterion, which begins at 3:7. */
const allow = (criterion: string): string => `allow:\n  or:\n    - ${criterion}\n`;

describe("reading a policy", () => {
  const people: Policy = [{ allow: { or: [{ email: { in: ["alice@gmail.com"] } }] } }];

  for (const [how, text] of [
    ["block YAML", "- allow:\n    or:\n      - email:\n          in:\n            - alice@gmail.com\n"],
    ["flow YAML", "[{ allow: { or: [{ email: { in: [alice@gmail.com] } }] } }]"],
    ["JSON", '[{"allow":{"or":[{"email":{"in":["alice@gmail.com"]}}]}}]'],
    ["one rule instead of a list", "allow:\n  or:\n    - email: { in: [alice@gmail.com] }\n"],
    ["quoted names", '"allow":\n  \'or\':\n    - "email": { \'in\': ["alice@gmail.com"] }\n'],
    ["references", "- allow:\n    or: &people\n      - email: &who { in: [alice@gmail.com] }\n"],
    ["Windows line ends", "allow:\r\n  or:\r\n    - email: { in: [alice@gmail.com] }\r\n"],
    ["a byte order mark", "\ufeffallow: { or: [{ email: { in: [alice@gmail.com] } }] }"],
    ["comments", "# who\nallow: # in\n  or:\n    # alice\n    - email: { in: [alice@gmail.com] }\n"],
    [
      "the word action, which Pomerium passes over",
      "allow: { action: allow, or: [{ email: { in: [alice@gmail.com] } }] }",
    ],
  ] as const)
    it(`takes ${how}`, () => {
      assert.deepEqual(read(text), people);
    });

  it("takes a bare text and a bare value as they are", () => {
    assert.deepEqual(read(allow("email: alice@gmail.com")), [
      { allow: { or: [{ email: "alice@gmail.com" }] } },
    ]);
    assert.deepEqual(read(allow("claim/level: 5")), [{ allow: { or: [{ "claim/level": 5 }] } }]);
  });

  it("takes a criterion without a value where Pomerium does", () => {
    assert.deepEqual(read(allow("email:")), [{ allow: { or: [{ email: null }] } }]);
    assert.deepEqual(read(allow("accept:")), [{ allow: { or: [{ accept: true }] } }]);
  });

  it("reads both actions in one mapping as two rules, the allowing one first", () => {
    assert.deepEqual(read("deny: { or: [{ reject: true }] }\nallow: { or: [{ accept: true }] }"), [
      { allow: { or: [{ accept: true }] } },
      { deny: { or: [{ reject: true }] } },
    ]);
  });

  it("follows references", () => {
    assert.deepEqual(read("allow: &all { or: [{ accept: true }] }\ndeny: *all"), [
      { allow: { or: [{ accept: true }] } },
      { deny: { or: [{ accept: true }] } },
    ]);
  });

  it("merges mappings, where an own entry wins, and then the first merged one", () => {
    const alice = "- allow: &a { or: [{ email: alice@gmail.com }] }\n";
    const both = [{ or: [{ email: "alice@gmail.com" }] }, { or: [{ email: "bob@gmail.com" }] }] as const;
    const second = (text: string): unknown => (read(alice + text) as { allow: unknown }[])[1]?.allow;
    assert.deepEqual(second("- allow: { <<: *a }"), both[0]);
    assert.deepEqual(second("- { <<: { allow: *a } }"), both[0]);
    for (const own of [
      "{ or: [{ email: bob@gmail.com }], <<: *a }",
      "{ <<: *a, or: [{ email: bob@gmail.com }] }",
    ])
      assert.deepEqual(second(`- allow: ${own}`), both[1]);
    assert.deepEqual(second("- allow: { <<: [{ or: [{ email: bob@gmail.com }] }, *a] }"), both[1]);
    assert.deepEqual(second("- allow: { <<: { <<: *a, and: [] } }"), { ...both[0], and: [] });
    assert.match(
      told(`${alice}- allow: { <<: 5 }`).join(),
      /<< takes a mapping or a list of mappings, not the number 5/,
    );
    assert.match(
      told(`${alice}- allow: { <<: [*a, x] }`).join(),
      /<< takes a mapping or a list of mappings, not the text "x"/,
    );
    assert.match(
      told("- allow: &a { <<: *a }").join(),
      /more than 100 references/,
      "a mapping that merges itself",
    );
    assert.match(told('allow: { "<<": { or: [] } }').join(), /no "<<"/, "in quotes it is a name");
  });

  it("takes a text that only begins like a number or a date, and one that a tag makes a text", () => {
    for (const text of [
      "1abc",
      "0bff",
      "1_a",
      "_1",
      "0x",
      "0o8",
      "--1",
      "1.2.3",
      "1-2",
      "2024-01",
      "2024-13-01",
      "2024-02-30",
    ])
      assert.deepEqual(read(allow(`user: ${text}`)), [{ allow: { or: [{ user: text }] } }], text);
    for (const text of ["123", "true", "2024-01-01", "1_0"])
      assert.deepEqual(read(allow(`user: !!str ${text}`)), [{ allow: { or: [{ user: text }] } }], text);
    for (const text of [
      "0x1F",
      "0b11",
      "0o17",
      "017",
      "08",
      "1_2",
      "1__2",
      "1e3",
      ".5",
      "1.",
      "+1",
      "1e1_0",
      ".inf",
    ])
      assert.match(told(allow(`user: ${text}`)).join(), /is not a text; put it in quotes/, text);
  });

  it("reads no rules as a policy that lets nobody pass", () => {
    assert.deepEqual(read("[]"), []);
    assert.deepEqual(read("{}"), []);
  });
});

describe("a policy that Pomerium refuses:", () => {
  // Each of these was given to Pomerium, which answered with an error.
  for (const [what, text, message] of [
    ["an empty text", "", "1:1 the policy is empty, which Pomerium refuses; to let nobody pass write []"],
    ["an empty text in quotes", "''", '1:1 a rule is a mapping with allow or deny, not the text ""'],
    [
      "nothing but a comment",
      "# later\n",
      "1:1 the policy is empty, which Pomerium refuses; to let nobody pass write []",
    ],
    ["a text", "public", '1:1 a rule is a mapping with allow or deny, not the text "public"'],
    ["a list of texts", "- allow", '1:3 a rule is a mapping with allow or deny, not the text "allow"'],
    [
      "any in place of or",
      "- allow:\n    any: true\n",
      '2:5 "allow" takes and, or, not and nor, no "any"; did you mean "or"?',
    ],
    [
      "all in place of and",
      "allow: { all: [] }",
      '1:10 "allow" takes and, or, not and nor, no "all"; did you mean "and"?',
    ],
    [
      "permit",
      "permit: { or: [{ accept: true }] }",
      '1:1 unknown action "permit"; a rule is allow or deny; did you mean "allow"?',
    ],
    [
      "an action in capitals",
      "Allow: { or: [] }",
      '1:1 unknown action "Allow"; a rule is allow or deny; did you mean "allow"?',
    ],
    [
      "a block without an action",
      "or: [{ accept: true }]",
      '1:1 unknown action "or"; a rule is allow or deny; put it below "allow:" or "deny:"',
    ],
    [
      "an action without blocks",
      "allow:\n",
      '1:1 "allow" takes a mapping with and, or, not or nor, not nothing',
    ],
    [
      "a list in place of blocks",
      "allow: [{ accept: true }]",
      '1:8 "allow" takes a mapping with and, or, not or nor, not a list; put the list below "or:"',
    ],
    [
      "a criterion in place of a block",
      "allow: { email: alice@gmail.com }",
      '1:10 "allow" takes and, or, not and nor, no "email"; write or: [{ email: … }]',
    ],
    [
      "a block without a list",
      "allow: { or: { accept: true } }",
      '1:14 "or" takes a list of criteria, not a mapping; begin each criterion with a dash',
    ],
    ["an empty block", "allow:\n  or:\n", '2:3 "or" takes a list of criteria, not nothing; write or: []'],
    [
      "a one-liner",
      allow('email: is: "x"'),
      "3:14 two colons on one line; write email: alice@gmail.com, or email: { is: alice@gmail.com }",
    ],
    [
      "the advice to quote the one-liner",
      allow("'email: is: \"x\"'"),
      '3:7 a criterion is a mapping; "email: is: \\"x\\"" in quotes is a text; leave the quotes around the value alone, on one line: email: { is: alice@gmail.com }',
    ],
    ["a name without a value", allow("accept"), "3:7 the criterion accept has no value; write accept: …"],
    ["a typo", allow("emial: alice@gmail.com"), '3:7 unknown criterion "emial"; did you mean "email"?'],
    [
      "a name in capitals",
      allow("Email: alice@gmail.com"),
      '3:7 unknown criterion "Email"; did you mean "email"?',
    ],
    ["group", allow("group: staff"), '3:7 unknown criterion "group"; did you mean "groups"?'],
    ["path", allow("path: /x"), '3:7 unknown criterion "path"; did you mean "http_path"?'],
    ["a name like no other", allow("weather: sunny"), '3:7 unknown criterion "weather"'],
    [
      "a pattern",
      allow("http_path: { matches: ^/api }"),
      '3:20 http_path has no comparison "matches"; the language has no patterns; there are is, not, starts_with, ends_with, contains and in',
    ],
    [
      "a comparison with a typo",
      allow("email: { start_with: a }"),
      '3:16 email has no comparison "start_with"; did you mean "starts_with"?',
    ],
    [
      "a list comparison on a text",
      allow("email: { has: a }"),
      '3:16 email has no comparison "has"; there are is',
    ],
    [
      "a text comparison on a list",
      allow("claim/groups: { contains: a }"),
      '3:23 claim/groups has no comparison "contains"; there are has, is, exclude',
    ],
    [
      "two names in one criterion",
      allow("email: alice@gmail.com\n      domain: gmail.com"),
      '4:7 each criterion has one name; this one has "email" and "domain"; give "domain" a dash of its own',
    ],
    ["a criterion without a name", allow("{}"), "3:7 a criterion without a name; write email: …"],
    [
      "a nested block",
      allow("and: [{ accept: true }]"),
      '3:7 criteria do not nest: "and" stands inside a list of criteria; write a second rule',
    ],
    [
      "pomerium_routes",
      allow("pomerium_routes: true"),
      '3:7 no criterion "pomerium_routes"; it is documented, but Pomerium refuses it; its own pages need no rule',
    ],
    ...["date", "day_of_week", "time_of_day", "record"].map(
      (name) =>
        [
          name,
          allow(`${name}: x`),
          `3:7 no criterion "${name}"; it belongs to Pomerium Enterprise and Zero; open-source Pomerium refuses the policy`,
        ] as const,
    ),
    ["a domain without a value", allow("domain:"), "3:14 domain has no value"],
    [
      "in without a list",
      allow("email: { in: alice@gmail.com }"),
      '3:20 email in takes a list, not the text "alice@gmail.com"; write it as [a, b] or with dashes',
    ],
    [
      "a number to begin with",
      allow("email: { starts_with: 5 }"),
      '3:29 email starts_with takes a text; 5 is not a text; put it in quotes: "5"',
    ],
    [
      "not_in for a path",
      allow("http_path: { not_in: [/a] }"),
      '3:28 Pomerium cannot compile not_in for http_path; use in, with the criterion in a "not" block',
    ],
    [
      "not_in for a certificate's name",
      allow("client_certificate: { san_dns: { not_in: [a] } }"),
      '3:48 Pomerium cannot compile not_in for client_certificate san_dns; use in, with the criterion in a "not" block',
    ],
    [
      "an address that is none",
      allow("source_ip: 192.0.2"),
      '3:18 source_ip: "192.0.2" is neither an address nor a network; write 192.0.2.7 or 192.0.2.0/24',
    ],
    [
      "an address with leading zeros",
      allow("source_ip: 010.0.0.1"),
      '3:18 source_ip: "010.0.0.1" is neither an address nor a network; write 192.0.2.7 or 192.0.2.0/24',
    ],
    [
      "a network that is too long",
      allow("source_ip: 192.0.2.0/33"),
      '3:18 source_ip: "192.0.2.0/33" is neither an address nor a network; write 192.0.2.7 or 192.0.2.0/24',
    ],
    [
      "a comparison of addresses",
      allow("source_ip: { in: [10.0.0.0/8] }"),
      "3:18 source_ip takes an address, a network or a list of them, no comparison",
    ],
    ["source_ip without a value", allow("source_ip:"), "3:17 source_ip has no value"],
    [
      "a key that is none",
      allow("ssh_publickey: nonsense"),
      '3:22 ssh_publickey: "nonsense" is not an SSH key; write a line of authorized_keys: "ssh-ed25519 AAAA…"',
    ],
    [
      "a fingerprint that is none",
      allow("client_certificate: { fingerprint: AB }"),
      '3:42 client_certificate fingerprint: "AB" is not a SHA-256 of 64 lower-case digits, or of upper-case pairs joined by colons',
    ],
    [
      "a certificate that is a text",
      allow("client_certificate: x"),
      '3:27 client_certificate takes a mapping, not the text "x"; write fingerprint: …',
    ],
    [
      "a device that is a text",
      allow("device: x"),
      '3:15 device takes a mapping, not the text "x"; write { approved: true }',
    ],
    [
      "an unknown field of a device",
      allow("device: { owner: x }"),
      '3:17 device has no comparison "owner"; there are is, approved, type',
    ],
    [
      "a claim name that is a list",
      allow("ssh_username_matches_claim: [x]"),
      "3:35 ssh_username_matches_claim takes one text, not a list",
    ],
    [
      "a name given twice",
      "allow: { or: [] }\nallow: { or: [] }",
      "2:1 the same name stands twice in one mapping",
    ],
    ["a number for a name", allow("1: x"), "3:7 a name is expected before the colon, not the number 1"],
    [
      "a mapping for a name",
      allow("? { a: b }\n      : x"),
      "3:9 a name is expected before the colon, not a mapping",
    ],
    ["a tab", "allow:\n\tor: []\n", "2:1 "],
    ["a bracket that never closes", "allow: { or: [{ accept: true }", "1:"],
  ] as const)
    it(`${what} is refused, and the message says where and what to write`, () => {
      const [first = ""] = told(text);
      assert.ok(first.startsWith(message), first);
    });
});

describe("a policy that Pomerium accepts and nobody means:", () => {
  for (const [what, text, message] of [
    [
      "a matcher that asks nothing",
      allow("email: {}"),
      "3:14 email: {} asks nothing, so that Pomerium lets everybody pass",
    ],
    [
      "a device that asks nothing",
      allow("device: {}"),
      "3:15 device: {} asks nothing, so that Pomerium lets everybody pass",
    ],
    [
      "a list in place of in, which never matches",
      allow("email: [alice@gmail.com]"),
      "3:14 email takes one text, not a list; write email: { in: [a, b] }",
    ],
    [
      "a list of claim values, which never matches",
      allow("claim/groups: [a, b]"),
      '3:21 claim/groups takes one value, not a list; write one criterion for each value, in an "or" block',
    ],
    ["a claim without a name", allow("claim: staff"), "3:7 claim names no claim; write claim/groups: …"],
    ["a number", allow("email: 5"), '3:14 email takes a text; 5 is not a text; put it in quotes: "5"'],
    [
      "digits with a line between, a number to Pomerium",
      allow("user: 1_000"),
      '3:13 user takes a text; 1_000 is not a text; put it in quotes: "1_000"',
    ],
    ["http_path without a value, which everybody meets", allow("http_path:"), "3:17 http_path has no value"],
    [
      "a character that cannot be seen",
      allow('email: "alice\\u200b@gmail.com"'),
      '3:14 email holds a character that cannot be seen; it reads "alice<U+200B>@gmail.com"',
    ],
    [
      "one in the name of a claim",
      allow('"claim/a\\0": b'),
      '3:7 the claim\'s name holds a character that cannot be seen; it reads "claim/a<U+0000>"',
    ],
    [
      "a number in base eight",
      allow("claim/level: 017"),
      '3:20 claim/level takes a text; 017 is not a text; put it in quotes: "017"',
    ],
    [
      "a number with more digits than are counted",
      allow("claim/level: 12345678901234567890"),
      '3:20 claim/level takes a text; 12345678901234567890 is not a text; put it in quotes: "12345678901234567890"',
    ],
    [
      "a tag that changes the value",
      allow("user: !!binary YWxpY2U="),
      "3:22 the tag tag:yaml.org,2002:binary is not read here; leave it out",
    ],
    ["a tag that only Pomerium ignores", allow("user: ! 5"), "3:15 the tag ! is not read here; leave it out"],
  ] as const)
    it(`${what}: refused too`, () => {
      assert.deepEqual(told(text), [message]);
    });

  it("too many references", () => {
    const text = `- allow: { or: [&a { accept: true }${", *a".repeat(150)}] }`;
    assert.match(told(text)[0] ?? "", /more than 100 references; write them out/);
  });
});

describe("a text that Pomerium reads in another way than it looks:", () => {
  const warned = (text: string) => {
    const { policy, warnings = [] } = parsePolicy(text);
    return [policy, warnings.map(formatProblem)];
  };
  const rule = (criterion: object) => [{ allow: { or: [criterion] } }];

  for (const [what, text, criterion, message] of [
    [
      "accept: false",
      allow("accept: false"),
      { accept: true },
      '3:15 accept means true, not the boolean false: Pomerium ignores the value; write accept: true, or put it in a "not" block',
    ],
    [
      "reject with a list",
      allow("reject: [1]"),
      { reject: true },
      '3:15 reject means true, not a list: Pomerium ignores the value; write reject: true, or put it in a "not" block',
    ],
    [
      "a path that is no claim's",
      allow("email/work: a"),
      { email: "a" },
      '3:7 email takes no path: Pomerium ignores "/work"; write email: …',
    ],
    [
      "a second document",
      `${allow("email: a")}---\ndeny: { or: [] }\n`,
      { email: "a" },
      "4:1 a second document begins here; Pomerium reads only the first; remove the line ---",
    ],
    [
      "a date",
      allow("user: 2020-1-1"),
      { user: "2020-01-01T00:00:00Z" },
      '3:13 user: 2020-1-1 without quotes is a date, which Pomerium compares as 2020-01-01T00:00:00Z; put it in quotes: "2020-1-1"',
    ],
    [
      "a time",
      allow("user: { in: [2020-01-01T10:00:00Z] }"),
      { user: { in: ["2020-01-01T10:00:00Z"] } },
      '3:20 each entry of user in: 2020-01-01T10:00:00Z without quotes is a date, which Pomerium compares as 2020-01-01T10:00:00Z; put it in quotes: "2020-01-01T10:00:00Z"',
    ],
    [
      "a tag of somebody's own",
      allow("user: !id 123"),
      { user: "123" },
      "3:17 Pomerium ignores the tag !id; leave it out",
    ],
    [
      "a tag of somebody's own on a list",
      allow("user: { in: !people [alice] }"),
      { user: { in: ["alice"] } },
      "3:27 Pomerium ignores the tag !people; leave it out",
    ],
  ] as const)
    it(`${what} is read with a warning`, () => {
      assert.deepEqual(warned(text), [rule(criterion), [message]]);
    });

  it("a text that begins with a colon or holds a question mark needs quotes inside brackets only", () => {
    for (const [text, criterion] of [
      [allow("source_ip: ::1/128"), { source_ip: "::1/128" }],
      [allow("source_ip:\n        - ::1/128"), { source_ip: ["::1/128"] }],
      [allow("http_path: a?b"), { http_path: "a?b" }],
    ] as const)
      assert.deepEqual(warned(text), [rule(criterion), []]);
    for (const text of [allow("source_ip: [::1/128]"), "allow: { or: [{ source_ip: ::1/128 }] }"])
      assert.match(
        told(text)[0] ?? "",
        /inside brackets, Pomerium's YAML reader stops at ::1\/128; put it in quotes: "::1\/128"$/,
      );
  });
});

describe("the problems of a policy", () => {
  it("are reported all at once", () => {
    assert.deepEqual(
      told(allow("emial: a\n    - http_path: { matches: b }\n    - email: 5")).map((line) =>
        line.slice(0, 4),
      ),
      ["3:7 ", "4:20", "5:14"],
    );
  });

  it("do not include a key in the format of authorized_keys", () => {
    assert.deepEqual(told(allow(`ssh_ca: ["${aKey} alice@pc", 'restrict ${aKey}']`)), []);
  });

  it("are returned for every text, without an exception", () => {
    const words = fc.constantFrom(
      "allow",
      "deny",
      "or",
      "not",
      ":",
      " ",
      "\n",
      "  ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      "email",
      "is",
      ",",
      "&a",
      "*a",
      "|",
      ">",
      "?",
      "!!",
      "%",
      "#",
      '"',
      "'",
      "\t",
      "---",
      "null",
      "1",
    );
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(words, { maxLength: 40 }).map((parts) => parts.join("")),
      fc.json(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { policy, problems } = parsePolicy(text);
        assert.ok((policy === undefined) !== (problems === undefined));
        for (const { line, column, message } of problems ?? [])
          assert.ok(line > 0 && column > 0 && message !== "");
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a policy that is written and read again", () => {
  it("is the same policy", () => {
    fc.assert(
      fc.property(aPolicy, (policy) => {
        assert.deepEqual(read(renderPolicy(policy)), policy);
      }),
      { numRuns: 500 },
    );
  });

  it("is the same policy, whatever its texts", () => {
    fc.assert(
      fc.property(aStrangePolicy, (policy) => {
        assert.deepEqual(read(renderPolicy(policy)), policy);
      }),
      { numRuns: 500 },
    );
  });

  it("is the same text", () => {
    fc.assert(
      fc.property(aPolicy, (policy) => {
        const text = renderPolicy(policy);
        assert.equal(renderPolicy(read(text)), text);
      }),
    );
  });
});
