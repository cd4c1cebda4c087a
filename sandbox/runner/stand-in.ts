import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { project } from "../../stack-file/project.ts";
import type { Tools } from "../cluster/tools.ts";
import { destroy, type EngineEvent, type EngineOptions, preview, type Result, up } from "../engine/index.ts";
import { forProgram, projectDirectory, type StackConfig } from "../stacks.ts";
import { type Outcome, type Progress, parts, type Runner, type RunnerOptions } from "./runner.ts";

/** A runner on the project's own stand-in for Pulumi's engine, where no CLI is installed. */
export async function standInRunner(
  tools: Tools,
  { stack, kubeconfig, env = {} }: RunnerOptions,
): Promise<Runner> {
  const folder = await mkdtemp(path.join(tmpdir(), "pomerium-sandbox-engine-"));
  const stateFile = path.join(folder, "state.json");
  const passphrase = randomUUID();
  let config: StackConfig | undefined;

  const options = (onProgress?: (progress: Progress) => void): EngineOptions => {
    if (!config) throw new Error("configure the runner before its first run");
    return {
      programDir: projectDirectory,
      project,
      stack,
      ...forProgram(config),
      stateFile,
      kubeconfig,
      tools: { kustomize: tools.path("kustomize"), helm: tools.path("helm"), kubectl: tools.path("kubectl") },
      env: { ...process.env, ...env, PULUMI_CONFIG_PASSPHRASE: passphrase },
      onEvent: (event) => report(event, onProgress),
    };
  };
  return {
    engine: "stand-in for Pulumi's engine (no Pulumi CLI on this machine)",
    configure: async (next) => {
      config = next;
    },
    preview: async (onProgress) => outcome(await preview(options(onProgress))),
    up: async (onProgress, signal) =>
      outcome(await up({ ...options(onProgress), ...(signal ? { signal } : {}) })),
    destroy: async ({ targets, targetDependents = false, runProgram = false } = {}, onProgress) =>
      outcome(
        await destroy({
          ...options(onProgress),
          runProgram,
          targetDependents,
          ...(targets ? { targets } : {}),
        }),
      ),
    state: () => readFile(stateFile, "utf8"),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function report(event: EngineEvent, onProgress: (progress: Progress) => void = () => {}): void {
  if (event.kind === "diagnostic") return;
  const state = ({ start: "begun", done: "done", failed: "failed" } as const)[event.kind];
  onProgress({ ...parts(event.step.urn), operation: event.step.operation, state });
}

function outcome({ steps, outputs, diagnostics, failed }: Result): Outcome {
  const counts: Record<string, number> = {};
  for (const { operation } of steps) counts[operation] = (counts[operation] ?? 0) + 1;
  return {
    counts,
    outputs,
    messages: diagnostics.filter(({ severity }) => severity !== "error").map(({ message }) => message),
    errors: failed.map(({ urn, message }) => (urn ? `${parts(urn).name}: ${message}` : message)),
  };
}
