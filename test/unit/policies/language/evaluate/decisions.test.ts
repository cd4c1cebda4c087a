import { strict as assert } from "node:assert";
import {
  compilePolicy,
  type Request,
  type Session,
} from "../../../../../policies/language/evaluate/evaluate.ts";
import { parsePolicy } from "../../../../../policies/language/parse.ts";
import { worked } from "./decisions.ts";

const callers: Record<string, Session | undefined> = {
  alice: { email: "alice@gmail.com" },
  Alice: { email: "Alice@gmail.com" },
  bob: { email: "bob@gmail.com" },
  admin: { email: "admin-user@gmail.com" },
  carol: { email: "carol@example.org" },
  eve: { email: "eve@gmail.com" },
  nomail: { email: "" },
  someone: {},
  anonymous: undefined,
};

interface Row {
  request: Request;
  outcome: string;
  pomerium?: string;
}

function readRow(text: string): Row {
  const [asked = "", outcome = ""] = text.split("->").map((part) => part.trim());
  const [who = "", ...words] = asked.split(/\s+/);
  if (!Object.hasOwn(callers, who)) throw new Error(`nobody is called ${who}`);
  const method = /^[A-Za-z]+$/.test(words[0] ?? "") ? words.shift() : undefined;
  const path = words.shift() ?? "";
  const facts = Object.fromEntries(words.map((word) => word.split(/=(.*)/)));
  const { ip, host, user, claim, cert, invalid, preflight, ssh, tool, mcp, pomerium, ...unknown } = facts;
  assert.deepEqual(Object.keys(unknown), [], text);
  const [name = "", values = ""] = claim?.split(":") ?? [];
  const session = callers[who] && {
    ...callers[who],
    ...(user && { user }),
    ...(claim && { claims: { [name]: values.split("+") } }),
  };
  return {
    outcome,
    ...(pomerium && { pomerium }),
    request: {
      path,
      ...(session && { session }),
      ...(method && { method }),
      ...(ip && { sourceIp: ip }),
      ...(host && { host }),
      ...(preflight && { corsPreflight: preflight === "yes" }),
      ...(invalid && { invalidClientCertificate: invalid === "yes" }),
      ...(cert && { clientCertificate: cert === "none" ? "none" : { dnsNames: [cert] } }),
      ...(ssh && { ssh: { username: ssh } }),
      ...((tool || mcp) && { mcp: { method: mcp ?? "tools/call", ...(tool && { tool }) } }),
    },
  };
}

const rowsOf = (rows: string): string[] =>
  rows
    .trim()
    .split("\n")
    .map((row) => row.trim());

describe("decisions worked out by hand", () => {
  it("are at least 200", () => {
    assert.ok(worked.flatMap(({ rows }) => rowsOf(rows)).length >= 200);
  });

  for (const { title, policy, rows } of worked)
    describe(title, () => {
      for (const row of rowsOf(rows))
        it(row.replace(/\s+/g, " "), () => {
          const { request, outcome, pomerium } = readRow(row);
          const parsed = parsePolicy(policy);
          assert.ok(parsed.policy, JSON.stringify(parsed.problems));
          const evaluator = compilePolicy(parsed.policy, pomerium ? { pomerium } : {});
          assert.deepEqual(evaluator.decide(request).outcome, outcome);
        });
    });
});
