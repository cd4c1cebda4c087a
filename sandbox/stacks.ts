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

/** Path of a stack's file. */
export const stackFile = (stack: string): string => path.join(projectDirectory, `Pulumi.${stack}.yaml`);

/** Values that a sandbox changes in a stack file: the cluster and the phase. */
export interface SandboxValues {
  kubeconfig: string;
  /** UID of the throwaway cluster's namespace kube-system. */
  uid: string;
  phase: Phase;
  /** Directory used instead of upstream's repository, relative to the project. Default: upstream's repository. */
  source?: string;
}

/** A stack's config, with its secrets separate. */
export interface StackConfig {
  /** The project's keys, without their namespace. */
  values: Record<string, unknown>;
  secrets: { path: PathPart[]; value: string }[];
}

type Tree = { [key: PathPart]: unknown };

/**
 * The config of a shipped stack file. Only the cluster, the missing secrets, the source of the base and the webhook's
 * chart differ from the file. Everything that decides access is unchanged.
 */
export function sandboxConfig(stack: string, { phase, source, ...cluster }: SandboxValues): StackConfig {
  const { config } = parse(readFileSync(stackFile(stack), "utf8")) as { config: Tree };
  const values = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(`${project}:`, ""), value]),
  );
  Object.assign(values.cluster as Tree, cluster);
  if (source) Object.assign(values.pomerium as Tree, { source });
  // The webhook's real chart needs a network. The embedded chart has the same values and objects.
  const { repository: _, version: __, ...webhook } = ((values.certificates as Tree).webhook ?? {}) as Tree;
  Object.assign(values.certificates as Tree, { webhook: { ...webhook, chart: porkbunChart } });
  return {
    values: { ...values, phase },
    secrets: secretsOf(values).map((secret) => ({ path: secret, value: placeholder() })),
  };
}

/** A random secret that grants access to nothing. */
function placeholder(): string {
  return `sandbox-${randomBytes(16).toString("hex")}`;
}

/** The same config without tunnels, for tests without a stand-in for Cloudflare. */
export function withoutTunnels({ values, secrets }: StackConfig): StackConfig {
  return {
    values: { ...values, tunnels: {} },
    secrets: secrets.filter(({ path: [section] }) => section !== "tunnels"),
  };
}
