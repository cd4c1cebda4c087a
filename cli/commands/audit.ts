import { createHash } from "node:crypto";
import { audit as auditOf } from "../../discovery/audit/audit.ts";
import { auditHtml } from "../../discovery/audit/html.ts";
import { auditMarkdown } from "../../discovery/audit/markdown.ts";
import { type AuditOrigin, auditPage } from "../../discovery/audit/page.ts";
import { auditText } from "../../discovery/audit/text.ts";
import { visible } from "../../report/text.ts";
import { paint } from "../colour.ts";
import type { CommonOptions, Subcommand } from "../command.ts";
import { exit } from "../exit.ts";
import {
  deliver,
  formatOf,
  formatOptions,
  json,
  type OutputOptions,
  type Paper,
  paperOf,
} from "../output.ts";
import { provenanceOf } from "../provenance.ts";
import { addSourceOptions, exportHelp, readSource, type SourceOptions } from "../source.ts";

/** What a migration of a cluster is up against, without any stack file. */
export const audit: Subcommand<CommonOptions & SourceOptions & OutputOptions> = {
  name: "audit",
  define(command) {
    command.description("what a migration of a cluster is up against; needs no stack file");
    addSourceOptions(command);
    for (const option of formatOptions(["table", "markdown", "json", "html"])) command.addOption(option);
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
  async run(_, options, io) {
    const format = formatOf(options);
    const source = await readSource(options, io);
    for (const problem of source.problems)
      io.err(`${paint({ colour: io.errorColour }, "yellow", "not read:")} ${visible(problem)}\n`);
    const result = auditOf(source.inventory);
    const provenance: AuditOrigin = {
      source: source.name,
      ...(await provenanceOf(io)),
      hash: createHash("sha256").update(JSON.stringify(result)).digest("hex"),
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
