import { type CommonOptions, type Usage, valueOption } from "../command.ts";
import { addSourceOptions, exportHelp, type SourceOptions } from "../source-options.ts";

export interface InitOptions extends CommonOptions, SourceOptions {
  admin?: string[];
  stdout?: boolean;
  diff?: boolean;
  json?: boolean;
}

export const init: Usage = {
  name: "init",
  define(command) {
    command
      .description("writes Pulumi.<stack>.yaml from a live cluster or an export of it")
      .argument("<stack>", "name of the new stack");
    addSourceOptions(command);
    command
      .addOption(
        valueOption("--admin <address>", "who reaches every app; may be repeated").argParser(
          (value: string, before: string[] = []) => [...before, value],
        ),
      )
      .option("--stdout", "print the file in place of writing it")
      .option("--diff", "print what an existing stack file lacks")
      .option("--json", "what was written and what is left, for programs")
      .addHelpText(
        "after",
        `
Everything that the cluster shows is in the file. TO DO marks the rest; \`check\` names it until it is there. Every
app lets in the admins and nobody else. A file that exists is never changed. With a token of Cloudflare's in
CLOUDFLARE_API_TOKEN, the tunnels that carry the hosts are in the file, too.
${exportHelp}

Examples:
  npx pomerium-migration init home --context home --admin you@example.org
  kubectl get ingress,service -A -o yaml | npx pomerium-migration init home --from - --stdout
  npx pomerium-migration init home --context home --diff       # hosts that came since then`,
      );
  },
};
