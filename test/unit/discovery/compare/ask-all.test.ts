import { strict as assert } from "node:assert";
import { setTimeout as pause } from "node:timers/promises";
import { askAll } from "../../../../discovery/compare/ask-all.ts";
import type { Address, Ask } from "../../../../discovery/compare/prober.ts";
import type { HostPlan } from "../../../../discovery/compare/questions.ts";
import { answer, question } from "./answers.ts";

const old: Address = { ip: "192.0.2.1", port: 443 };
const fresh: Address = { ip: "192.0.2.2", port: 443 };

function plans(hosts: number, questions: number): HostPlan[] {
  return Array.from({ length: hosts }, (_, i) => ({
    host: `h${i}.example.org`,
    at: `apps.h${i}`,
    replaces: false,
    places: [],
    questions: Array.from({ length: questions }, (__, j) =>
      question({ host: `h${i}.example.org`, path: `/${j}`, asksOld: j > 0 }),
    ),
  }));
}

describe("asking all hosts", () => {
  it("asks both addresses, four hosts at once, and one question of a host at a time", async () => {
    const open = new Map<string, number>();
    let most = 0;
    const told: [number, number][] = [];
    const ask: Ask = async ({ host, path }, { ip }) => {
      open.set(host, (open.get(host) ?? 0) + 1);
      most = Math.max(most, [...open.values()].filter((count) => count > 0).length);
      assert.ok(open.get(host)! <= 2, "two questions of one host at once");
      await pause(1);
      open.set(host, open.get(host)! - 1);
      return answer(200, { contentType: `${ip}${path}` });
    };
    const run = await askAll(plans(9, 3), {
      ...{ old, fresh, ask, longest: 10_000 },
      progress: (...counts) => told.push(counts),
    });
    assert.equal(most, 4);
    assert.equal(run.requests, 9 * 5);
    assert.deepEqual(told.at(-1), [45, 45]);
    for (const { asked, unasked } of run.hosts) {
      assert.deepEqual(unasked, []);
      assert.deepEqual(
        asked.map(({ old: was, fresh: is }) =>
          [was, is].map((each) => each && "contentType" in each && each.contentType),
        ),
        [
          [undefined, "192.0.2.2/0"],
          ["192.0.2.1/1", "192.0.2.2/1"],
          ["192.0.2.1/2", "192.0.2.2/2"],
        ],
      );
    }
  });

  it("sends nothing more when the time is up, and says what was left out", async () => {
    const ask: Ask = async () => {
      await pause(30);
      return answer(200);
    };
    const run = await askAll(plans(1, 10), { old, fresh, ask, longest: 45 });
    const [host] = run.hosts;
    assert.ok(host!.asked.length >= 1 && host!.unasked.length >= 6);
    assert.equal(host!.asked.length + host!.unasked.length, 10);
  });
});
