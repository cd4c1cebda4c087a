/**
 * Measures how long the decisions for a large installation take: 100 apps × 200 people × 10 paths.
 * Run it with `node test/bench/evaluate.bench.ts [--json]`. It prints the times and never fails.
 */
import { compilePolicy } from "../../policies/language/evaluate/evaluate.ts";
import { parsePolicy } from "../../policies/language/parse.ts";
import { renderPolicy } from "../../policies/language/render.ts";
import type { Criterion, Policy } from "../../policies/language/types.ts";

const size = { apps: 100, people: 200, paths: 10 };

const person = (i: number): string => `person-${i}@gmail.com`;

/** The policy of one app. Apps are for few or many people, half have open paths, every tenth is for one network. */
function appPolicy(app: number): Policy {
  const people = Array.from({ length: 3 + ((app * 37) % 120) }, (_, i) =>
    person((app * 13 + i * 7) % size.people),
  );
  const prefixes =
    app % 2 === 0 ? [] : ["/api", "/login", "/auth", "/public", "/socket.io"].slice(0, 1 + (app % 5));
  const open = prefixes.flatMap((path): Criterion[] => [
    { http_path: { is: path } },
    { http_path: { starts_with: `${path}/` } },
  ]);
  const allow: Policy = [{ allow: { or: [{ email: { in: people } }, ...open] } }];
  return app % 10 === 0 ? [...allow, { deny: { not: [{ source_ip: ["10.244.0.0/16"] }] } }] : allow;
}

const sessions = [undefined, ...Array.from({ length: size.people - 1 }, (_, i) => ({ email: person(i) }))];
const targets = [
  "/",
  "/api",
  "/api/items/7",
  "/apixyz",
  "/login",
  "/login/callback",
  "/auth/x",
  "/public/a.css",
  "/socket.io/?EIO=4",
  "/settings",
].map((path) => ({ path, method: "GET", sourceIp: "10.244.1.1" }));

const texts = Array.from({ length: size.apps }, (_, app) => renderPolicy(appPolicy(app)));

const started = performance.now();
const policies = texts.map((text) => {
  const { policy, problems } = parsePolicy(text);
  if (problems) throw new Error(JSON.stringify(problems));
  return policy;
});
const read = performance.now();
const evaluators = policies.map((policy) => compilePolicy(policy));
const compiled = performance.now();
let allowed = 0;
for (const evaluator of evaluators)
  for (const session of sessions)
    for (const target of targets) if (evaluator.decide({ session, ...target }).outcome === "allow") allowed++;
const decided = performance.now();

const decisions = size.apps * sessions.length * targets.length;
const result = {
  decisions,
  allowed,
  readMs: read - started,
  compileMs: compiled - read,
  decideMs: decided - compiled,
  nsPerDecision: ((decided - compiled) * 1e6) / decisions,
};
if (process.argv.includes("--json"))
  console.log(JSON.stringify({ size, node: process.version, ...result }, undefined, 2));
else {
  const count = (n: number): string => n.toLocaleString("en");
  const rows: [string, string][] = [
    ["policies read", `${result.readMs.toFixed(0)} ms`],
    ["policies compiled", `${result.compileMs.toFixed(0)} ms`],
    [`${count(decisions)} decisions`, `${result.decideMs.toFixed(0)} ms`],
    ["one decision", `${result.nsPerDecision.toFixed(0)} ns`],
    ["allowed", count(allowed)],
  ];
  console.log(
    `${count(size.apps)} apps × ${count(size.people)} callers × ${size.paths} paths, one thread of Node ${process.version}\n`,
  );
  for (const [what, value] of rows) console.log(`${what.padEnd(22)}${value.padStart(12)}`);
}
