import { isIPv6 } from "node:net";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl, kubectlDelete } from "../cluster/commands.ts";
import type { LiveService } from "../cluster/live.ts";
import type { CheckedStack } from "./checks.ts";
import * as names from "./names.ts";

/** A Service keeps the class of its load balancer, and this program does not change its address families. */
export function serviceProblem(
  { cluster, pomerium: { address } }: CheckedStack,
  services: readonly LiveService[],
): Problem[] {
  const service = services.find(
    ({ namespace, name }) => namespace === names.namespace && name === names.proxyService,
  );
  if (service === undefined || service.type !== "LoadBalancer" || address.kind !== "loadBalancer") return [];
  const label = `Service ${names.namespace}/${names.proxyService}`;
  const missing = address.ips
    .map((ip) => (isIPv6(ip) ? "IPv6" : "IPv4"))
    .filter((family) => service.families?.includes(family) === false);
  return [
    ...(service.loadBalancerClass !== address.class
      ? [
          {
            at: "pomerium.address",
            message: `${label} has ${service.loadBalancerClass === undefined ? "no class" : `the class ${service.loadBalancerClass}`}, and a Service keeps its class; write that, or delete the Service: the run makes it again, and Pomerium is away until then`,
            fix: kubectlDelete(cluster, {
              kind: "Service",
              namespace: names.namespace,
              name: names.proxyService,
            }),
          },
        ]
      : []),
    ...(missing.length > 0
      ? [
          {
            at: "pomerium.address",
            message: `${label} has ${service.families!.join(" and ")} addresses only, and the stack file asks for ${missing.join(" and ")}; this command lets it have both`,
            fix: kubectl(
              cluster,
              `--namespace ${names.namespace} patch service ${names.proxyService} --type merge --patch '${JSON.stringify({ spec: { ipFamilyPolicy: "RequireDualStack" } })}'`,
            ),
          },
        ]
      : []),
  ];
}
