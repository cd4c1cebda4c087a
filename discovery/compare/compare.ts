import { ownerOf } from "../../components/apps/places.ts";
import { responseHeaders } from "../../components/pomerium/settings.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Certificate } from "./answer.ts";
import type { Asked, AskedHost } from "./ask-all.ts";
import { compareCertificates } from "./certificate.ts";
import type { Difference, Severity } from "./difference.ts";
import { differencesOf } from "./differences.ts";
import type { Question } from "./questions.ts";

/** The result for one host. */
export interface HostResult {
  host: string;
  app?: string;
  at: string;
  /** The worst that was found; `same` if nothing differs, `skipped` if nothing was compared. */
  result: Severity | "same" | "skipped";
  skipped?: string;
  differences: Difference[];
  asked: readonly Asked[];
  unasked: readonly Question[];
  /** The certificates that the addresses show. */
  certificates: Certificates;
}

export interface Certificates {
  old?: Certificate;
  fresh?: Certificate;
}

/** From the worst to the least. */
const severities: readonly Severity[] = ["danger", "unexpected", "note", "wanted"];

/**
 * Compares what both addresses answered: pure.
 *
 * @param now Time in milliseconds.
 */
export function compareHosts(
  hosts: readonly AskedHost[],
  stack: Pick<Stack, "name" | "cluster" | "pomerium">,
  now: number,
): HostResult[] {
  return hosts.map(({ plan, asked, unasked }) => {
    const certificates = certificatesOf(asked);
    const { old: was, fresh: is } = certificates;
    const differences = [
      ...(is === undefined
        ? []
        : compareCertificates(plan.questions[0]?.host ?? plan.host, was, is, {
            now,
            cluster: stack.cluster,
          })),
      ...asked.flatMap(({ question, old, fresh }) =>
        differencesOf(question, old, fresh, {
          stack: stack.name,
          authenticateHost: stack.pomerium.authenticateHost,
          coexistPort: stack.pomerium.coexistPort,
          responseHeaders: responseHeaders(stack.pomerium.settings),
          readsForever: (stack.pomerium.settings.timeouts?.read ?? "0s") === "0s",
          place: ownerOf(question.path, plan.places),
          replaces: plan.replaces,
        }),
      ),
      ...(unasked.length === 0
        ? []
        : [
            {
              severity: "unexpected" as const,
              kind: "answer" as const,
              message: `${unasked.length} of ${asked.length + unasked.length} requests were not sent: the time was up`,
            },
          ]),
    ].sort((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));
    const { host, app, at, skipped } = plan;
    return {
      ...{ host, at, asked, unasked, certificates, differences: withoutRepeats(differences) },
      ...(app === undefined ? {} : { app }),
      ...(skipped === undefined ? {} : { skipped }),
      result: skipped === undefined ? (differences[0]?.severity ?? "same") : "skipped",
    };
  });
}

/** The certificates of the first answers that show one. */
function certificatesOf(asked: readonly Asked[]): Certificates {
  const old = asked.find((each) => each.old?.certificate)?.old?.certificate;
  const fresh = asked.find((each) => each.fresh.certificate)?.fresh.certificate;
  return { ...(old === undefined ? {} : { old }), ...(fresh === undefined ? {} : { fresh }) };
}

/** A header or a cookie that differs at several paths is reported once, with the first path. */
function withoutRepeats(differences: readonly Difference[]): Difference[] {
  const seen = new Set<string>();
  return differences.filter(({ severity, kind, message, setting }) => {
    if (kind !== "header" && kind !== "cookie") return true;
    const id = JSON.stringify([severity, message, setting]);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** How many differences of each severity there are. */
export function countsOf(results: readonly HostResult[]): Record<Severity, number> {
  const counts = { danger: 0, unexpected: 0, note: 0, wanted: 0 };
  for (const { severity } of results.flatMap(({ differences }) => differences)) counts[severity] += 1;
  return counts;
}
