import { assemblePulumi, choosePulumi, type Pulumi } from "./pulumi/pulumi.ts";
import { type BuildProgress, CLUSTER, ensureTools, type Tools } from "./tools/tools.ts";

/** What the sandbox needs on this machine to run the program on a cluster. */
export interface Prepared {
  tools: Tools;
  pulumi: Pulumi;
}

/** Finds it, or builds it. */
export async function prepare(onProgress: (progress: BuildProgress) => void = () => {}): Promise<Prepared> {
  const choice = await choosePulumi();
  const tools = await ensureTools({ programs: [...CLUSTER, ...choice.programs], onProgress });
  return { tools, pulumi: assemblePulumi(choice, tools) };
}
