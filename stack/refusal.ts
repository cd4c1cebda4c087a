import * as pulumi from "@pulumi/pulumi";
import { UpstreamError } from "../components/pomerium/upstream.ts";
import { StackFileError } from "../stack-file/problems.ts";

/**
 * Shows a refusal without a stack trace. For a RunError, Pulumi prints only the message. For other errors, it also
 * prints a stack trace, which helps the authors of the program but not its users.
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
