import { audit } from "../../discovery/audit/audit.ts";
import { diffAccess } from "../../policies/access/diff/diff.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import { noMoves } from "../../report/before-text.ts";
import { changesTab } from "../../report/html/changes.ts";
import { htmlPage } from "../../report/html/page.ts";
import type { Action } from "../command.ts";
import { exit } from "../exit.ts";
import { deliver } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import { provenanceOf } from "../provenance.ts";
import { accessPart, auditPart, readinessPart, subtitleOf } from "../report-parts.ts";
import { movesFrom, readNginx } from "../source.ts";
import type { ReportOptions } from "../usage/report.ts";
import { comparable, viewNow, viewOf } from "../view-by-name.ts";

/** Makes one page with everything about a stack. */
export const report: Action<ReportOptions> = {
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
      ...(source === undefined ? [] : [auditPart(audit(source.inventory, stack.cluster))]),
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
