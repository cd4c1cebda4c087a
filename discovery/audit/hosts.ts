import { objectId } from "../../components/cluster/objects.ts";
import { nginxPrefix } from "../../components/ingress-nginx/annotations/judgement.ts";
import { catalogue } from "../../policies/catalogue/catalogue.ts";
import { appNotes } from "../app-notes.ts";
import type { PlannedApp } from "../planned-app.ts";
import type { ServedHost } from "../served-hosts.ts";

/** The work that a host needs from a person: `blocked` if something in the cluster must change first. */
export type Effort = "none" | "small" | "large" | "blocked";

/** What may go wrong for its users: `high` if something that protects it today goes, or if it cannot be moved. */
export type Risk = "low" | "medium" | "high";

/** A host that ingress-nginx serves. */
export interface AuditedHost {
  host: string;
  /** The app that the stack file would have for it; absent if it cannot have one. */
  app?: string;
  /** Entry of the catalogue, and how it is known. */
  known?: { entry: string; because: string };
  paths: AuditedPath[];
  /** The Ingresses that have it, `namespace/name`. */
  ingresses: string[];
  /** Who may reach it today, in a few words each. */
  today: string[];
  effort: Effort;
  risk: Risk;
  /** Points that a person has to decide or to check. */
  decisions: string[];
  /** What must change in the cluster first. */
  blocks: string[];
}

export interface AuditedPath {
  path: string;
  pathType?: string;
  ingress: string;
  /** `namespace/service:port`; absent if it leads to something other than a Service. */
  backend?: string;
}

/** From this number of decisions on, the effort is large. */
const many = 3;

export function auditedHost(app: PlannedApp): AuditedHost {
  const { name, host, known, served, today, protections, paths, onlyPaths } = app;
  const blocks = blocksOf(app);
  const decisions = appNotes(app)
    .filter(({ text }) => text.startsWith("DECIDE: "))
    .map(({ text }) => text.slice("DECIDE: ".length))
    .filter((text) => !blocks.includes(text));
  const hasClients = known !== undefined && catalogue[known.entry]!.api.length > 0;
  const clients = hasClients
    ? [`clients of ${known.entry} that cannot sign in need its API paths: access: {api: ${known.entry}}`]
    : [];
  const all = [...decisions, ...clients];
  return {
    host,
    app: name,
    ...(known === undefined ? {} : { known }),
    paths: auditedPaths(served),
    ingresses: served.ingresses.map(objectId),
    today,
    effort: blocks.length > 0 ? "blocked" : all.length === 0 ? "none" : all.length < many ? "small" : "large",
    risk:
      blocks.length > 0 || protections.length > 0
        ? "high"
        : all.length > 0 || paths.length > 0 || onlyPaths !== undefined
          ? "medium"
          : "low",
    decisions: all,
    blocks,
  };
}

/** A host that no app can have. */
export function hostWithoutApp(served: ServedHost, why: string): AuditedHost {
  return {
    host: served.host,
    paths: auditedPaths(served),
    ingresses: served.ingresses.map(objectId),
    today: [],
    effort: "blocked",
    risk: "high",
    decisions: [],
    blocks: [why],
  };
}

function auditedPaths({ paths }: ServedHost): AuditedPath[] {
  return paths.map(({ path, pathType, backend, ingress }) => ({
    path,
    ...(pathType === undefined ? {} : { pathType }),
    ingress: objectId(ingress),
    ...(backend === undefined
      ? {}
      : {
          backend: `${ingress.namespace}/${backend.service}${backend.port === undefined ? "" : `:${backend.port}`}`,
        }),
  }));
}

/** Annotations that need something of the proxy that Pomerium cannot do. */
const impossible = ["ssl-passthrough", "backend-protocol", "fastcgi-index", "fastcgi-params-configmap"];

function blocksOf({ backend, paths, unwritable, findings }: PlannedApp): string[] {
  return [
    ...[backend, ...paths.map((path) => path.backend)].flatMap(({ problem }) => problem ?? []),
    ...unwritable.map(
      ({ path, backend: other, why }) => `${path} leads to ${other.namespace}/${other.name}: ${why}`,
    ),
    ...findings
      .filter(
        ({ annotation, outcome }) =>
          outcome === "lost" && impossible.includes(annotation.replace(nginxPrefix, "")),
      )
      .map(({ annotation, says }) => `${annotation.replace(nginxPrefix, "")}: ${says}`),
  ];
}
