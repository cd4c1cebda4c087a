/** What a run does to a resource. */
export type Operation = "create" | "update" | "same" | "delete" | "replace" | "import" | "read";

export type Severity = "info" | "warning" | "error";

export interface Diagnostic {
  severity: Severity;
  message: string;
  /** The resource that it is about, where it is about one. */
  urn?: string;
}

export interface Step {
  urn: string;
  type: string;
  operation: Operation;
  /** Paths of the properties that differ, for an update or a replacement. */
  diff?: string[];
}

/** Progress while a run lasts. */
export type EngineEvent =
  | { kind: "start"; step: Step }
  | { kind: "done"; step: Step }
  | { kind: "failed"; step: Step; message: string }
  | { kind: "diagnostic"; diagnostic: Diagnostic };
