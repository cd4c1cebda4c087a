import type { Input, InputPropertyErrorDetails } from "@pulumi/pulumi";
import { hostName } from "./certificate-args.ts";
import { type WebhookArgs, webhookProblems } from "./webhook.ts";

/** How the challenges of a zone are solved. */
export type ZoneArgs =
  /** DNS at Porkbun, through its webhook. API access must be switched on there for the domain. */
  | { solver: "porkbun"; apiKey: Input<string>; secretApiKey: Input<string> }
  /** DNS at Cloudflare; a token with Zone:DNS:Edit and Zone:Zone:Read on the zone. */
  | { solver: "cloudflare"; apiToken: Input<string> }
  /**
   * By a route of Pomerium's, without any credentials. Let's Encrypt asks at port 80 of the host itself and
   * follows Pomerium's redirect to 443, so this works only where both reach Pomerium from the internet: neither
   * while ingress-nginx holds them, nor through a tunnel that knows the apps' hosts by HTTPS alone. Wildcards
   * are never issued this way.
   */
  | { solver: "http01" };

export interface DnsIssuerArgs {
  /** Name of the ClusterIssuer: `letsencrypt-prod`. */
  issuer: string;
  /** ACME directory. */
  server: string;
  /** Address of the ACME account; another one registers the account anew. */
  email: string;
  /** DNS zone → how its challenges are solved. At least one. */
  zones: Record<string, ZoneArgs>;
  /** Namespace of cert-manager, where it looks for a ClusterIssuer's Secrets. Default: cert-manager. */
  namespace?: string;
  /** The webhook for Porkbun; installed only when a zone is solved by it. */
  webhook?: WebhookArgs;
  /** IngressClass of HTTP-01 challenges. Default: pomerium. */
  ingressClass?: Input<string>;
  /** Prove each zone's solver by a certificate for `canary.<zone>`; a zone with HTTP-01 has none. Default: true. */
  canary?: boolean;
  /** What the cluster has already, and is taken over where declaring it anew would collide. Default: nothing. */
  live?: {
    /** A ClusterIssuer of that name. */
    issuer?: {
      /** Made by hand or by another program: it then outlives this stack, and so do its webhook and credentials. */
      foreign: boolean;
      acme?: {
        /** Secret with the account's key, which goes on being used. */
        accountKey: string;
      };
    };
    /** A Helm release of the webhook. */
    release?: boolean;
    /** Labels (`objectLabel`) of other objects that the issuer needs. */
    existing?: readonly string[];
  };
}

const objectName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Everything that is wrong with an issuer's arguments, by property. */
export function issuerProblems(args: DnsIssuerArgs): InputPropertyErrorDetails[] {
  const { issuer, server, email, zones, namespace, webhook } = args;
  const problems: InputPropertyErrorDetails[] = [];
  const report = (propertyPath: string, reason: string): void => {
    problems.push({ propertyPath, reason });
  };
  if (!objectName.test(issuer)) report("issuer", `"${issuer}" is no name of a ClusterIssuer`);
  if (!URL.canParse(server) || new URL(server).protocol !== "https:")
    report("server", `"${server}" is no https:// URL`);
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) report("email", `"${email}" is no e-mail address`);
  if (namespace !== undefined && !label.test(namespace))
    report("namespace", `"${namespace}" is no namespace's name`);
  if (Object.keys(zones).length === 0) report("zones", "names no zone");
  for (const zone of Object.keys(zones))
    if (!hostName.test(zone)) report(`zones["${zone}"]`, "is no DNS zone in lower case");
  for (const { propertyPath, reason } of webhookProblems(webhook ?? {}))
    report(`webhook.${propertyPath}`, reason);
  return problems;
}
