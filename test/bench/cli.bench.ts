/**
 * Measures every command that needs no cluster, for octavo and for 1,000 apps with 1,000 people. The goals are 0.5 s
 * and 2 s of CPU time. Two and four times as many apps and people show the growth. Run it with `node
 * test/bench/cli.bench.ts [--json]`. It prints times and memory, and never fails.
 */
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { projectDirectory } from "../../sandbox/stacks.ts";
import { stackFileName } from "../../stack-file/file-name.ts";
import { project } from "../../stack-file/project.ts";
import { type Cost, interleaved, shown } from "./measure.ts";

const rounds = 5;
const groupSize = 20;

const person = (i: number): string => `person${i}@example.org`;

/** Octavo's stack file with many apps and people in place of its own. A newcomer joins the first group. */
function large(octavo: string, size: number, newcomer?: string): string {
  const file = parse(octavo) as { config: Record<string, object> };
  const count = size / groupSize;
  const groups = Array.from({ length: count }, (_, group) => [
    `team${group}`,
    [
      ...Array.from({ length: groupSize }, (_, i) => person(group * groupSize + i)),
      ...(group === 0 && newcomer !== undefined ? [newcomer] : []),
    ],
  ]);
  const apps = Array.from({ length: size }, (_, i) => [
    `app${i}`,
    {
      namespace: `ns${i % 20}`,
      service: { name: `app${i}`, port: 80 },
      access: {
        groups: [`team${i % count}`, `team${(i * 7 + 1) % count}`],
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
  return stringify({ config });
}

/** Writes the peak memory of a process to its file descriptor 3, in KiB. */
const tellPeak = `data:text/javascript,${encodeURIComponent(
  'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));',
)}`;

interface Measured extends Cost {
  /** Peak memory in MB. */
  memory: number;
}

const folder = await mkdtemp(path.join(tmpdir(), "bench-cli-"));
try {
  const octavo = await readFile(path.join(projectDirectory, "Pulumi.octavo.yaml"), "utf8");
  for (const name of ["Pulumi.yaml", "Pulumi.octavo.yaml"])
    await cp(path.join(projectDirectory, name), path.join(folder, name));
  const sizes = [1000, 2000, 4000];
  const writeAll = async (newcomer?: string): Promise<void> => {
    for (const size of sizes)
      await writeFile(path.join(folder, stackFileName(`of-${size}`)), large(octavo, size, newcomer));
  };
  await writeAll();
  await writeFile(path.join(folder, "policy.yaml"), "- allow: { or: [{ email: { is: a@example.org } }] }\n");
  const git = (...args: string[]): void => void spawnSync("git", ["-C", folder, ...args]);
  git("init");
  git("add", ".");
  git("-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-m", "before");
  await writeAll("newcomer@example.org");

  const failed = new Map<string, string>();
  const memory = new Map<string, number>();
  const command = (...args: string[]): Record<string, () => void> => {
    const name = args.join(" ");
    const run = (): void => {
      const { status, stderr, output } = spawnSync(
        process.execPath,
        ["--import", tellPeak, path.join(projectDirectory, "cli/bin.js"), ...args],
        {
          cwd: folder,
          encoding: "utf8",
          maxBuffer: 1 << 30,
          stdio: ["ignore", "pipe", "pipe", "pipe"],
        },
      );
      memory.set(name, Math.max(memory.get(name) ?? 0, Math.round(Number(output[3]) / 1024)));
      if (status !== 0) failed.set(name, stderr.split("\n")[0] ?? "");
    };
    return { [name]: run };
  };
  const of = (stack: string): Record<string, () => void> => ({
    ...command("check", stack),
    ...command("access", stack),
    ...command("test", stack),
    ...command("diff", stack, "--from", "HEAD"),
  });
  const measured = async (works: Record<string, () => void>): Promise<Record<string, Measured>> =>
    Object.fromEntries(
      Object.entries(await interleaved(rounds, works)).map(([name, cost]) => [
        name,
        { ...cost, memory: memory.get(name)! },
      ]),
    );
  const parts = {
    "goal 0.5 s": await measured({
      ...command("--help"),
      ...command("complete", "--", "access", ""),
      ...command("lint", "policy.yaml"),
      ...command("catalogue"),
      ...of("octavo"),
      ...command("why", "alice@gmail.com", "https://komga.uu.am/", "--stack", "octavo"),
      ...command("report", "octavo"),
    }),
    "goal 2 s": await measured({
      ...of("of-1000"),
      ...command("why", person(0), "https://app0.uu.am/", "--stack", "of-1000"),
    }),
    growth: await measured({ ...of("of-2000"), ...of("of-4000") }),
  };
  if (process.argv.includes("--json"))
    console.log(JSON.stringify({ rounds, parts, failed: [...failed] }, undefined, 2));
  else {
    for (const [part, costs] of Object.entries(parts)) {
      console.log(`\n${part}`);
      for (const [what, cost] of Object.entries(costs))
        console.log(`  ${what.padEnd(62)} ${shown(cost)}, ${cost.memory} MB`);
    }
    for (const [what, why] of failed) console.log(`${what}: ${why}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
