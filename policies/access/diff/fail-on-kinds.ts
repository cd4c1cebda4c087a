/** Changes that may stop a pipeline. */
export type FailOn = "gain" | "public" | "loss";

export const failOnKinds: readonly FailOn[] = ["gain", "public", "loss"];
