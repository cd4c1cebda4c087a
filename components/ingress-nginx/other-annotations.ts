import { objectId } from "../cluster/objects.ts";
import { nginxPrefix } from "./annotations/judgement.ts";
import type { Serving } from "./protections.ts";
import { ingressesOfApp } from "./served-of-app.ts";
import type { StackView } from "./stack-view.ts";

/** Annotations that are not for other tools: ingress-nginx and cert-manager act on them, or a client leaves them. */
const notForOthers = [
  nginxPrefix,
  "nginx.org/",
  "ingress.kubernetes.io/",
  "ingress.pomerium.io/",
  "kubernetes.io/",
  "kubectl.kubernetes.io/",
  "cert-manager.io/",
  "acme.cert-manager.io/",
  "meta.helm.sh/",
  "helm.sh/",
  "pulumi.com/",
  "argocd.argoproj.io/",
  "kustomize.toolkit.fluxcd.io/",
  "helm.toolkit.fluxcd.io/",
  "field.cattle.io/",
];

/**
 * Annotations for other tools, such as external-dns or homepage, that stay behind with an nginx Ingress. The app that
 * takes over does not carry them.
 */
export function annotationsLeftBehind(
  { apps }: Pick<StackView, "apps">,
  controllers: readonly Pick<Serving, "ingresses">[],
): string[] {
  const ingresses = [...new Set(controllers.flatMap((each) => each.ingresses))];
  return apps.flatMap((app) =>
    ingressesOfApp(app, ingresses).flatMap((ingress) => {
      const left = Object.keys(ingress.annotations).filter(
        (key) =>
          !notForOthers.some((prefix) => key.startsWith(prefix)) &&
          !Object.hasOwn(app.metadata?.annotations ?? {}, key),
      );
      return left.length === 0
        ? []
        : [
            `${app.name}: ${left.join(", ")} of Ingress ${objectId(ingress)} stay behind; to keep them, write them under ${app.at}.annotations`,
          ];
    }),
  );
}
