import type { Problem } from "./problems.ts";
import { project } from "./project.ts";

/** Longest environment variable of Linux (`MAX_ARG_STRLEN`), in bytes. It includes the name and a final zero. */
const longestVariable = 131_072;

/**
 * Warns if Pulumi cannot pass a stack file's settings to a program on Linux. It passes all of them in one environment
 * variable, and ends with "argument list too long" if that is longer than Linux allows.
 *
 * Encrypted values count as they are written, although Pulumi passes them decrypted. The settings of other programs do
 * not count.
 *
 * @param raw The project's keys, without their namespace, and their values.
 * @see https://github.com/pulumi/pulumi/issues/8680
 */
export function sizeWarnings(raw: Readonly<Record<string, unknown>>): Problem[] {
  const bytes = variableBytes(raw);
  if (bytes <= longestVariable) return [];
  const kilobytes = (count: number): string => `${Math.ceil(count / 1024)} KiB`;
  return [
    {
      at: "",
      message: `Pulumi passes these settings to the program in one variable of ${kilobytes(bytes)}, and Linux allows ${kilobytes(longestVariable)}: on Linux, a preview ends with "argument list too long". Move apps into files of their own, which appFiles names and which do not count (docs/stack-file.md), or write less: catalogue names in place of lists of paths, claims or groups in place of people, fewer access tests.`,
    },
  ];
}

/** Length of the variable `PULUMI_CONFIG`, in bytes. */
function variableBytes(raw: Readonly<Record<string, unknown>>): number {
  const settings = Object.entries(raw).map(([key, value]) => [
    `${project}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Buffer.byteLength(`PULUMI_CONFIG=${JSON.stringify(Object.fromEntries(settings))}`) + 1;
}
