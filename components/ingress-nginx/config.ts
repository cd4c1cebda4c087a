import { z } from "zod";
import { expectations, ipAddress, namespaceName, someText, text } from "../../stack-file/fields.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import type { Report } from "../../stack-file/problems.ts";
import { dnsSubdomain } from "../../stack-file/values.ts";
import { type GateName, gateNames } from "./gates/names.ts";

const namespace = namespaceName
  .default("ingress-nginx")
  .describe("Namespace of ingress-nginx. Default: ingress-nginx.");

const address = ipAddress
  .optional()
  .describe("Address of its LoadBalancer Service, where a tunnel's rules lead until the cutover.");

/** A port of its TCP or UDP services. */
const stream = /^(tcp|udp)\/[1-9]\d{0,4}$/;

/** Names that nginx takes for a host, also by `server-alias`: `*.example.org`, `.example.org`, `komga.*`, `home_lab.lan`. */
const serverName = /^(\*?\.)?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*(\.\*)?$/;

const abandon = z
  .record(
    text(
      (value) => value === "*" || serverName.test(value) || stream.test(value),
      "is no host name: lower case, without port; a wildcard as *. in front or .* behind, * for an Ingress without a host, and tcp/22 or udp/53 for a port",
    ),
    someText.describe("Why it is given up."),
  )
  .default({})
  .describe(
    "Hosts that are lost with ingress-nginx because no app takes them over, and why; also ports that it forwards, as tcp/22. Default: none, so that every host needs an app.",
  );

const stays = z
  .record(
    text(
      (value) => value === "*" || serverName.test(value) || stream.test(value),
      "is no host name: lower case, without port; a wildcard as *. in front or .* behind, * for an Ingress without a host",
    ),
    someText.describe("Why it stays."),
  )
  .refine((hosts) => Object.keys(hosts).length > 0, { error: "is empty: name the hosts that stay" })
  .meta({ minProperties: 1 })
  .optional()
  .describe(
    "Hosts that stay at ingress-nginx, and why. Then the cluster stays in phase coexist on purpose: Pomerium serves the apps, ingress-nginx these hosts. Default: the migration goes on.",
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

const helmRelease = text(
  (value) => dnsSubdomain.test(value) && value.length <= 53,
  "is not a valid name of a Helm release",
).describe(
  "Name of the Helm release or Argo CD Application: value of the label app.kubernetes.io/instance on its objects.",
);

/** Upstream's static manifests, one for each provider. All have the same labels. */
const providers = ["aws", "baremetal", "cloud", "do", "exoscale", "kind", "oracle", "scw"] as const;

const manifest = z.enum(providers).describe("Provider of upstream's static manifest that was applied.");

/** Name of a controller's workload, or of a class. */
const kept = /^[a-z0-9][-a-z0-9.]*(\/[a-z0-9][-a-z0-9.]*)?$/;

const keep = z
  .record(
    text(
      kept,
      "is not the namespace and name of a workload, such as ingress/nginx-internal, or the name of a class",
    ),
    someText.describe("Why it stays."),
  )
  .describe(
    "ingress-nginx controllers that are not retired, as namespace/name of the workload, and why. Also classes whose Ingresses no controller of this cluster serves. Default: none.",
  );

const also = z
  .array(
    z
      .union([z.strictObject({ helmRelease, namespace }), z.strictObject({ manifest, namespace })])
      .register(expectations, { expected: "a map with exactly one of helmRelease and manifest" }),
  )
  .default([])
  .describe("Further installations that are retired together with this one. Default: none.");

const rest = { address, stays, abandon, override };

export const ingressNginxSchema = z
  .union([
    z.strictObject({ helmRelease, namespace, also, keep: keep.default({}), ...rest }),
    z.strictObject({ manifest, namespace, also, keep: keep.default({}), ...rest }),
    z.strictObject({ keep, ...rest }),
  ])
  .register(expectations, { expected: "a map with exactly one of helmRelease and manifest" })
  .describe(
    "The cluster's ingress-nginx: how it was installed, by exactly one of helmRelease and manifest; or only keep, when none of it is retired. Default: the cluster has none.",
  );

export type IngressNginxInput = z.output<typeof ingressNginxSchema>;

/** An installation that is retired. */
export interface InstallationConfig {
  namespace: string;
  from: { helmRelease: string } | { manifest: (typeof providers)[number] };
}

export interface IngressNginxConfig {
  /** Installations that are retired together. */
  installations: InstallationConfig[];
  /** Controllers (`namespace/name` of the workload) and classes that are not retired → why. */
  keep: Record<string, string>;
  /** Address of the LoadBalancer Service. Set whenever a tunnel leads to it. */
  address?: string;
  /** Hosts that stay at ingress-nginx → why. Absent if the migration goes on. */
  stays?: Record<string, string>;
  /** Hosts that are lost with ingress-nginx, because no app takes them over → why. */
  abandon: Record<string, string>;
  /** Gates that do not hold back `retired` → why. */
  override: Partial<Record<GateName, string>>;
}

export function resolveIngressNginx(input: IngressNginxInput): IngressNginxConfig {
  const { address, stays, abandon, override, keep } = input;
  const { also = [] } = "also" in input ? input : {};
  const first = "helmRelease" in input || "manifest" in input ? [input] : [];
  return {
    installations: [...first, ...also].map((each) => ({
      namespace: each.namespace,
      from: "helmRelease" in each ? { helmRelease: each.helmRelease } : { manifest: each.manifest },
    })),
    keep,
    ...(address === undefined ? {} : { address }),
    ...(stays === undefined ? {} : { stays }),
    abandon,
    override,
  };
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
