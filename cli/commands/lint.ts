import { type Finding, lintPolicy } from "../../policies/language/lint.ts";
import { parsePolicy } from "../../policies/language/parse.ts";
import type { Problem } from "../../policies/language/problems.ts";
import { isReleaseTag, newestRelease } from "../../policies/language/releases.ts";
import { aligned, visible } from "../../report/text.ts";
import { counted } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit, UsageError } from "../exit.ts";
import { readInput } from "../input.ts";
import type { Io } from "../io.ts";
import { json } from "../output.ts";
import { positions } from "../policy-positions.ts";
import type { LintOptions } from "../usage/lint.ts";

/** A message about the policy, with its position. */
interface Shown {
  line: number;
  column: number;
  severity: "error" | "warning";
  /** The rule of the finding; absent if Pomerium itself refuses the text. */
  code?: Finding["code"];
  message: string;
  fix?: string;
}

/** Reads a policy as Pomerium would, and says what is wrong with it. */
export const lint: Action<LintOptions> = {
  async run([file = "-"], options, io) {
    const found = findings(await readInput(file, io), options);
    if (options.json) io.out(json("policy-lint", { file, findings: found }));
    else io.out(findingsText(file === "-" ? "standard input" : file, found, io));
    return found.some(({ severity }) => severity === "error") ? exit.failed : exit.ok;
  },
};

function findings(text: string, options: LintOptions): Shown[] {
  const parsed = parsePolicy(text);
  const shown = (problems: readonly Problem[], severity: Shown["severity"]): Shown[] =>
    problems.map(({ line, column, message, hint }) => ({
      ...{ line, column, severity, message },
      ...(hint === undefined ? {} : { fix: hint }),
    }));
  if (!parsed.policy) return shown(parsed.problems, "error");
  const place = positions(text);
  const { addresses: clientAddresses, pomerium = newestRelease } = options;
  if (!isReleaseTag(pomerium))
    throw new UsageError(`--pomerium ${pomerium}: not a release; write it like ${newestRelease}`);
  const found = lintPolicy(parsed.policy, { pomerium, ...(clientAddresses ? { clientAddresses } : {}) });
  return [
    ...shown(parsed.warnings, "warning"),
    ...found.map(({ where, ...finding }) => ({ ...place(where), ...finding })),
  ].sort((one, other) => one.line - other.line || one.column - other.column);
}

function findingsText(name: string, found: readonly Shown[], io: Io): string {
  if (found.length === 0) return `${name}: ${paint(io, "green", "nothing to say")}\n`;
  const errors = found.filter(({ severity }) => severity === "error").length;
  const counts = [
    ...(errors > 0 ? [counted(errors, "error")] : []),
    ...(found.length > errors ? [counted(found.length - errors, "warning")] : []),
  ];
  const lines = aligned(
    found.map(({ line, column, severity, message }) => [
      `  ${severity === "error" ? "✖" : "!"} ${line}:${column}`,
      visible(message),
    ]),
  ).flatMap((line, i) => {
    const { severity, fix } = found[i]!;
    const painted = paint(io, severity === "error" ? "red" : "yellow", line);
    return fix === undefined ? [painted] : [painted, `      ${visible(fix)}`];
  });
  return `${[`${paint(io, "bold", name)}: ${counts.join(", ")}`, "", ...lines].join("\n")}\n`;
}
