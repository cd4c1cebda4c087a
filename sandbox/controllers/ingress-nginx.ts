import type { Api } from "../cluster/api.ts";
import { type Controller, type Log, startController } from "./controller.ts";
import { addressesOf, classesOf, classOf, publishAddresses } from "./ingress-class.ts";
import { type Ingress, type IngressClass, isGoing, type Service } from "./objects.ts";

/** Where ingress-nginx's own manifests and its Helm chart (under that release name) put its Service. */
const SERVICE = { namespace: "ingress-nginx", name: "ingress-nginx-controller" };

/**
 * Stands in for ingress-nginx' controller: writes its Service's address into the status of the Ingresses of its
 * class, as long as the Service exists.
 */
export function startIngressNginx(api: Api, log?: Log): Controller {
  return startController<{ ingresses: Ingress; classes: IngressClass; services: Service }>({
    name: "ingress-nginx",
    api,
    log,
    watches: {
      ingresses: "/apis/networking.k8s.io/v1/ingresses",
      classes: "/apis/networking.k8s.io/v1/ingressclasses",
      services: "/api/v1/services",
    },
    reconcile: async ({ ingresses, classes, services }) => {
      const addresses = addressesOf(services.get(SERVICE.namespace, SERVICE.name));
      if (addresses.length === 0) return;
      const own = classesOf("k8s.io/ingress-nginx", classes.list());
      const served = ingresses.list().filter((each) => own.has(classOf(each) ?? "") && !isGoing(each));
      await Promise.all(served.map((each) => publishAddresses(api, each, addresses)));
    },
  });
}
