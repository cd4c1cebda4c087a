import type { Properties } from "../../values.ts";
import type { Provider, Surroundings } from "../provider.ts";
import { ApiClient } from "./client.ts";
import { kubernetesConfig } from "./config.ts";
import { constructDirectory } from "./kustomize.ts";
import { Objects } from "./objects.ts";
import { RELEASE_TYPE, Releases } from "./release.ts";

const DIRECTORY_TYPE = "kubernetes:kustomize/v2:Directory";

/** Modules of the package that are no kinds of the Kubernetes API. */
const OTHER_MODULES = /^kubernetes:(helm\.sh|yaml|kustomize)\//;

/**
 * Kubernetes objects, Helm releases and kustomizations.
 *
 * @throws Error for a kubeconfig that cannot be used.
 */
export function kubernetesProvider(surroundings: Surroundings, inputs: Properties): Provider {
  const config = kubernetesConfig(surroundings, inputs);
  const client = new ApiClient(config.kubeconfig, config.context);
  const objects = new Objects(client, config);
  const releases = new Releases(surroundings, config, objects.defaultNamespace);
  const manager = (type: string): Objects | Releases => {
    if (type === RELEASE_TYPE) return releases;
    if (OTHER_MODULES.test(type)) throw unsupported(type);
    return objects;
  };
  return {
    check: async (operand) => manager(operand.type).check(operand),
    diff: (operand) => manager(operand.type).diff(operand),
    create: async (operand) => manager(operand.type).create(operand),
    read: async (operand) => manager(operand.type).read(operand),
    update: async (operand) => manager(operand.type).update(operand),
    delete: async (operand) => manager(operand.type).delete(operand),
    construct: async (operand) => {
      if (operand.type !== DIRECTORY_TYPE) throw unsupported(operand.type);
      return constructDirectory(operand, objects, surroundings);
    },
  };
}

function unsupported(type: string): Error {
  return new Error(`the stand-in engine does not manage ${type}; use the Pulumi CLI for it`);
}
