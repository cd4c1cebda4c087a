import type { Command, Option } from "commander";
import { repeated, valueOption } from "./command.ts";

/** Where a command reads a cluster from. */
export interface SourceOptions {
  context?: string;
  kubeconfig?: string;
  from?: string[];
}

/** Adds the options to a command. */
export function addSourceOptions(command: Command): void {
  command
    .addOption(valueOption("--context <name>", "context of the kubeconfig; needed if it has several"))
    .addOption(valueOption("--kubeconfig <file>", "kubeconfig; default: $KUBECONFIG or ~/.kube/config"))
    .addOption(
      valueOption(
        "--from <file>",
        "exported objects in place of a cluster: a file, a folder of files, or - for standard input; may be repeated",
      ).argParser(repeated),
    );
}

/** How the input is made, for the help of a command. */
export const exportHelp = `
Without --from, the cluster is read, and only read. An export is what kubectl prints:

  kubectl get ingress,ingressclass,service,deployment,daemonset,statefulset,configmap,namespace,node -A -o yaml

An export may hold more or less than that. Secrets are not needed, and their contents are dropped.`;

/**
 * The option that names the ingress-nginx to compare a stack with: in the stack's own cluster, or in an export of it.
 */
export const nginxOption = (): Option =>
  valueOption(
    "--nginx <source>",
    "who passed under ingress-nginx: `live` (the stack's cluster), or exported objects (a file, a folder, or -)",
  );
