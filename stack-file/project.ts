/** Namespace of the stack file's keys: the Pulumi project's name. */
export const project = "pomerium-migration";
