/** The Pulumi project's name, which is also the namespace of its keys in a stack file. */
export const project = "pomerium-migration";
