/**
 * Prints random requests and policies for the recorder: the requests on the first line, one policy on each
 * other line. The same seed prints the same questions.
 *
 *     node questions.ts <seed> <policies>
 */
import * as fc from "fast-check";
import type { Request, Session } from "../../../../../../policies/language/evaluate/evaluate.ts";
import { renderPolicy } from "../../../../../../policies/language/render.ts";
import { aKey, aPolicy } from "../../arbitraries.ts";

const [seed = 1, policies = 150] = process.argv.slice(2).map(Number);

const session = fc.record<Session>({
  email: fc.constantFrom(
    "alice@gmail.com",
    "Alice@gmail.com",
    "bob@gmail.com",
    "carol@example.org",
    "eve@mail.com",
  ),
  user: fc.constantFrom("u1", "u2", "u3", "api"),
  claims: fc.constantFrom<Session["claims"]>(
    {},
    { groups: ["staff"] },
    { groups: ["staff", "family"] },
    { groups: [5] },
    { groups: [true], "a.b": ["staff"] },
  ),
});

/** Paths as Envoy hands them on: Pomerium sees no others. */
const paths = ["/", "/api", "/api/", "/api/items", "/apixyz", "/admin", "/a.js", "/a%20b", "/a%zz"];
const queries = [
  "",
  "?",
  "?/api/",
  "?GET",
  "?y=.js",
  "?a;b",
  "?x=%zz",
  "?b&a=/api",
  "?a=%2fapi&&q=x+y",
  "?u1=%C3%A9",
];

const request: fc.Arbitrary<Request> = fc.record(
  {
    session,
    method: fc.constantFrom("GET", "POST", "OPTIONS"),
    path: fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...queries)).map((parts) => parts.join("")),
    host: fc.constantFrom("app.example.org", "api.example.org", "app.example.org:8443"),
    sourceIp: fc.constantFrom(
      "10.1.2.3",
      "10.244.3.4",
      "192.0.2.7",
      "8.8.8.8",
      "2001:db8::5",
      "::ffff:10.0.0.1",
    ),
    corsPreflight: fc.boolean(),
    clientCertificate: fc.constant("none" as const),
    invalidClientCertificate: fc.boolean(),
    ssh: fc.record({
      username: fc.constantFrom("root", "alice", "staff"),
      publicKey: fc.constantFrom(aKey, ""),
    }),
    mcp: fc.constantFrom(
      { method: "tools/list" },
      { method: "tools/call", tool: "query" },
      { method: "tools/call", tool: "x" },
    ),
  },
  {
    requiredKeys: [
      "method",
      "path",
      "host",
      "sourceIp",
      "corsPreflight",
      "clientCertificate",
      "invalidClientCertificate",
    ],
  },
);

console.log(JSON.stringify({ requests: fc.sample(request, { seed, numRuns: 48 }) }));
for (const policy of fc.sample(
  aPolicy.filter((one) => one.length > 0),
  { seed, numRuns: policies },
))
  console.log(JSON.stringify({ policy: renderPolicy(policy) }));
