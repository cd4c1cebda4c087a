import * as pulumi from "@pulumi/pulumi";

/**
 * Outputs of a Secret that may hold its plaintext, beside `data` and `stringData`, which the SDK marks itself:
 * `kubectl apply` leaves a copy in an annotation, and only whole properties can be marked.
 */
export const secretOutputs = ["metadata"];

/**
 * A Secret's `data` of these texts. Not `stringData`: server-side apply does not see it in what is there, so that a
 * Secret could not be taken over.
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
