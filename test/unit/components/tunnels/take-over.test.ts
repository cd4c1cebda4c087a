import { strict as assert } from "node:assert";
import { tunnelLines } from "../../../../components/tunnels/announce.ts";
import { recordHosts } from "../../../../components/tunnels/carried-hosts.ts";
import { tunnelProblems } from "../../../../components/tunnels/checks.ts";
import { ownComment, tunnelTarget } from "../../../../components/tunnels/live.ts";
import { readMemory } from "../../../../components/tunnels/memory.ts";
import { readTunnels } from "../../../../components/tunnels/read.ts";
import { recordsToMake } from "../../../../components/tunnels/records.ts";
import type { Rule } from "../../../../components/tunnels/rules.ts";
import type { CloudflareSeed } from "../../../../sandbox/cloudflare/account.ts";
import { accountBefore } from "../../../../sandbox/cloudflare/seed.ts";
import { startCloudflare } from "../../../../sandbox/cloudflare/server.ts";
import type { Stack } from "../../../../stack/stack.ts";
import type { Problem } from "../../../../stack-file/problems.ts";
import { goodStack, parse, put } from "../../stack/base.ts";

const token = "hunter2-hunter2-hunter2-hunter2-hunter2-";
const wiki = "wiki.example.net";

function stack(edits: Record<string, unknown> = {}): Stack {
  const raw = put(put(goodStack(), "tunnels.home.apiToken", token), "tunnels.home.extraRules", undefined);
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}

interface Found {
  problems: Problem[];
  records: Record<string, string[]>;
  lines: string[];
}

/** What is found at a Cloudflare that opens to `opens`. */
async function inspected(
  what: Stack,
  change: (seed: CloudflareSeed) => void = () => {},
  opens = token,
): Promise<Found> {
  const seed = accountBefore([stack()]);
  change(seed);
  const cloudflare = await startCloudflare({ seed, token: opens });
  const before = process.env.CLOUDFLARE_BASE_URL;
  process.env.CLOUDFLARE_BASE_URL = cloudflare.url;
  try {
    const found = await readTunnels(what);
    const memory = readMemory(undefined);
    const records = what.tunnels.flatMap((tunnel) => {
      const live = found.live[tunnel.name];
      return live === undefined
        ? []
        : [[tunnel.name, recordsToMake(live, recordHosts(what, tunnel), memory)] as const];
    });
    return {
      problems: tunnelProblems(what, found, memory, { others: [] }),
      records: Object.fromEntries(records),
      lines: tunnelLines(what, found, memory),
    };
  } finally {
    if (before === undefined) delete process.env.CLOUDFLARE_BASE_URL;
    else process.env.CLOUDFLARE_BASE_URL = before;
    await cloudflare.stop();
  }
}

describe("the checks of Cloudflare before a run", () => {
  it("find no problem in the hand-made account, and change nothing in coexist", async () => {
    assert.deepEqual(await inspected(stack()), { problems: [], records: { home: [] }, lines: [] });
    const { lines } = await inspected(stack({ phase: "cutover" }));
    assert.match(
      lines[0] ?? "",
      /^home: ~ wiki\.example\.net: https:\/\/192\.168\.0\.171 → https:\/\/192\.168\.0\.172:443;/,
    );
    assert.equal(lines[1], `home: - ${wiki} ^/.well-known → http://localhost:32080`);
  });

  it("refuse to lose rules that are not in the stack file", async () => {
    const ssh: Rule = { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" };
    const { problems } = await inspected(stack(), (seed) => seed.tunnels[0]?.config?.ingress.unshift(ssh));
    assert.deepEqual(
      problems.map(({ at }) => at),
      ["tunnels.home.extraRules"],
    );
    assert.match(problems[0]?.message ?? "", /leads ssh\.example\.net to ssh:\/\/192\.168\.0\.10:22/);
  });

  it("plan a record for a host without one, and for a host whose record the stack made", async () => {
    const signIn = {
      "pomerium.authenticateHost": "authenticate.example.net",
      "tunnels.home.authenticate": true,
    };
    const report = await inspected(stack(signIn), ({ records }) => {
      records[0]!.comment = ownComment;
    });
    assert.deepEqual(report.records, { home: ["authenticate.example.net", wiki] });
    const left = await inspected(stack(signIn));
    assert.deepEqual(left.records, { home: ["authenticate.example.net"] });
  });

  it("name the token's key and command if Cloudflare refuses it, and never show the token", async () => {
    const { problems } = await inspected(stack(), undefined, "another-another-another-another-another-");
    assert.equal(problems[0]?.at, "tunnels.home.apiToken");
    assert.equal(problems[0]?.fix, "pulumi config set --stack test --secret --path tunnels.home.apiToken");
    assert.ok(!JSON.stringify(problems).includes(token));
  });

  it("name the tunnel that the account does not have", async () => {
    const other = "a1f7ed00-5e1f-4a5e-9d57-0123456789ab";
    const { problems } = await inspected(stack({ "tunnels.home.tunnelId": other }), ({ records }) => {
      records[0]!.content = tunnelTarget(other);
    });
    assert.deepEqual(problems, [
      {
        at: "tunnels.home.tunnelId",
        message: `account 0123456789abcdef0123456789abcdef has no tunnel ${other}`,
      },
    ]);
  });
});
