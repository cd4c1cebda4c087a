/** The events of a run: its steps, and its outcome. */

import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";

/** One operation on one resource, done by an update or shown by a preview. */
export interface Step {
  /** For example `create`, `import`, `update` or `same`. */
  operation: string;
  urn: string;
  /** For example `kubernetes:core/v1:Secret`. */
  type: string;
  /** Logical name. */
  name: string;
  /** Paths of the properties that differ. */
  diff: string[];
}

/** Progress of one resource during a run. */
export type Progress = Step & { state: "begun" | "done" | "failed" };

/** The result of a run. */
export interface Outcome {
  /** Number of resources for each operation. Unchanged resources count as `same`. */
  counts: Record<string, number>;
  /** Messages of the program and the engine, in order. */
  messages: string[];
  /** Errors of the run. Empty if it succeeded. */
  errors: string[];
  /** What the policy packs say. */
  violations: Violation[];
}

/** A rule of a policy pack that a resource breaks. */
export interface Violation {
  policy: string;
  /** `mandatory` fails the run. */
  level: string;
  message: string;
  /** Logical name of the resource. */
  resource: string;
}

/** Called for each step of a run. */
export type OnProgress = (progress: Progress) => void;

/** Adds an event to the outcome of its run, and reports its progress. */
export function record(event: EngineEvent, outcome: Outcome, onProgress: OnProgress): void {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, policyEvent, summaryEvent } =
    event;
  const report = ({ op, urn, diffs }: Metadata, state: Progress["state"]): void =>
    onProgress({ ...partsOfUrn(urn), urn, operation: op, diff: diffs ?? [], state });
  if (resourcePreEvent) report(resourcePreEvent.metadata, "begun");
  if (resOutputsEvent) report(resOutputsEvent.metadata, "done");
  if (resOpFailedEvent) report(resOpFailedEvent.metadata, "failed");
  // Debug messages may contain anything, and the CLI hides them by default.
  if (diagnosticEvent && !diagnosticEvent.ephemeral && (diagnosticEvent.severity as string) !== "debug") {
    const message = diagnosticEvent.message.replaceAll(/<\{%.*?%\}>/g, "").trim();
    if (diagnosticEvent.severity === "error") outcome.errors.push(message);
    else if (message && !isNoise(message)) outcome.messages.push(message);
  }
  if (policyEvent) {
    const { policyName: policy, enforcementLevel: level, message, resourceUrn = "" } = policyEvent;
    outcome.violations.push({
      policy,
      level,
      message: message.replaceAll(/<\{%.*?%\}>/g, "").trim(),
      resource: partsOfUrn(resourceUrn).name,
    });
  }
  if (summaryEvent) Object.assign(outcome.counts, summaryEvent.resourceChanges);
}

/** Whether the message only says that a plugin is on the PATH. `linkPlugins` has put it there. */
const isNoise = (message: string): boolean => /^using pulumi-\S+ from \$PATH at /.test(message);

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** `type` and `name` of a URN. */
function partsOfUrn(urn: string): { type: string; name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name };
}
