import type { CommonOptions, Usage } from "../command.ts";

export type ReadyOptions = CommonOptions & { json?: boolean };

export const ready: Usage = {
  name: "ready",
  define(command) {
    command
      .description("whether the cluster is ready to leave ingress-nginx for good")
      .argument("[stack]", "the stack; default: the only one")
      .option("--json", "for programs")
      .addHelpText(
        "after",
        `
Reads the live cluster and changes nothing. Each row is a gate, which \`ingressNginx.override\` can override by
its name, or the protections that the nginx Ingresses give and Pomerium does not. Exits with 1 while the cluster
is not ready.

Examples:
  npx pomerium-migration ready home
  npx pomerium-migration ready home --json`,
      );
  },
};
