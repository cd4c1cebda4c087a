import * as pulumi from "@pulumi/pulumi";
import { UpstreamError } from "../components/pomerium/upstream.ts";
import { StackFileError } from "../stack-file/problems.ts";

/**
 * What is refused is told as it is: Pulumi prints the message of a RunError and nothing around it, but of any
 * other error a stack trace, which is for whoever writes the program, not for who runs it.
 */
export async function plainly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StackFileError || error instanceof UpstreamError)
      throw new pulumi.RunError(error.message);
    throw error;
  }
}
