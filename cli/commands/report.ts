import { audit } from "../../discovery/audit/audit.ts";
import { diffAccess } from "../../policies/access/diff/diff.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import { noMoves } from "../../report/before-text.ts";
import { changesTab } from "../../report/html/changes.ts";
import { htmlPage } from "../../report/html/page.ts";
import { type CommonOptions, type Subcommand, valueOption } from "../command.ts";
import { exit } from "../exit.ts";
import { deliver } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import { provenanceOf } from "../provenance.ts";
import { accessPart, auditPart, readinessPart, subtitleOf } from "../report-parts.ts";
import { movesFrom, nginxOption, readNginx } from "../source.ts";
import { comparable, viewNow, viewOf } from "../view-by-name.ts";

interface Options extends CommonOptions {
  from?: string;
  nginx?: string;
  live?: boolean;
  output?: string;
}

/** Makes one page with everything about a stack. */
export const report: Subcommand<Options> = {
  name: "report",
  define(command) {
    command
      .description("access, changes, readiness and audit of a stack as one page")
      .argument("[stack]", "the stack; default: the only one")
      .addOption(valueOption("--from <view>", "adds what has changed since this view"))
      .addOption(nginxOption())
      .option(
        "--live",
        "reads the stack's cluster: short for --from live --nginx live, and adds the readiness",
      )
      .addOption(valueOption("--output <file>", "write to a file"))
      .addHelpText(
        "after",
        `
The page has a part for each thing that is known, needs no network, and can be printed: access always, changes with
--from or --nginx, the audit of ingress-nginx with --nginx, and the readiness for the last phase with --live.

Examples:
  npx pomerium-migration report home --output report.html
  npx pomerium-migration report home --from main --nginx export.yaml --output report.html
  npx pomerium-migration report home --live --output report.html`,
      );
  },
  async run(args, options, io) {
    const project = projectOf(options, io);
    const name = stackIn(project, args[0]);
    const now = viewNow(project, name);
    const { stack } = now;
    const from = options.from ?? (options.live ? "live" : undefined);
    const nginx = options.nginx ?? (options.live ? "live" : undefined);
    const [before, source, readiness] = await Promise.all([
      from === undefined ? undefined : viewOf(from, project, name, io),
      nginx === undefined ? undefined : readNginx(nginx, stack, io),
      options.live && stack.ingressNginx !== undefined ? io.readReadiness(stack) : undefined,
    ]);
    const diff = before && diffAccess(comparable(before, now), comparable(now, before));
    const moves = source && movesFrom(source, stack, now.view);
    const tabs = [
      accessPart(now, matrix(now.view.apps, now.view.directory)),
      ...(diff === undefined && moves === undefined
        ? []
        : [
            changesTab({
              ...(diff === undefined ? {} : { diff }),
              ...(moves === undefined ? {} : { moves }),
              ...(stack.ingressNginx === undefined ? {} : { hint: noMoves }),
              notes: before?.notes ?? [],
            }),
          ]),
      ...(readiness === undefined ? [] : [readinessPart(stack, readiness)]),
      ...(source === undefined ? [] : [auditPart(audit(source.inventory))]),
    ];
    deliver(
      htmlPage({
        title: name,
        subtitle: subtitleOf(now),
        provenance: {
          ...(await provenanceOf(io, project.directory)),
          ...(source === undefined ? {} : { source: source.name }),
        },
        tabs,
      }),
      options,
      io,
    );
    return exit.ok;
  },
};
