import { failure, type TestResult, type Untested } from "../tests/run.ts";
import { aligned, counted, first, visible } from "./text.ts";

/** Failed tests with what to edit, then the apps without a test; one line when all is well. */
export function testsText(results: readonly TestResult[], untested: readonly Untested[]): string {
  const failed = results.filter(({ passed }) => !passed);
  const head =
    failed.length === 0
      ? `access tests: ${counted(results.length, "passed", "passed")}`
      : `access tests: ${failed.length} of ${results.length} failed`;
  const lines = failed.flatMap((result) => failure(result).split("\n")).map((line) => `  ${visible(line)}`);
  const missing = (["error", "warning"] as const).flatMap((severity) => {
    const apps = untested.filter((one) => one.severity === severity);
    return apps.length === 0
      ? []
      : [
          [
            `  ${severity}`,
            counted(apps.length, "app"),
            visible(
              first(
                apps.map(({ app }) => app),
                6,
              ),
            ),
            apps[0]!.message,
          ],
        ];
  });
  return `${[head, ...lines, ...aligned(missing, "  ")].join("\n")}\n`;
}
