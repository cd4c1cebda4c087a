import * as pulumi from "@pulumi/pulumi";
import { importAs, keptOfService } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { verifyService } from "../cluster/names.ts";
import { onceReady } from "../cluster/once-ready.ts";
import { restrictedContainer, restrictedPod } from "../cluster/restricted-pod.ts";
import { skipAwait } from "../cluster/wait-for.ts";

export interface VerifyArgs {
  /** Namespace. Resolves when it exists. */
  namespace: pulumi.Input<string>;
  /** Image. Default: `verifyImage`. */
  image?: pulumi.Input<string>;
  /**
   * Address of the keys that Pomerium signs identities with. Default: on the host of the request, at port 443. While
   * another port leads to Pomerium: `https://<host>:<port>/.well-known/pomerium/jwks.json`.
   */
  jwksEndpoint?: pulumi.Input<string>;
  /** Existing objects of the page, `namespace/name`. They are taken over. Default: none. */
  live?: {
    deployment?: string;
    service?: string;
    /**
     * Labels by which the existing Deployment selects its pods. They stay, because no Deployment can change them.
     * Default: `app.kubernetes.io/name: verify`.
     */
    selector?: Readonly<Record<string, string>>;
  };
}

/**
 * Image of Pomerium's verify page. It has no releases. This is the build, for amd64 and arm64, that Pomerium tests
 * its own releases with.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.1/internal/acceptance/docker-compose.yml
 */
export const verifyImage =
  "docker.io/pomerium/verify@sha256:6d9dd40deae8d3ae7517485febf6fd4e7de2692e9dc1a2859c00e3426559af96";

const labels = { "app.kubernetes.io/name": "verify" };

/** A page that shows its visitors who they are, according to Pomerium. */
export class Verify extends pulumi.ComponentResource {
  /** The page's Service. Known at once, but resolved only when it answers. */
  readonly service: pulumi.Output<{ name: string; port: number }>;

  constructor(name: string, args: VerifyArgs, opts?: pulumi.ComponentResourceOptions) {
    const { live = {} } = args;
    super("pomerium-migration:apps:Verify", name, {}, opts);
    const metadata = { name: verifyService.name, namespace: args.namespace, labels };
    const selector = live.selector ?? labels;
    const deployment = new k8s.Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          replicas: 1,
          selector: { matchLabels: selector },
          template: { metadata: { labels: { ...labels, ...selector } }, spec: podSpec(args) },
        },
      },
      { parent: this, ...importAs(live.deployment) },
    );
    const service = new k8s.Service(
      `${name}-service`,
      {
        // Its endpoints are the pods of the Deployment, which comes before it.
        metadata: { ...metadata, annotations: skipAwait },
        spec: { selector, ports: [{ name: "http", port: verifyService.port, targetPort: "http" }] },
      },
      {
        parent: this,
        dependsOn: [deployment],
        ...importAs(live.service),
        ignoreChanges: keptOfService,
      },
    );
    this.service = onceReady(service, { ...verifyService });
    this.registerOutputs({ service: this.service });
  }
}

function podSpec({ image = verifyImage, jwksEndpoint }: VerifyArgs): k8s.types.input.core.v1.PodSpec {
  return {
    ...restrictedPod,
    containers: [
      {
        name: "verify",
        image,
        env: [
          { name: "PORT", value: String(verifyService.port) },
          ...(jwksEndpoint === undefined ? [] : [{ name: "JWKS_ENDPOINT", value: jwksEndpoint }]),
        ],
        ports: [{ name: "http", containerPort: verifyService.port }],
        readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 10 },
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
        securityContext: restrictedContainer,
      },
    ],
  };
}
