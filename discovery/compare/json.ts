import type { Stack } from "../../stack/stack.ts";
import type { Certificate, Observation } from "./answer.ts";
import { countsOf, type HostResult } from "./compare.ts";

/** The comparison for programs: what was asked, what was answered, and what differs. */
export function compareData(results: readonly HostResult[], { placeOf }: Pick<Stack, "placeOf">): object {
  return {
    counts: countsOf(results),
    hosts: results.map(({ host, app, at, result, skipped, asked, unasked, certificates, differences }) => ({
      ...{ host, app, at, result, skipped },
      certificates: { old: dated(certificates.old), new: dated(certificates.fresh) },
      requests: asked.map(({ question: { purpose, method, path, expected }, old, fresh }) => ({
        ...{ purpose, method, path, expected },
        old: old && observed(old),
        new: observed(fresh),
      })),
      unasked: unasked.map(({ purpose, method, path }) => ({ purpose, method, path })),
      differences: differences.map(({ severity, kind, message, question, setting, command }) => ({
        ...{ severity, kind, message, method: question?.method, path: question?.path },
        ...(setting === undefined ? {} : { setting: { ...setting, place: placeOf(setting.at) } }),
        command,
      })),
    })),
  };
}

/** An answer without its certificate, which stands once for the host. */
function observed({ certificate: _, ...rest }: Observation): object {
  return rest;
}

function dated(certificate: Certificate | undefined): object | undefined {
  if (certificate === undefined) return undefined;
  const { validFrom, validTo } = certificate;
  return { ...certificate, validFrom: timeText(validFrom), validTo: timeText(validTo) };
}

/** A time as text; undefined if a certificate has none that can be read. */
function timeText(time: number): string | undefined {
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
