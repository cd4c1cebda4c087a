import { assemblePulumi, choosePulumi, type Pulumi } from "./pulumi/pulumi.ts";
import { CLUSTER } from "./tools/programs.ts";
import type { BuildProgress } from "./tools/progress.ts";
import { ensureTools, type Tools } from "./tools/tools.ts";

/** The programs that the sandbox needs on this machine. */
export interface Prepared {
  tools: Tools;
  pulumi: Pulumi;
}

/** Finds the programs, and builds those that are missing. */
export async function prepare(onProgress: (progress: BuildProgress) => void = () => {}): Promise<Prepared> {
  const choice = await choosePulumi();
  const tools = await ensureTools({ programs: [...CLUSTER, ...choice.programs], onProgress });
  return { tools, pulumi: assemblePulumi(choice, tools) };
}
