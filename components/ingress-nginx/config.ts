import { isIP } from "node:net";
import { z } from "zod";
import { expectations, namespaceName, someText, text } from "../../stack-file/fields.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import type { Report } from "../../stack-file/problems.ts";
import { dnsSubdomain, isHost } from "../../stack-file/values.ts";
import { type GateName, gateNames } from "./gates/names.ts";

const namespace = namespaceName
  .default("ingress-nginx")
  .describe("Namespace of ingress-nginx. Default: ingress-nginx.");

const address = text((value) => isIP(value) !== 0, "is not an IP address")
  .optional()
  .describe("Address of its LoadBalancer Service, where a tunnel's rules lead until the cutover.");

/** A port of its TCP or UDP services. */
const stream = /^(tcp|udp)\/[1-9]\d{0,4}$/;

const abandon = z
  .record(
    text(
      (value) => value === "*" || isHost(value.replace(/^\*\./, "")) || stream.test(value),
      "is no host name: lower case, without port; a wildcard as *. in front, * for an Ingress without a host, and tcp/22 or udp/53 for a port",
    ),
    someText.describe("Why it goes."),
  )
  .default({})
  .describe(
    "Hosts that go with ingress-nginx although no app takes them over, and why; also ports that it passes on as they are, as tcp/22. Default: none, so that every host needs an app.",
  );

const override = z
  .record(
    text(
      (name) => (gateNames as readonly string[]).includes(name),
      (name) => `unknown gate${didYouMean(name, gateNames) || `; there are ${gateNames.join(", ")}`}`,
    ).meta({ enum: gateNames }),
    someText.describe("Why the gate does not hold."),
  )
  .default({})
  .describe("Gates that do not hold back phase retired, whatever they find, and why. Default: none.");

export const ingressNginxSchema = z
  .union([
    z.strictObject({
      helmRelease: text(
        (value) => dnsSubdomain.test(value) && value.length <= 53,
        "is no name of a Helm release",
      ).describe("Name of the Helm release."),
      namespace,
      address,
      abandon,
      override,
    }),
    z.strictObject({
      manifest: z.literal("baremetal").describe("Upstream's static manifest that was applied."),
      namespace,
      address,
      abandon,
      override,
    }),
  ])
  .register(expectations, { expected: "a map with exactly one of helmRelease and manifest" })
  .describe(
    "How the cluster's ingress-nginx was installed: exactly one of helmRelease and manifest. Default: the cluster has none.",
  );

export type IngressNginxInput = z.output<typeof ingressNginxSchema>;

export interface IngressNginxConfig {
  namespace: string;
  /** Address of its LoadBalancer Service. Set whenever a tunnel leads to it. */
  address?: string;
  from: { helmRelease: string } | { manifest: "baremetal" };
  /** Hosts that are lost with ingress-nginx, because no app takes them over → why. */
  abandon: Record<string, string>;
  /** Gates that do not hold back `retired` → why. */
  override: Partial<Record<GateName, string>>;
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

/** A host cannot be both abandoned and taken over. */
export function checkAbandoned(
  { abandon }: IngressNginxInput,
  apps: readonly { at: string; host: string }[],
  report: Report,
): void {
  for (const { at, host } of apps)
    if (Object.hasOwn(abandon, host))
      report.problem(
        ["ingressNginx", "abandon", host],
        `is not abandoned: ${at} takes it over; remove one of the two`,
      );
}
