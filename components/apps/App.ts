import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AccessRoute } from "../../policies/access/routes.ts";
import { HostCertificate } from "../certificates/HostCertificate.ts";
import { importAs } from "../cluster/import.ts";
import { ingressName, openIngressName } from "../cluster/names.ts";
import { type AppArgs, appProblems } from "./args.ts";
import { ingressAnnotations, ingressSpec } from "./ingress.ts";

export type { AppArgs } from "./args.ts";

/** One app behind Pomerium: its Ingresses, and the certificate of its host. */
export class App extends pulumi.ComponentResource {
  /** `https://<host>`. Known at once, but resolved only when Pomerium serves it. */
  readonly url: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError with every wrong argument. */
  constructor(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions) {
    const errors = appProblems(name, args);
    if (errors.length > 0)
      throw new pulumi.InputPropertiesError({ message: `The arguments of app ${name} are wrong`, errors });
    // What was there before is a fact of one run, and would read as a change in the next.
    const { existing, ...inputs } = args;
    const { existing: _, ...certificateInputs } = args.certificate ?? {};
    super(
      "pomerium-migration:apps:App",
      name,
      { ...inputs, certificate: args.certificate && certificateInputs },
      opts,
    );

    const { host, namespace, service, route = {}, pomeriumVersion, ingressClass } = args;
    // Beside the Ingresses, not below them: neither goes with the other. Pomerium ignores an Ingress whose
    // Secret is missing, all of it, so they come after.
    const certificate =
      args.certificate &&
      new HostCertificate(
        name,
        { ...args.certificate, namespace, dnsNames: args.certificate.dnsNames ?? [host] },
        { parent: this },
      );
    const ingress = (
      resource: string,
      objectName: string,
      { paths, authorization }: AccessRoute,
      before: k8s.networking.v1.Ingress[] = [],
    ): k8s.networking.v1.Ingress => {
      const id = existing?.find((each) => each.endsWith(`/${objectName}`));
      return new k8s.networking.v1.Ingress(
        resource,
        {
          metadata: {
            name: objectName,
            namespace,
            annotations: ingressAnnotations({ authorization, route, pomeriumVersion }),
          },
          spec: ingressSpec({
            host,
            paths,
            service,
            route,
            ingressClass,
            secretName: certificate?.secretName,
          }),
        },
        { parent: this, dependsOn: before, ...importAs(id) },
      );
    };

    const [site, open] = args.access;
    const ingresses = [ingress(`${name}-ingress`, ingressName(name), site)];
    // What is there is changed first, by itself. While Pulumi's provider waits for another Ingress of the namespace, it
    // may take this one for done before it has seen the change, and would show that as pending in the next preview.
    const before = existing?.length ? [...ingresses] : [];
    if (open) ingresses.push(ingress(`${name}-open`, openIngressName(name), open, before));
    this.url = pulumi.all(ingresses.map(({ urn }) => urn)).apply(() => `https://${host}`);
    this.registerOutputs({ url: this.url });
  }
}
