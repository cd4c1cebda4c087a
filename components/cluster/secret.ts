import * as pulumi from "@pulumi/pulumi";
import { SecretText } from "../../stack-file/secret-text.ts";
import type { Secret } from "../../stack-file/secrets.ts";

/**
 * Outputs of a Secret that may contain its plaintext, besides `data` and `stringData`, which the SDK marks itself.
 * `kubectl apply` leaves a copy in an annotation, and only whole properties can be marked.
 */
export const plaintextOutputs = ["metadata"];

/**
 * The `data` of a Secret with these texts. Not `stringData`: server-side apply does not find it in the live object, so
 * that an existing Secret could not be taken over.
 */
export function secretData(
  texts: Record<string, pulumi.Input<string>>,
): pulumi.Output<Record<string, string>> {
  return pulumi
    .secret(texts)
    .apply((plain) =>
      Object.fromEntries(
        Object.entries(plain).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
      ),
    );
}

/**
 * A secret of the stack file as an output that stays secret in Pulumi's state.
 *
 * @throws TypeError if the secret is sealed: the stack was read from its file, for the command line.
 */
export function secretOutput(secret: Secret): pulumi.Output<string> {
  if (!(secret instanceof SecretText)) throw new TypeError("a sealed secret has no plaintext");
  return pulumi.secret(secret.reveal());
}

/** A value of the stack file with each of its secrets as an output. */
export type WithOutputs<T> = T extends Secret
  ? pulumi.Output<string>
  : T extends object
    ? { [K in keyof T]: WithOutputs<T[K]> }
    : T;

/** Applies {@link secretOutput} to every secret inside a value of the stack file. */
export function secretOutputs<T>(value: T): WithOutputs<T> {
  if (value instanceof SecretText) return secretOutput(value) as WithOutputs<T>;
  if (Array.isArray(value)) return value.map((each) => secretOutputs<unknown>(each)) as WithOutputs<T>;
  if (typeof value !== "object" || value === null) return value as WithOutputs<T>;
  const entries = Object.entries(value).map(([key, inner]) => [key, secretOutputs(inner)]);
  return Object.fromEntries(entries) as WithOutputs<T>;
}
