import { isProperties, isSecret, type Value } from "./values.ts";

/** Shorter texts would blacken ordinary words. */
const SHORTEST = 8;

/** Takes secrets that have been seen out of messages before anyone reads them. */
export class Redactor {
  readonly #secret = new Set<string>();
  /** A program may mark a whole object secret; what stands openly elsewhere, such as its name, stays readable. */
  readonly #open = new Set<string>();

  /** Learns what is secret in `value`, and what is not. */
  learn(value: Value, within = false): void {
    if (typeof value === "string") {
      if (value.length >= SHORTEST) (within ? this.#secret : this.#open).add(value);
    } else if (isSecret(value)) {
      this.learn(value.value, true);
    } else if (Array.isArray(value) || isProperties(value)) {
      for (const child of Object.values(value)) this.learn(child, within);
    }
  }

  redact(message: string): string {
    let result = message;
    for (const text of this.#secret) if (!this.#open.has(text)) result = result.replaceAll(text, "[secret]");
    return result;
  }
}
