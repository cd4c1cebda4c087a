import type { Input, InputPropertyErrorDetails } from "@pulumi/pulumi";
import type { accessRoutes } from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import { checkRoute } from "../../policies/annotations/check.ts";
import { covers } from "../../stack-file/hosts.ts";
import { isHost } from "../../stack-file/values.ts";
import { ingressName } from "../cluster/names.ts";
import type { ServiceBackend } from "./ingress.ts";

export interface AppArgs {
  /** Public host, in lower case: `komga.example.org`. */
  host: string;
  /** Namespace of the app's Service; its Ingress and its certificate are made there too. */
  namespace: Input<string>;
  service: ServiceBackend;
  /** Who may pass at the host as a whole and, apart from it, at the paths that are open to anybody. */
  access: ReturnType<typeof accessRoutes>;
  /** Everything else that Pomerium is told. Default: nothing. */
  route?: Route;
  /** Pomerium's tag, `v0.33.1`: which annotations there are depends on it. */
  pomeriumVersion: string;
  /** The app's Ingresses that the cluster has already, `namespace/name`: they are taken over. Default: none. */
  existing?: readonly string[];
  /** IngressClass, handed on by Pomerium once it is ready: before that, no Ingress is written. */
  ingressClass: Input<string>;
  /**
   * Certificate of the host. Without one, the Ingress names no Secret, and Pomerium serves the host with a
   * certificate of its settings: one for the whole zone.
   */
  certificate?: {
    /** Secret in the app's namespace; no two apps of a namespace may share one. */
    secretName: string;
    /** ClusterIssuer. */
    issuer: Input<string>;
    /** Names in the certificate. Default: the host. */
    dnsNames?: readonly string[];
    /** Name of the Certificate. Default: that of its Secret. */
    certificateName?: string;
    /** The Certificate that is there already, `namespace/name`; it is brought under management as it is. */
    existing?: string;
  };
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const portName = /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;

/** Everything that is wrong with an app's name and arguments, by property. */
export function appProblems(name: string, args: AppArgs): InputPropertyErrorDetails[] {
  const problems: InputPropertyErrorDetails[] = [];
  const report = (propertyPath: string, reason: string): void => {
    problems.push({ propertyPath, reason });
  };
  if (!label.test(ingressName(name)))
    report(
      "name",
      `"${name}" makes no name of a Kubernetes object: lower case letters, digits and hyphens, at most 46`,
    );
  if (!isHost(args.host)) report("host", `"${args.host}" is no host name in lower case`);
  if (typeof args.namespace === "string" && !label.test(args.namespace))
    report("namespace", `"${args.namespace}" is no namespace's name`);
  if (!label.test(args.service.name)) report("service.name", `"${args.service.name}" is no Service's name`);
  const { port } = args.service;
  if (typeof port === "number") {
    if (!Number.isInteger(port) || port < 1 || port > 65535) report("service.port", `${port} is no port`);
  } else if (!portName.test(port)) {
    report("service.port", `"${port}" is no port's name; write a number without quotes`);
  }
  for (const { at, message } of checkRoute(args.route ?? {}, args.pomeriumVersion))
    report(`route.${at}`, message);
  const [, open] = args.access;
  if (open && (args.route?.tcp_upstream || args.route?.udp_upstream || args.route?.ssh_upstream))
    report("access", "a stream of bytes has no paths that could be open");
  if (args.certificate) {
    const { dnsNames = [args.host] } = args.certificate;
    if (!covers(dnsNames, args.host))
      report("certificate.dnsNames", `none of them is a name for ${args.host}`);
  }
  return problems;
}
