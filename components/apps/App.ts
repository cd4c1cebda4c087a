import * as pulumi from "@pulumi/pulumi";
import {
  type AccessRoute,
  type Authorization,
  type accessRoutes,
  routePaths,
} from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import { importAs } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { ingressName, openIngressName, pathIngressName } from "../cluster/names.ts";
import { onceReady } from "../cluster/once-ready.ts";
import { ingressAnnotations, ingressSpec, type ServiceBackend } from "./ingress.ts";
import type { ToolMetadata } from "./metadata.ts";

/** A path of the host that has its own Ingress. */
export interface PathArgs {
  path: string;
  /** The path alone, nothing below it. Default: false. */
  exact?: boolean;
  service: ServiceBackend;
  authorization: Authorization;
  route: Route;
}

export interface AppArgs {
  /** Public host, in lower case: `komga.example.org`. */
  host: string;
  /** Public address of the host, with the port if that is not 443. Default: `https://<host>`. */
  origin?: string;
  /** Namespace of the app's Service. Its Ingresses are made there too. */
  namespace: pulumi.Input<string>;
  service: ServiceBackend;
  /** Who may pass at the host as a whole, and who at the paths that are open to anybody. */
  access: ReturnType<typeof accessRoutes>;
  /** Paths that have their own Service, access or route settings. Default: none. */
  paths?: readonly PathArgs[];
  /** Annotations and labels for other tools, on the Ingress of the host as a whole. Default: none. */
  metadata?: ToolMetadata;
  /** All other settings of the route. Default: none. */
  route?: Route;
  /** Pomerium's release tag, `v0.33.1`: the annotations differ between releases. */
  pomeriumVersion: string;
  /** IngressClass. It resolves once Pomerium is ready, so that no Ingress is written before that. */
  ingressClass: pulumi.Input<string>;
  /**
   * Secret of the host's certificate, in the same namespace. Without one, the Ingress names no Secret, and Pomerium
   * serves the host with a certificate of its settings: the one for the whole zone.
   */
  secretName?: pulumi.Input<string>;
  /** The app's Ingresses that the cluster already has, `namespace/name`: they are taken over. Default: none. */
  existing?: readonly string[];
}

/** One app behind Pomerium: its Ingresses. */
export class App extends pulumi.ComponentResource {
  /** Public address of the app. Known at once, but resolved only when Pomerium serves it. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pomerium-migration:apps:App", name, {}, opts);

    const { host, namespace, service, route = {}, pomeriumVersion, ingressClass, secretName } = args;
    const { metadata, paths = [], existing } = args;
    const ingress = (
      resource: string,
      objectName: string,
      { paths, authorization, ...own }: AccessRoute & Partial<Pick<PathArgs, "service" | "route">>,
      { annotations, labels }: Partial<ToolMetadata> = {},
    ): k8s.Ingress => {
      const id = existing?.find((each) => each.endsWith(`/${objectName}`));
      const settings = { service, route, ...own };
      return new k8s.Ingress(
        resource,
        {
          metadata: {
            name: objectName,
            namespace,
            ...(Object.keys(labels ?? {}).length > 0 ? { labels: { ...labels } } : {}),
            annotations: {
              ...annotations,
              ...ingressAnnotations({ authorization, route: settings.route, pomeriumVersion }),
            },
          },
          spec: ingressSpec({
            host,
            paths,
            ...settings,
            ingressClass,
            // An Ingress whose Secret is missing is ignored as a whole, so it comes after its certificate.
            ...(secretName === undefined ? {} : { secretName }),
          }),
        },
        { parent: this, ...importAs(id) },
      );
    };

    const [site, open] = args.access;
    const ingresses = [ingress(`${name}-ingress`, ingressName(name), site, metadata)];
    if (open) ingresses.push(ingress(`${name}-open`, openIngressName(name), open));
    for (const { path, exact, ...own } of paths) {
      const route = { ...own, paths: routePaths({ path, ...(exact ? { exact } : {}) }) };
      ingresses.push(ingress(`${name}${path}`, pathIngressName(name, path), route));
    }
    this.url = onceReady(ingresses, args.origin ?? `https://${host}`);
    this.registerOutputs({ url: this.url });
  }
}
