import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type ConnectorArgs, connector } from "./connector.ts";
import { ownComment, recordName, tunnelTarget } from "./live.ts";
import type { OriginRequest, Rule } from "./rules.ts";

export interface TunnelArgs {
  /** Cloudflare account that owns the tunnel. */
  accountId: string;
  /** Existing tunnel to take over, rules and all; it stays when this component goes. Default: a new one. */
  tunnelId?: string;
  /** Cloudflare zone that the hosts lie in. */
  zoneId: string;
  /** Token that may edit the tunnel and the zone's DNS; kept secret in state, given as a secret or not. */
  apiToken: pulumi.Input<string>;
  /** The whole list of rules, in order, the catch-all included. */
  rules: readonly Rule<pulumi.Input<string>>[];
  /** What holds for all rules that do not say otherwise. Default: nothing. */
  originRequest?: OriginRequest;
  /** Hosts to make a DNS record for: those that have none yet, or have had one made here. Default: none. */
  records?: readonly string[];
  /** Runs cloudflared in the cluster. Default: it runs elsewhere, with the tunnel's token. */
  connector?: ConnectorArgs;
}

/** Cloudflare takes any secret of 32 bytes or more. */
const secretLength = 64;

/**
 * A Cloudflare tunnel whose rules and DNS records follow the stack's apps. Access applications and policies
 * at Cloudflare stay as they are.
 *
 * Cloudflare keeps a tunnel's rules when this component goes: a rule list cannot be deleted, only replaced.
 */
export class Tunnel extends pulumi.ComponentResource {
  readonly tunnelId: pulumi.Output<string>;
  /** `<tunnel id>.cfargotunnel.com`, the target of every CNAME. */
  readonly target: pulumi.Output<string>;

  constructor(name: string, args: TunnelArgs, opts?: pulumi.ComponentResourceOptions) {
    const apiToken = pulumi.secret(args.apiToken);
    super("pomerium-migration:tunnel:Tunnel", name, { ...args, apiToken }, opts);

    const provider = new cloudflare.Provider(`${name}-cloudflare`, { apiToken }, { parent: this });
    const atCloudflare = { parent: this, provider };
    const { accountId, zoneId } = args;
    this.tunnelId = args.tunnelId
      ? pulumi.output(args.tunnelId)
      : newTunnel(name, accountId, { ...atCloudflare, parent: this }).id;
    this.target = this.tunnelId.apply(tunnelTarget);

    const rules = new cloudflare.ZeroTrustTunnelCloudflaredConfig(
      `${name}-rules`,
      {
        accountId,
        tunnelId: this.tunnelId,
        config: {
          ingresses: args.rules.map(ingress),
          ...(args.originRequest === undefined ? {} : { originRequest: inSdkNames(args.originRequest) }),
        },
      },
      // Imported, so that a preview shows what changes in the list and not a list as if it were the first.
      { ...atCloudflare, ...(args.tunnelId ? { import: `${accountId}/${args.tunnelId}` } : {}) },
    );

    const ahead: pulumi.Resource[] = [rules];
    if (args.connector) {
      const token = pulumi.secret(
        cloudflare.getZeroTrustTunnelCloudflaredTokenOutput(
          { accountId, tunnelId: this.tunnelId },
          atCloudflare,
        ).token,
      );
      ahead.push(connector(`${name}-connector`, name, token, args.connector, { parent: this }));
    }

    for (const host of args.records ?? [])
      new cloudflare.DnsRecord(
        // By the host alone: one that moves to another tunnel keeps its record, of which there can be but one.
        host,
        // At Cloudflare, 1 stands for automatic, the only time to live that a proxied record can have.
        {
          zoneId,
          name: recordName(host),
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
): cloudflare.ZeroTrustTunnelCloudflared {
  // Not RandomBytes: its id holds the bytes, and an id is not encrypted in the state.
  const secret = new random.RandomPassword(
    `${name}-secret`,
    { length: secretLength, special: false },
    { parent: opts.parent },
  );
  return new cloudflare.ZeroTrustTunnelCloudflared(
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

/** A rule by the SDK's names. */
function ingress({
  originRequest,
  ...rule
}: Rule<pulumi.Input<string>>): cloudflare.types.input.ZeroTrustTunnelCloudflaredConfigConfigIngress {
  return originRequest === undefined ? rule : { ...rule, originRequest: inSdkNames(originRequest) };
}

function inSdkNames({
  noTLSVerify,
  matchSNItoHost,
  access,
  ...same
}: OriginRequest): cloudflare.types.input.ZeroTrustTunnelCloudflaredConfigConfigOriginRequest {
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
