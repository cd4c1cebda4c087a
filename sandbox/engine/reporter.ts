import type { Diagnostic, EngineEvent, Step } from "./events.ts";
import { Redactor } from "./redact.ts";
import type { Value } from "./values.ts";

/** Why a run failed, in words for the person who must act. */
export interface Failure {
  message: string;
  /** The resource that failed, where it is about one. */
  urn?: string;
}

/** Collects what a run did and says, and passes it on while it happens. No secret gets through. */
export class Reporter {
  readonly steps: Step[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly failed: Failure[] = [];
  readonly #redactor = new Redactor();
  readonly #emit: (event: EngineEvent) => void;

  constructor(emit: (event: EngineEvent) => void = () => {}) {
    this.#emit = emit;
  }

  /** Learns secrets that must not be shown from here on. */
  protect(value: Value): void {
    this.#redactor.learn(value);
  }

  start(step: Step): void {
    this.#emit({ kind: "start", step });
  }

  done(step: Step): void {
    this.steps.push(step);
    this.#emit({ kind: "done", step });
  }

  fail(step: Step, message: string): void {
    const redacted = this.#redactor.redact(message);
    this.failed.push({ urn: step.urn, message: redacted });
    this.#emit({ kind: "failed", step, message: redacted });
  }

  /** A failure that belongs to no operation on a resource. */
  failRun(failure: Failure): void {
    this.failed.push({ ...failure, message: this.#redactor.redact(failure.message) });
    this.log({ severity: "error", ...failure });
  }

  log(diagnostic: Diagnostic): void {
    const redacted = { ...diagnostic, message: this.#redactor.redact(diagnostic.message) };
    this.diagnostics.push(redacted);
    this.#emit({ kind: "diagnostic", diagnostic: redacted });
  }
}
