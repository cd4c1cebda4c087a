import { inspect } from "node:util";

const shown = "[secret]";

/**
 * A secret that is never printed by accident: printed, inspected, concatenated or written as JSON, it is
 * `[secret]`. Only {@link reveal} returns the text, so every use of a secret can be found.
 */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text of the secret. Pass it only to `pulumi.secret` and to the API that it belongs to. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
