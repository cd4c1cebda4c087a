import type { Report } from "../../stack-file/problems.ts";
import type { AppConfig } from "../apps/config.ts";
import type { IngressNginxConfig } from "./config.ts";
import type { IngressNginxInput } from "./schema.ts";

/** A host cannot be abandoned and taken over. */
export function checkAbandoned(
  { abandon }: IngressNginxInput,
  apps: readonly Pick<AppConfig, "at" | "host">[],
  report: Report,
): void {
  for (const { at, host } of apps)
    if (Object.hasOwn(abandon, host))
      report.problem(
        ["ingressNginx", "abandon", host],
        `is not abandoned: ${at} takes it over; take one of the two away`,
      );
}

export function resolveIngressNginx({
  namespace,
  address,
  abandon,
  override,
  ...from
}: IngressNginxInput): IngressNginxConfig {
  return { namespace, ...(address === undefined ? {} : { address }), from, abandon, override };
}
