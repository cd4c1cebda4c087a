import { audit as auditOf } from "../../discovery/audit/audit.ts";
import { auditHtml } from "../../discovery/audit/html.ts";
import { auditMarkdown } from "../../discovery/audit/markdown.ts";
import { type AuditOrigin, auditPage } from "../../discovery/audit/page.ts";
import { auditText } from "../../discovery/audit/text.ts";
import { visible } from "../../report/text.ts";
import { sha256 } from "../../stack-file/sha256.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit } from "../exit.ts";
import { deliver, formatOf, json, type Paper, paperOf } from "../output.ts";
import { provenanceOf } from "../provenance.ts";
import { readSource } from "../source.ts";
import type { AuditOptions } from "../usage/audit.ts";

/** Lists the obstacles to a cluster's migration. Needs no stack file. */
export const audit: Action<AuditOptions> = {
  async run(_, options, io) {
    const format = formatOf(options);
    const source = await readSource(options, io);
    for (const problem of source.problems)
      io.err(`${paint({ colour: io.errorColour }, "yellow", "not read:")} ${visible(problem)}\n`);
    const result = auditOf(source.inventory, source);
    const provenance: AuditOrigin = {
      source: source.name,
      ...(await provenanceOf(io)),
      hash: sha256(JSON.stringify(result)),
    };
    deliver(rendered(format, result, provenance, paperOf(options, io)), options, io);
    return result.blockers.length > 0 ? exit.failed : exit.ok;
  },
};

function rendered(
  format: string,
  result: ReturnType<typeof auditOf>,
  provenance: AuditOrigin,
  paper: Paper,
): string {
  const { version: program, ...origin } = provenance;
  // `version` is that of the form.
  if (format === "json") return json("audit", { ...origin, program, ...result });
  const page = auditPage(result);
  switch (format) {
    case "markdown":
      return auditMarkdown(page, provenance);
    case "html":
      return auditHtml(page, provenance);
    default:
      return auditText(page, provenance, paper);
  }
}
