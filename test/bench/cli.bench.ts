/**
 * Measures every command that needs no cluster, for octavo and for 1,000 apps with 1,000 people. The goals are 0.5 s
 * and 2 s of CPU time. Run it with `node test/bench/cli.bench.ts [--json]`. It prints the times and never fails.
 */
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { projectDirectory } from "../../sandbox/stacks.ts";
import { project } from "../../stack-file/project.ts";
import { interleaved, shown } from "./measure.ts";

const rounds = 5;
const size = 1000;

/** Writes octavo's stack file with many apps and people in place of its own. */
async function writeLarge(folder: string): Promise<void> {
  const text = await readFile(path.join(projectDirectory, "Pulumi.octavo.yaml"), "utf8");
  const file = parse(text) as { config: Record<string, object> };
  const person = (i: number): string => `person${i}@example.org`;
  const groups = Array.from({ length: 50 }, (_, group) => [
    `team${group}`,
    Array.from({ length: size / 50 }, (_, i) => person(group * (size / 50) + i)),
  ]);
  const apps = Array.from({ length: size }, (_, i) => [
    `app${i}`,
    {
      namespace: `ns${i % 20}`,
      service: { name: `app${i}`, port: 80 },
      access: {
        groups: [`team${i % 50}`, `team${(i * 7 + 1) % 50}`],
        ...(i % 3 === 0 ? { api: ["/api"] } : {}),
      },
    },
  ]);
  const of = (key: string): string => `${project}:${key}`;
  const config: Record<string, unknown> = {
    ...file.config,
    [of("users")]: { admins: ["admin-user@gmail.com"], groups: Object.fromEntries(groups) },
    [of("apps")]: Object.fromEntries(apps),
    [of("accessTests")]: {
      apps: Object.fromEntries(
        apps.map(([name]) => [name, [{ deny: ["stranger"] }, { allow: ["admin-user@gmail.com"] }]]),
      ),
    },
  };
  for (const key of ["tunnels", "ingressNginx"]) delete config[of(key)];
  await writeFile(path.join(folder, "Pulumi.large.yaml"), stringify({ config }));
}

const folder = await mkdtemp(path.join(tmpdir(), "bench-cli-"));
try {
  for (const name of ["Pulumi.yaml", "Pulumi.octavo.yaml"])
    await cp(path.join(projectDirectory, name), path.join(folder, name));
  await writeLarge(folder);
  await writeFile(path.join(folder, "policy.yaml"), "- allow: { or: [{ email: { is: a@example.org } }] }\n");
  const git = (...args: string[]): void => void spawnSync("git", ["-C", folder, ...args]);
  git("init");
  git("add", ".");
  git("-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-m", "before");

  const failed = new Map<string, string>();
  const command =
    (...args: string[]) =>
    (): void => {
      const { status, stderr } = spawnSync(
        process.execPath,
        [path.join(projectDirectory, "cli/bin.js"), ...args],
        { cwd: folder, encoding: "utf8", maxBuffer: 1 << 30 },
      );
      // Exit status 1 is an answer, too: it says that something is wrong with the stack file.
      if (status !== 0) failed.set(args.join(" "), stderr.split("\n")[0] ?? "");
    };
  const of = (stack: string, host: string, who: string) => ({
    [`check ${stack}`]: command("check", stack),
    [`access ${stack}`]: command("access", stack),
    [`why ${stack}`]: command("why", who, `https://${host}/`, "--stack", stack),
    [`test ${stack}`]: command("test", stack),
    [`diff ${stack}`]: command("diff", stack, "--from", "HEAD"),
  });
  const costs = await interleaved(rounds, {
    ...of("octavo", "komga.uu.am", "alice@gmail.com"),
    lint: command("lint", "policy.yaml"),
    catalogue: command("catalogue"),
    ...of("large", "app0.uu.am", "person0@example.org"),
  });
  if (process.argv.includes("--json"))
    console.log(JSON.stringify({ costs, failed: [...failed] }, undefined, 2));
  else {
    for (const [what, cost] of Object.entries(costs)) console.log(`${what.padEnd(16)} ${shown(cost)}`);
    for (const [what, why] of failed) console.log(`${what}: ${why}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
