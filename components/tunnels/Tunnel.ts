import type { types } from "@pulumi/cloudflare";
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getZeroTrustTunnelCloudflaredTokenOutput } from "@pulumi/cloudflare/getZeroTrustTunnelCloudflaredToken.js";
import { Provider } from "@pulumi/cloudflare/provider.js";
import { ZeroTrustTunnelCloudflared } from "@pulumi/cloudflare/zeroTrustTunnelCloudflared.js";
import { ZeroTrustTunnelCloudflaredConfig } from "@pulumi/cloudflare/zeroTrustTunnelCloudflaredConfig.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { type ConnectorArgs, connector } from "./connector.ts";
import { type ZoneIds, zoneIdOf } from "./dns-zones.ts";
import { ownComment, tunnelTarget } from "./live.ts";
import type { OriginRequest, Rule } from "./rules.ts";

export interface TunnelArgs {
  /** Cloudflare account that owns the tunnel. */
  accountId: string;
  /** Existing tunnel to take over with its rules. It stays when the stack is destroyed. Default: a new tunnel. */
  tunnelId?: string;
  /** Cloudflare zone of the hosts, or several by their names. */
  zoneId: ZoneIds;
  /** Token that may edit the tunnel and the zone's DNS. It is always secret in the state. */
  apiToken: pulumi.Input<string>;
  /** The complete list of rules in order, including the catch-all. */
  rules: readonly Rule<pulumi.Input<string>>[];
  /** Settings for all rules that do not override them. Default: none. */
  originRequest?: OriginRequest;
  /** Hosts for which this component makes the DNS record, in the DNS's form. Default: none. */
  records?: readonly string[];
  /** Runs cloudflared in the cluster. Default: it runs elsewhere, with the tunnel's token. */
  connector?: ConnectorArgs;
}

/** Length of a tunnel's secret. Cloudflare accepts 32 bytes or more. */
const secretLength = 64;

/**
 * A Cloudflare tunnel whose rules and DNS records follow the stack's apps. It does not change Access applications and
 * policies at Cloudflare.
 *
 * The tunnel keeps its rules when the stack is destroyed: Cloudflare's API can replace a rule list, but not delete
 * it.
 */
export class Tunnel extends pulumi.ComponentResource {
  readonly tunnelId: pulumi.Output<string>;
  /** `<tunnel id>.cfargotunnel.com`, the target of every CNAME. */
  readonly target: pulumi.Output<string>;

  constructor(name: string, args: TunnelArgs, opts?: pulumi.ComponentResourceOptions) {
    const apiToken = pulumi.secret(args.apiToken);
    super("pomerium-migration:tunnels:Tunnel", name, {}, opts);

    const provider = new Provider(`${name}-cloudflare`, { apiToken }, { parent: this });
    const atCloudflare = { parent: this, provider };
    const { accountId, zoneId } = args;
    this.tunnelId = args.tunnelId
      ? pulumi.output(args.tunnelId)
      : newTunnel(name, accountId, { ...atCloudflare, parent: this }).id;
    this.target = this.tunnelId.apply(tunnelTarget);

    const rules = new ZeroTrustTunnelCloudflaredConfig(
      `${name}-rules`,
      {
        accountId,
        tunnelId: this.tunnelId,
        config: {
          ingresses: args.rules.map(ingress),
          ...(args.originRequest === undefined ? {} : { originRequest: inSdkNames(args.originRequest) }),
        },
      },
      // Imported, so that a preview shows the changed rules. Otherwise it would show the whole list as new.
      { ...atCloudflare, ...(args.tunnelId ? { import: `${accountId}/${args.tunnelId}` } : {}) },
    );

    const ahead: pulumi.Resource[] = [rules];
    if (args.connector) {
      const token = pulumi.secret(
        getZeroTrustTunnelCloudflaredTokenOutput({ accountId, tunnelId: this.tunnelId }, atCloudflare).token,
      );
      ahead.push(connector(`${name}-connector`, name, token, args.connector, { parent: this }));
    }

    for (const host of args.records ?? [])
      new DnsRecord(
        // Named after the host only: a host can have one record, and keeps it when it moves to another tunnel.
        host,
        // 1 means automatic, the only time to live that Cloudflare accepts for a proxied record.
        {
          // Every host with a record is in a zone, because a stack file without the zone is refused.
          zoneId: zoneIdOf(zoneId, host)!,
          name: host,
          type: "CNAME",
          content: this.target,
          proxied: true,
          ttl: 1,
          comment: ownComment,
        },
        { ...atCloudflare, dependsOn: ahead },
      );
    this.registerOutputs({ tunnelId: this.tunnelId, target: this.target });
  }
}

function newTunnel(
  name: string,
  accountId: string,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): ZeroTrustTunnelCloudflared {
  // Not RandomBytes: its id contains the bytes, and Pulumi does not encrypt ids in its state.
  const secret = new RandomPassword(
    `${name}-secret`,
    { length: secretLength, special: false },
    { parent: opts.parent },
  );
  return new ZeroTrustTunnelCloudflared(
    `${name}-tunnel`,
    {
      accountId,
      name,
      configSrc: "cloudflare",
      tunnelSecret: secret.result.apply((text) => Buffer.from(text).toString("base64")),
    },
    opts,
  );
}

/** A rule with the SDK's names. */
function ingress({
  originRequest,
  ...rule
}: Rule<pulumi.Input<string>>): types.input.ZeroTrustTunnelCloudflaredConfigConfigIngress {
  return originRequest === undefined ? rule : { ...rule, originRequest: inSdkNames(originRequest) };
}

function inSdkNames({
  noTLSVerify,
  matchSNItoHost,
  access,
  ...same
}: OriginRequest): types.input.ZeroTrustTunnelCloudflaredConfigConfigOriginRequest {
  return {
    ...same,
    ...(noTLSVerify === undefined ? {} : { noTlsVerify: noTLSVerify }),
    ...(matchSNItoHost === undefined ? {} : { matchSnItoHost: matchSNItoHost }),
    ...(access === undefined
      ? {}
      : {
          access: {
            teamName: access.teamName,
            audTags: access.audTag,
            ...(access.required === undefined ? {} : { required: access.required }),
          },
        }),
  };
}
