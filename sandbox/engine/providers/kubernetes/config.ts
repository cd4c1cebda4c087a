import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { isProperties, type Properties, type Value } from "../../values.ts";
import type { Surroundings } from "../provider.ts";

/** The settings of a Kubernetes provider, as far as this engine heeds them. */
export interface KubernetesConfig {
  /** Path or content. */
  kubeconfig: string;
  context?: string;
  /** For objects that name none. */
  namespace?: string;
  /** Whether Secrets and ConfigMaps are changed in place; Pulumi's provider replaces them by default. */
  mutable: { Secret: boolean; ConfigMap: boolean };
  /** Take over fields that others set, instead of reporting the conflict. */
  force: boolean;
  /** Take over objects that exist, instead of refusing to create them. */
  upsert: boolean;
}

/**
 * Reads a provider's inputs. Without a kubeconfig among them, the run's own is used; the user's never is.
 *
 * @throws Error for settings that would make this engine do something else than Pulumi.
 */
export function kubernetesConfig(
  { programDir, kubeconfig }: Surroundings,
  inputs: Properties,
): KubernetesConfig {
  if (flag(inputs.enableServerSideApply) === false) {
    throw new Error("the stand-in engine only does server-side apply; leave enableServerSideApply out");
  }
  if (inputs.renderYamlToDirectory) {
    throw new Error("the stand-in engine renders no YAML; leave renderYamlToDirectory out");
  }
  const { context, namespace } = inputs;
  return {
    kubeconfig: kubeconfigOf(inputs.kubeconfig, programDir) ?? kubeconfig,
    ...(typeof context === "string" && context ? { context } : {}),
    ...(typeof namespace === "string" && namespace ? { namespace } : {}),
    mutable: {
      Secret: flag(inputs.enableSecretMutable) ?? false,
      ConfigMap: flag(inputs.enableConfigMapMutable) ?? false,
    },
    force: flag(inputs.enablePatchForce) ?? false,
    upsert: flag(inputs.upsertExistingObjects) ?? false,
  };
}

function kubeconfigOf(value: Value | undefined, programDir: string): string | undefined {
  if (isProperties(value)) return `${JSON.stringify(value)}\n`;
  if (typeof value !== "string" || value === "") return undefined;
  if (value.includes("\n") || value.startsWith("{")) return `${value}\n`;
  const path = isAbsolute(value) ? value : resolve(programDir, value);
  if (!existsSync(path)) throw new Error(`the provider's kubeconfig ${path} does not exist`);
  return path;
}

/** The SDK sends a provider's flags as JSON text. */
function flag(value: Value | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === "true" || value === "false" ? value === "true" : undefined;
}
