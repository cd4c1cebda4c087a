import { ConfigError } from "../../policies/guardrails/config.ts";
import { type Judged, judge } from "../../policies/guardrails/judge.ts";
import { visible } from "../../report/text.ts";
import { isMap } from "../../stack-file/paths.ts";
import { counted } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { CliError, exit } from "../exit.ts";
import { readInput, readText } from "../input.ts";
import type { Io } from "../io.ts";
import { json } from "../output.ts";
import { NoPlan, type Plan, parsePlan } from "../plan/plan.ts";
import type { GuardOptions } from "../usage/guard.ts";

/** Applies the guard rails to a preview of any Pulumi program. */
export const guard: Action<GuardOptions> = {
  async run([file = "-"], options, io) {
    const plan = planOf(await readInput(file, io), file);
    const found = judgePlan(plan, options.config, io);
    if (options.json) io.out(json("guard-rails", { findings: found, complete: plan.complete }));
    else io.out(findingsText(found, plan, io));
    const isFailed = !plan.complete || found.some(({ level }) => level === "mandatory");
    return isFailed ? exit.failed : exit.ok;
  },
};

/**
 * Applies the guard rails to a plan.
 *
 * @param config File with the config of the rules. Default: the rules' own levels.
 */
export function judgePlan(plan: Plan, config: string | undefined, io: Pick<Io, "cwd">): Judged[] {
  try {
    const found = judge(plan.objects, config === undefined ? {} : configOf(readText(config, io), config));
    // What is not shown fails whatever the config says: no rule can judge it.
    return [...plan.gaps.map((gap): Judged => ({ ...gap, rule: "not-seen", level: "mandatory" })), ...found];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CliError(`${config}: ${error.problems.join("\n  ")}`);
  }
}

function configOf(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CliError(`${file} is not JSON`);
  }
  if (isMap(value)) return value;
  throw new CliError(`${file} is not a map of rules`);
}

function planOf(text: string, file: string): Plan {
  try {
    return parsePlan(text);
  } catch (error) {
    if (!(error instanceof NoPlan)) throw error;
    throw new CliError(
      `${file === "-" ? "standard input" : file} is not the output of \`pulumi preview --json --show-sames\``,
    );
  }
}

function findingsText(found: readonly Judged[], { complete }: Plan, io: Io): string {
  const incomplete = complete
    ? []
    : [paint(io, "red", "the preview failed, so it does not show everything that a run would do")];
  if (found.length === 0)
    return `${[...incomplete, `guard rails: ${complete ? paint(io, "green", "nothing to say") : "nothing found in what it shows"}`].join("\n")}\n`;
  const failing = found.filter(({ level }) => level === "mandatory").length;
  const counts = [
    ...(failing > 0 ? [`${failing} mandatory`] : []),
    ...(found.length > failing ? [`${found.length - failing} advisory`] : []),
  ];
  const lines = found.flatMap(({ rule, level, resource, reason, fix }) => [
    "",
    paint(
      io,
      level === "mandatory" ? "red" : "yellow",
      `  ${level === "mandatory" ? "✖" : "!"} ${visible(resource)}   ${rule}`,
    ),
    `      ${visible(reason)}`,
    `      ${visible(fix)}`,
  ]);
  return `${[...incomplete, `${paint(io, "bold", "guard rails")}: ${counts.join(", ")} in ${counted(new Set(found.map(({ urn }) => urn)).size, "resource")}`, ...lines].join("\n")}\n`;
}
