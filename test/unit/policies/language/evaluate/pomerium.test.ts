import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { compilePolicy, type Request } from "../../../../../policies/language/evaluate/evaluate.ts";
import { parsePolicy } from "../../../../../policies/language/parse.ts";

// The first line has the requests. Each other line has a policy and one letter for each request: recorder/README.md.
const [first = "", ...lines] = readFileSync(new URL("pomerium-v0.33.1.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");
const { requests } = JSON.parse(first) as { requests: Request[] };
const recorded = lines.map((line) => JSON.parse(line) as { policy: string; answers: string });

describe("answers recorded from Pomerium", () => {
  it("are the evaluator's too, wherever everything that decides is known", () => {
    let unknown = 0;
    let compared = 0;
    for (const { policy: text, answers } of recorded) {
      const { policy, problems } = parsePolicy(text);
      assert.ok(policy, JSON.stringify(problems));
      const evaluator = compilePolicy(policy);
      for (const [i, request] of requests.entries()) {
        const { outcome, reason } = evaluator.decide(request);
        const context = `${text}\n${JSON.stringify(request)}`;
        if (outcome === "unknown") unknown++;
        else assert.equal(outcome, answers[i] === "a" ? "allow" : "deny", context);
        // Which of two refusals it is remains open for what no request tells, and for invalid certificates.
        if (/device|ssh_ca|invalid_client_certificate/.test(text)) continue;
        compared++;
        if (reason === "sign in") assert.equal(answers[i], "s", context);
        if (reason === "denied" || reason === "nothing allows") assert.equal(answers[i], "d", context);
      }
    }
    assert.ok(compared > 1000);
    // Devices, SSH authorities and the ids of sessions: what no request tells.
    assert.ok(unknown < recorded.length * requests.length * 0.15, `${unknown} undecided`);
  });
});
