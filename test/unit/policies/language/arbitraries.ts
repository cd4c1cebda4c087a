import * as fc from "fast-check";
import type { Blocks, Criterion, Policy } from "../../../../policies/language/types.ts";

/** Few values, so that policies and requests meet often. */
const emails = ["alice@gmail.com", "bob@gmail.com", "admin-user@gmail.com", "carol@example.org", ""];
const users = ["u1", "u2", ""];
const paths = [
  ...["/", "/api", "/api/", "/admin", "/api/items", ".js", "api", ""],
  // Other texts of a request, which meet path criteria as well.
  ...["u1", "10.1.2.3", "?a=%2Fapi", "https://app.example.org/", "app.example.org"],
];
const methods = ["GET", "POST", "OPTIONS"];
const networks = [
  "10.0.0.0/8",
  "10.244.0.0/16",
  "192.0.2.7",
  "::/0",
  "2001:db8::/32",
  "::ffff:10.0.0.1",
  "0.0.0.0/0",
];
const tools = ["query", "list_tables"];
export const aKey = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from("ssh-ed25519"),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString("base64")}`;

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** Some of the fields, at least one. */
const some = (fields: Fields): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(fields, { requiredKeys: [], noNullPrototype: true })
    .filter((chosen) => Object.keys(chosen).length > 0);

const text = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

function matcher(values: readonly string[], notIn: boolean): fc.Arbitrary<unknown> {
  const list = fc.array(text(values), { maxLength: 3 });
  const fields: Fields = {
    is: text(values),
    not: text(values),
    starts_with: text(values),
    ends_with: text(values),
    contains: text(values),
    in: list,
  };
  return fc.oneof(text(values), some(notIn ? { ...fields, not_in: list } : fields));
}

const list = (values: readonly (string | number | boolean)[]): fc.Arbitrary<unknown> => {
  const one = fc.constantFrom(...values);
  return fc.oneof(one, some({ has: one, is: one, exclude: one }));
};

const orNull = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.option(arbitrary, { freq: 12 });
const yes = fc.constant(true);
const certificate = fc.record(
  {
    fingerprint: fc.constantFrom("ab".repeat(32), Array(32).fill("AB").join(":"), ["cd".repeat(32)]),
    san_email: matcher(emails, false),
    san_dns: matcher(["pc.example.org", "example.org"], false),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** What each criterion may hold, by the key under which it is written. */
const data: Fields = {
  accept: yes,
  reject: yes,
  authenticated_user: yes,
  "claim/groups": orNull(list(["staff", "family", 5, true])),
  "claim/a.b": list(["staff"]),
  client_certificate: certificate,
  cors_preflight: yes,
  device: some({ is: fc.constant("dc1"), approved: fc.boolean(), type: fc.constant("any") }),
  domain: matcher(["gmail.com", "example.org", "mail.com", ""], true),
  email: orNull(matcher(emails, true)),
  groups: orNull(list(["staff"])),
  http_method: matcher(methods, false),
  http_path: matcher(paths, false),
  invalid_client_certificate: yes,
  mcp_tool: orNull(matcher(tools, true)),
  source_ip: fc.oneof(text(networks), fc.array(text(networks), { maxLength: 3 })),
  ssh_ca: fc.constant(aKey),
  ssh_publickey: fc.constantFrom(aKey, [aKey], []),
  ssh_username: orNull(matcher(["root", "alice", ""], true)),
  ssh_username_matches_claim: fc.constant("groups"),
  ssh_username_matches_email: yes,
  user: orNull(matcher(users, true)),
};

export const aCriterion: fc.Arbitrary<Criterion> = fc.oneof(
  ...Object.entries(data).map(([name, value]) =>
    value.map((one) => ({ [name]: one }) as unknown as Criterion),
  ),
);

const blocks: fc.Arbitrary<Blocks> = fc.record(
  Object.fromEntries(
    ["and", "or", "not", "nor"].map((operator) => [operator, fc.array(aCriterion, { maxLength: 3 })]),
  ),
  { requiredKeys: [], noNullPrototype: true },
);

/** Policies over few values, of every criterion and block. */
export const aPolicy: fc.Arbitrary<Policy> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: blocks.map((allow) => ({ allow })) },
    { weight: 1, arbitrary: blocks.map((deny) => ({ deny })) },
  ),
  { maxLength: 3 },
);

const visibleText = (constraints: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string(constraints).map((text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ""));

/** Policies whose texts may be anything that Unicode has and a reader can see. */
export const aStrangePolicy: fc.Arbitrary<Policy> = fc
  .record({
    email: visibleText({ unit: "binary" }),
    path: visibleText({ unit: "grapheme" }),
    claim: visibleText({ unit: "grapheme", minLength: 1, maxLength: 60 }).map((text) => text || "x"),
    among: fc.array(visibleText({ unit: "grapheme-composite" })),
    word: fc.constantFrom(
      "true",
      "null",
      "no",
      "1_000",
      "0x1F",
      "2020-01-01",
      "~",
      "<<",
      "- a",
      "a: b",
      "#",
      "*a",
      "1e3",
    ),
    number: fc.oneof(
      fc.integer(), // YAML has one zero.
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number || 0),
      fc.boolean(),
    ),
  })
  .map(({ email, path, claim, among, word, number }) => [
    { allow: { or: [{ email }, { http_path: { starts_with: path, in: among } }, { user: word }] } },
    { deny: { nor: [{ [`claim/${claim}`]: number }, { [`claim/${word}`]: { has: word, exclude: email } }] } },
  ]);
