import type { CommonOptions, Usage } from "../command.ts";
import { addFormatOptions, type OutputOptions } from "../output.ts";
import { addSourceOptions, exportHelp, type SourceOptions } from "../source-options.ts";

export type AuditOptions = CommonOptions & SourceOptions & OutputOptions;

export const audit: Usage = {
  name: "audit",
  define(command) {
    command.description("what a migration of a cluster is up against; needs no stack file");
    addSourceOptions(command);
    addFormatOptions(command, ["table", "markdown", "json", "html"]);
    command.addHelpText(
      "after",
      `
Hosts with effort and risk, annotations and settings by what becomes of them, certificates that depend on
ingress-nginx, and who would put it back. Exits with 1 if something must change in the cluster first.
${exportHelp}

Examples:
  npx pomerium-migration audit --context home
  npx pomerium-migration audit --context home --format html --output audit.html
  kubectl get ingress,service -A -o yaml | npx pomerium-migration audit --from -`,
    );
  },
};
