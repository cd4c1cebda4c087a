import { inspect } from "node:util";

const shown = "[secret]";

/**
 * A secret that does not show itself: printed, inspected, concatenated or written as JSON it is
 * `[secret]`. Only {@link reveal} gives the text, so every use of one can be found.
 */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself; hand it to nothing but `pulumi.secret` and the API that it opens. */
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
