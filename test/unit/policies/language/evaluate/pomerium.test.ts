import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { compilePolicy, type Request } from "../../../../../policies/language/evaluate/evaluate.ts";
import { parsePolicy } from "../../../../../policies/language/parse.ts";

/**
 * Recorded from Pomerium v0.33.1 itself: random policies over every criterion, compiled by its package
 * `pkg/policy`, evaluated by its Open Policy Agent, joined as its `handleResult` does. The first line has
 * the requests, each other line a policy and one letter for each request: a for allow, d for anything else.
 */
const [first = "", ...lines] = readFileSync(new URL("pomerium-v0.33.1.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");
const { requests } = JSON.parse(first) as { requests: Request[] };
const recorded = lines.map((line) => JSON.parse(line) as { policy: string; answers: string });

describe("answers recorded from Pomerium", () => {
  it("are ours too, wherever everything that decides is known", () => {
    let unknown = 0;
    for (const { policy: text, answers } of recorded) {
      const { policy, problems } = parsePolicy(text);
      assert.ok(policy, JSON.stringify(problems));
      const evaluator = compilePolicy(policy);
      for (const [i, request] of requests.entries()) {
        const { outcome } = evaluator.decide(request);
        if (outcome === "unknown") unknown++;
        else
          assert.equal(outcome, answers[i] === "a" ? "allow" : "deny", `${text}\n${JSON.stringify(request)}`);
      }
    }
    // Devices and SSH authorities: what no request tells.
    assert.ok(unknown < recorded.length * requests.length * 0.15, `${unknown} undecided`);
  });
});
