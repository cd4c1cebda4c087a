import { strict as assert } from "node:assert";
import { goRegexProblem, isWide } from "../../../../components/tunnels/go-regex.ts";

/** What `regexp.Compile` of Go 1.26 says of each. */
const compiles = [
  "^/.well-known",
  "(?i)^/api(/|$)",
  "(?s-i:a.b)",
  "(?P<name>a)",
  "(?<name>a)",
  "[[:alpha:]]+",
  "[^[:^digit:]]",
  "[]a]",
  "[^]]",
  "\\Qa.b(\\E",
  "\\Qa.b(",
  "\\pL\\p{Greek}\\P{^Latin}",
  "\\x{1F600}\\x41\\123",
  "\\A/a\\z",
  "\\b*?",
  "^*",
  "a{2}",
  "a{1000}",
  "a{,5}",
  "{",
  "\\_\\-\\/",
  "^/(a|b)\\/c\\.php$",
  "",
];
const fails: [pattern: string, why: RegExp][] = [
  ["a(?=b)", /look ahead/],
  ["^/(?!api)", /look ahead/],
  ["(?<=a)b", /look ahead or behind/],
  ["(?<!a)b", /look ahead or behind/],
  ["(a)\\1", /no back references \(\\1\)/],
  ["\\8", /no back references/],
  ["(?>a)", /no group \(\?>/],
  ["(?#comment)", /no group \(\?#/],
  ["(?i-)a", /no group \(\?i-\)/],
  ["\\Z", /no \\Z/],
  ["\\C", /no \\C/],
  ["\\h", /no \\h/],
  ["[\\b]", /no \\b/],
  ["\\x{zz}", /no \\x/],
  ["\\p", /no \\p/],
  ["a{1001}", /at most 1000 times/],
  ["a{1,1001}", /at most 1000 times/],
  ["a{2}{3}", /does not compile/],
  ["a++", /does not compile/],
  ["(", /does not compile/],
  ["a)", /does not compile/],
  ["[z-a]", /does not compile/],
  ["*a", /does not compile/],
  ["\\", /does not compile/],
];

describe("a path's regular expression", () => {
  for (const pattern of compiles)
    it(`${JSON.stringify(pattern)} compiles in Go`, () => assert.equal(goRegexProblem(pattern), undefined));
  for (const [pattern, why] of fails)
    it(`${JSON.stringify(pattern)} does not compile in Go, and the message says why`, () =>
      assert.match(goRegexProblem(pattern) ?? "it compiles", why));
});

describe("a path of a tunnel's rule", () => {
  it("is wide if it matches paths that it does not name", () => {
    const wide = [
      "",
      "/",
      ".*",
      "^/",
      "^/.+$",
      "\\A/",
      "(?i)^/",
      "^/?",
      "^/\\w+$",
      "[/]",
      "\\x2f",
      "\\057",
      "\\Q/\\E",
      "\\Q/",
      "^/\\pL",
      "^/[[:alpha:]]",
      "^/[^a]",
      "^/(?P<rest>.*)\\z",
      "^/api|.",
    ];
    for (const path of wide) assert.ok(isWide(path), path);
  });

  it("is not wide if it names what it matches", () => {
    const narrow = [
      "^/api",
      "^/api/.*",
      "/photo",
      "^/$",
      "^/\\.well-known/",
      "\\.(png|jpg)$",
      "(?i)^/API/",
      "\\Q/a.b/\\E",
      "^/\\x61bc/[[:alpha:]]+",
      "^/(?P<which>hook|feed)\\z",
    ];
    for (const path of narrow) assert.ok(!isWide(path), path);
  });
});
