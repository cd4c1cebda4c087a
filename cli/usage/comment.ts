import { failOnKinds } from "../../policies/access/diff/fail-on-kinds.ts";
import { type CommonOptions, type Usage, valueOption } from "../command.ts";

export interface CommentOptions extends CommonOptions {
  stack?: string;
  preview?: string;
  said?: string;
  outcomes?: string;
  from?: string;
  commit?: string;
  run?: string;
  at?: string;
  failOn?: string;
  guardRails?: string;
  verdict?: string;
  plan?: string;
  annotations?: boolean;
  output?: string;
}

export const comment: Usage = {
  name: "comment",
  define(command) {
    command
      .description("the comment on a pull request for one stack")
      .addOption(valueOption("--stack <stack>", "the stack; default: the only one"))
      .addOption(valueOption("--from <revision>", "the base of the pull request; default: HEAD"))
      .addOption(
        valueOption(
          "--preview <file>",
          "output of `pulumi preview --refresh --show-sames --json`; without it, the comment says that there was no preview",
        ),
      )
      .addOption(
        valueOption("--said <file>", "what the preview, or the step that failed before it, has printed"),
      )
      .addOption(
        valueOption(
          "--outcomes <list>",
          "how the steps ended, for example packages=success,cli=success,preview=failure",
        ),
      )
      .addOption(valueOption("--commit <commit>", "the commit that the comment is about"))
      .addOption(valueOption("--run <url>", "address of the job's log"))
      .addOption(valueOption("--at <time>", "the time of the comment; default: now"))
      .addOption(
        valueOption(
          "--fail-on <kinds>",
          `changes of access that fail the job, separated by commas: ${failOnKinds.join(", ")}, or none; default: public`,
        ),
      )
      .addOption(
        valueOption(
          "--guard-rails <config>",
          "apply the guard rails to the preview, with a config as for --policy-pack-config",
        ),
      )
      .addOption(valueOption("--verdict <file>", "write why the job fails to a file, one line for each rule"))
      .addOption(valueOption("--plan <file>", "write the whole plan to a file"))
      .option("--annotations", "print messages for lines of the stack file in the form of GitHub's runner")
      .addOption(valueOption("--output <file>", "write to a file"))
      .addHelpText(
        "after",
        `
Access is read from the planned Ingresses of the preview. Run this command from a checkout of the base, and name the
pull request's checkout with --cwd: then the pull request cannot change what is said about it.

The command succeeds whatever the comment says. The file of --verdict is empty if the job may succeed.`,
      );
  },
};
