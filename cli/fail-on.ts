import { type FailOn, failOnKinds } from "../policies/access/diff/fail-on-kinds.ts";
import { UsageError } from "./exit.ts";

/**
 * The kinds of `--fail-on`; none without the option.
 *
 * @throws UsageError if there is an unknown kind.
 */
export function failOnOf(text: string | undefined): FailOn[] {
  if (text === undefined) return [];
  return text.split(",").map((part) => {
    const kind = failOnKinds.find((one) => one === part.trim());
    if (kind === undefined)
      throw new UsageError(`--fail-on ${text}: "${part.trim()}" is none of ${failOnKinds.join(", ")}`);
    return kind;
  });
}
