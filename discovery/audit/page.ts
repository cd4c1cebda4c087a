import type { Page, PageSection, Provenance } from "../../report/sections.ts";
import { counted } from "../../stack-file/text.ts";
import { exportCommands, missingUses } from "../missing.ts";
import { verdicts } from "./annotations.ts";
import type { Audit, AuditedController } from "./audit.ts";
import type { AuditedHost } from "./hosts.ts";

/** An audit always has a source. */
export type AuditOrigin = Provenance & { source: string };

/** The parts of an audit. A part without anything to say is left out. */
export function auditPage(audit: Audit): Page {
  const { hosts, controllers, blockers } = audit;
  const ready = hosts.filter(({ effort }) => effort === "none").length;
  return {
    title: "Audit of ingress-nginx",
    summary: [
      `${counted(hosts.length, "host")}${hosts.length > 0 ? ` (${ready} with nothing to decide)` : ""}`,
      counted(controllers.length, "controller"),
      blockers.length === 0 ? "nothing blocks" : `${counted(blockers.length, "thing")} to change first`,
    ].join(", "),
    sections: [
      blockersSection(audit),
      controllersSection(audit),
      hostsSection(hosts),
      decisionsSection(hosts),
      annotationsSection(audit),
      settingsSection(controllers),
      issuersSection(audit),
      othersSection(audit),
      unknownSection(audit),
    ].flatMap((section) => section ?? []),
  };
}

function blockersSection({ blockers }: Audit): PageSection | undefined {
  if (blockers.length === 0) return undefined;
  return {
    title: "To change first",
    items: blockers.map(({ where, what, fix }) => ({
      title: where,
      details: [what, ...(fix === undefined ? [] : [fix])],
    })),
  };
}

function controllersSection({ controllers }: Audit): PageSection {
  if (controllers.length === 0)
    return { title: "ingress-nginx", lead: ["No controller of ingress-nginx was found."] };
  return {
    title: "ingress-nginx",
    items: controllers.map((each) => ({
      title: each.workload ?? "a controller that was deleted",
      details: [
        `installed as ${installed(each)}`,
        ...(each.image === undefined ? [] : [`image ${each.image}`]),
        `${counted(each.ingresses, "Ingress", "Ingresses")} of class ${each.classes.join(", ") || "none"}`,
        ...(each.addresses.length === 0 ? [] : [`reached at ${each.addresses.join(", ")}`]),
        ...each.streams.map(({ protocol, port, backend }) => `forwards ${protocol} ${port} to ${backend}`),
        ...each.installers.map(
          ({ label, isSuspended, note, command }) =>
            `${label} ${isSuspended ? "is suspended" : `would put it back: ${note}; ${command}`}`,
        ),
      ],
    })),
  };
}

function installed({ installation }: AuditedController): string {
  if (installation === undefined) return "something whose objects carry no label to know them by";
  const what =
    "helmRelease" in installation
      ? `the Helm release or Application ${installation.helmRelease}`
      : `upstream's manifest (${installation.manifest})`;
  return `${what}, in namespace ${installation.namespace}`;
}

function hostsSection(hosts: readonly AuditedHost[]): PageSection {
  if (hosts.length === 0) return { title: "Hosts", lead: ["ingress-nginx serves no host."] };
  return {
    title: "Hosts",
    table: {
      head: ["host", "effort", "risk", "today", "path → Service"],
      rows: hosts.map(({ host, effort, risk, today, paths }) => [
        host,
        effort,
        risk,
        today.join(", and ") || "not known",
        paths.map(({ path, backend }) => `${path} → ${backend ?? "no Service"}`).join(", ") || "none",
      ]),
    },
  };
}

function decisionsSection(hosts: readonly AuditedHost[]): PageSection | undefined {
  const open = hosts.filter(({ decisions }) => decisions.length > 0);
  if (open.length === 0) return undefined;
  return {
    title: "To decide",
    items: open.map(({ host, decisions }) => ({ title: host, details: decisions })),
  };
}

const meanings: Readonly<Record<(typeof verdicts)[number], string>> = {
  protection: "lost protection",
  lost: "lost",
  decide: "to decide",
  equivalent: "equivalent",
  unnecessary: "unnecessary",
};

function annotationsSection({ annotations }: Audit): PageSection | undefined {
  if (annotations.length === 0) return undefined;
  const counts = verdicts.flatMap((verdict) => {
    const places = annotations
      .filter((each) => each.verdict === verdict)
      .reduce((sum, each) => sum + each.places.length, 0);
    return places === 0 ? [] : [`${places} ${meanings[verdict]}`];
  });
  return {
    title: "Annotations",
    lead: [`${counts.join(", ")}.`],
    table: {
      head: ["annotation", "verdict", "count", "what becomes of it", "where"],
      rows: annotations.map(({ annotation, verdict, says, places }) => [
        annotation,
        meanings[verdict],
        String(places.length),
        says,
        places.join(", "),
      ]),
    },
  };
}

function settingsSection(controllers: readonly AuditedController[]): PageSection | undefined {
  const rows = controllers.flatMap(({ workload, settings }) =>
    settings.map(({ name, outcome, says, protects }) => [
      name,
      protects ? meanings.protection : meanings[outcome],
      says,
      ...(controllers.length > 1 ? [workload ?? ""] : []),
    ]),
  );
  if (rows.length === 0) return undefined;
  const head = [
    "setting",
    "verdict",
    "what becomes of it",
    ...(controllers.length > 1 ? ["controller"] : []),
  ];
  return { title: "Settings in the ConfigMap", table: { head, rows } };
}

function issuersSection({ issuers }: Audit): PageSection | undefined {
  if (issuers.length === 0) return undefined;
  return {
    title: "Certificates",
    table: {
      head: ["issuer", "needs ingress-nginx", "certificates", "deleted with an Ingress"],
      rows: issuers.map(({ issuer, needsNginx, certificates, deletedWithIngress }) => [
        issuer,
        needsNginx ? "yes, for its challenges" : "no",
        String(certificates),
        deletedWithIngress.join(", ") || "none",
      ]),
    },
  };
}

function othersSection({ webhooks, unserved }: Audit): PageSection | undefined {
  const items = [
    ...webhooks.map(({ name, isDead }) => ({
      title: `ValidatingWebhookConfiguration ${name}`,
      details: [isDead ? "refuses every write of an Ingress today" : "checks every write of an Ingress"],
    })),
    ...unserved.map(({ name, why, ingresses }) => ({
      title: `no controller serves ${name}`,
      details: [why, ingresses.join(", ")],
    })),
  ];
  return items.length === 0 ? undefined : { title: "Also there", items };
}

function unknownSection({ unknown }: Audit): PageSection | undefined {
  if (unknown.length === 0) return undefined;
  return {
    title: "Not known",
    lead: ["The export holds no object of these kinds, so nothing is known about them."],
    table: { head: ["kind", "not known without it"], rows: unknown.map((each) => [each.kind, each.unknown]) },
    commands: commandsFor(unknown.map(({ kind }) => kind)),
  };
}

function commandsFor(kinds: readonly string[]): string[] {
  const all = missingUses();
  return exportCommands(all.filter(({ name }) => kinds.includes(name)));
}
