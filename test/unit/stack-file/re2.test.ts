import { strict as assert } from "node:assert";
import fc from "fast-check";
import { re2Finds, re2Problem } from "../../../stack-file/re2.ts";

describe("an expression of RE2", () => {
  // Go 1.26 compiles each of them, and a running Envoy 1.37 takes it.
  const valid = [
    ...["", "^/.well-known", "^/(a|b)\\/c\\.php$", "(?i)^/api(/|$)", "(?s-i:a.b)", "(?U)a+", "(?-s)."],
    ...["(?P<name>a)", "(?<name>a)", "[[:alpha:]]+", "[^[:^digit:]]", "[]a]", "[^]]", "{", "a{,5}"],
    ...["\\Qa.b(\\E", "\\Qa.b(", "\\pL\\p{Greek}\\P{^Latin}", "\\p{L}\\pN", "\\x{1F600}\\x41\\123", "\\07"],
    ...["\\A/a\\z", "\\b*?", "^*", "$*", "a{2}", "a{1000}", "a{0,1000}", "\\_\\-\\/", "[a\\d]"],
  ];
  for (const expression of valid)
    it(`is ${JSON.stringify(expression)}`, () => assert.equal(re2Problem(expression), undefined));

  const invalid: [expression: string, why: RegExp][] = [
    ...["a(?=b)", "^/(?!api)", "(?>a)", "(?#c)", "(?i-)a", "(?P=a)"].map((expression): [string, RegExp] => [
      expression,
      /^invalid or unsupported Perl syntax: `\(\?/,
    ]),
    ...["(a)\\1", "\\8", "\\Z", "\\h", "[\\b]", "\\x{zz}", "\\u0041", "\\cA", "\\y", "\\k<a>"].map(
      (expression): [string, RegExp] => [expression, /^invalid escape sequence: `\\/],
    ),
    ...["a{1001}", "a{1,1001}", "a{2,1}", "(a{600}){2}"].map((expression): [string, RegExp] => [
      expression,
      /^invalid repeat count: `\{/,
    ]),
    ...["a{2}{3}", "a++", "a**"].map((expression): [string, RegExp] => [
      expression,
      /^invalid nested repetition operator/,
    ]),
    ...["*a", "+", "a|*"].map((expression): [string, RegExp] => [
      expression,
      /^missing argument to repetition/,
    ]),
    ...["[", "[]"].map((expression): [string, RegExp] => [expression, /^missing closing \]/]),
    ...["[z-a]", "[b-a]", "\\p", "[[:foo:]]"].map((expression): [string, RegExp] => [
      expression,
      /^invalid char/,
    ]),
    ["(?<=a)b", /^invalid named capture/],
    ["(?<!a)b", /^invalid named capture/],
    ["(", /^missing closing \)/],
    ["a)", /^unexpected \)/],
    ["\\", /^trailing backslash/],
    ["[a-\\d]", /^invalid/],
    // Envoy takes these two, and Go does not.
    ["\\C", /^invalid escape sequence/],
    ["(?P<a>x)(?P<a>y)", /^duplicate capture group name/],
  ];
  for (const [expression, why] of invalid)
    it(`is not ${JSON.stringify(expression)}, and the reason is named`, () =>
      assert.match(re2Problem(expression) ?? "it compiles", why));

  it("is found in a text as JavaScript finds it, where both read it", () => {
    const atom = fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "\\w", "\\d", "/", "\\.");
    const part = fc
      .tuple(atom, fc.constantFrom("", "*", "+", "?", "{2}", "*?"))
      .map(([one, times]) => one + times);
    const expression = fc
      .tuple(fc.constantFrom("", "^"), fc.array(part, { maxLength: 5 }), fc.constantFrom("", "$"))
      .map(([begin, parts, end]) => begin + parts.join("") + end);
    const text = fc
      .array(fc.constantFrom("a", "b", "A", "1", "/", "."), { maxLength: 8 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(expression, text, fc.boolean(), (pattern, path, ignoreCase) => {
        const expected = new RegExp(pattern, ignoreCase ? "i" : "").test(path);
        assert.equal(re2Finds(pattern, path, { ignoreCase }), expected);
      }),
    );
  });
});
