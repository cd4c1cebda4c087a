import * as pulumi from "@pulumi/pulumi";
import { UpstreamError } from "../components/pomerium/upstream.ts";
import { StackFileError } from "../stack-file/problems.ts";

/**
 * Shows a refusal without a stack trace. Of a RunError, Pulumi prints only the message. Of any other error, it also
 * prints a stack trace, which helps whoever writes the program and not whoever runs it.
 */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StackFileError || error instanceof UpstreamError)
      throw new pulumi.RunError(error.message);
    throw error;
  }
}
