import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Phase } from "../components/cluster/phase.ts";
import { secretsOf } from "../stack/schema.ts";
import type { PathPart } from "../stack-file/paths.ts";
import { project } from "../stack-file/project.ts";

/** Folder of the Pulumi project. */
export const projectDirectory = fileURLToPath(new URL("..", import.meta.url));

/** The stacks that the project ships. */
export const stackNames = ["octavo", "alfred"] as const;

export type StackName = (typeof stackNames)[number];

const porkbunChart = "sandbox/charts/cert-manager-webhook-porkbun";

/** A stack's file. */
export const stackFile = (stack: string): string => path.join(projectDirectory, `Pulumi.${stack}.yaml`);

/** What a sandbox changes about a stack: which cluster it means, and how far it has come. */
export interface SandboxValues {
  kubeconfig: string;
  /** UID of the throwaway cluster's namespace kube-system. */
  uid: string;
  phase: Phase;
  /** Directory in place of upstream's repository, relative to the project; upstream's when absent. */
  source?: string;
}

/** A stack's config, with its secrets apart. */
export interface StackConfig {
  /** The project's keys, without their namespace. */
  values: Record<string, unknown>;
  secrets: { path: PathPart[]; value: string }[];
}

type Tree = { [key: PathPart]: unknown };

/**
 * A shipped stack file, as it is but for the cluster that it means, the secrets that it leaves out and
 * where the base comes from. Everything that decides who may reach what is the file's own.
 */
export function sandboxConfig(stack: string, { phase, source, ...cluster }: SandboxValues): StackConfig {
  const { config } = parse(readFileSync(stackFile(stack), "utf8")) as { config: Tree };
  const values = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(`${project}:`, ""), value]),
  );
  Object.assign(values.cluster as Tree, cluster);
  if (source) Object.assign(values.pomerium as Tree, { source });
  // The webhook's chart lies in a repository that a sandbox cannot count on; this one has its shape.
  const { repository: _, version: __, ...webhook } = ((values.certificates as Tree).webhook ?? {}) as Tree;
  Object.assign(values.certificates as Tree, { webhook: { ...webhook, chart: porkbunChart } });
  return {
    values: { ...values, phase },
    secrets: secretsOf(values).map((secret) => ({ path: secret, value: placeholder() })),
  };
}

/** A secret that opens nothing, different in every run. */
function placeholder(): string {
  return `sandbox-${randomBytes(16).toString("hex")}`;
}

/** The config for where no tunnel can be reached. */
export function withoutTunnels({ values, secrets }: StackConfig): StackConfig {
  return {
    values: { ...values, tunnels: {} },
    secrets: secrets.filter(({ path: [section] }) => section !== "tunnels"),
  };
}
