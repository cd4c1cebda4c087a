import { pomeriumNamespace } from "../cluster/names.ts";
import { objectId } from "../cluster/objects.ts";
import { admitsEverybody, isForEverybody, selects } from "./admits.ts";
import type { LiveNetwork } from "./live.ts";
import type { NetworkPolicy, Target } from "./policy.ts";

type Spec = NonNullable<NetworkPolicy["spec"]>;

/** A direction of connections, as a NetworkPolicy limits it. */
interface Direction {
  isLimitedBy(spec: Spec): boolean;
  /** Whether one of the rules alone allows all that Pomerium needs. */
  isOpen(policy: NetworkPolicy): boolean;
  rules(spec: Spec): readonly unknown[];
  /** The message if no rule allows a connection. */
  closed: string;
  /** The message if rules allow some connections only. */
  limited: string;
  needs: string;
}

/** The port to which the Services of Pomerium lead, of which the policies must not shut out anybody. */
const proxy: Omit<Target, "namespace" | "labels"> = { port: 8443, portNames: ["https"], protocol: "TCP" };

const directions: readonly Direction[] = [
  {
    // Without types, a policy is about outgoing connections only if it has a rule for them.
    isLimitedBy: ({ policyTypes, egress = [] }) => policyTypes?.includes("Egress") ?? egress.length > 0,
    isOpen: ({ spec }) =>
      (spec?.egress ?? []).some(({ to, ports = [] }) => isForEverybody(to) && ports.length === 0),
    rules: ({ egress = [] }) => egress,
    closed: "Pomerium's pods can connect to nothing",
    limited: "where Pomerium's pods can connect is limited, which is not judged here",
    needs: "egress to the apps' pods, DNS, the API server and the identity provider",
  },
  {
    isLimitedBy: ({ policyTypes }) => policyTypes?.includes("Ingress") ?? true,
    isOpen: (policy) => admitsEverybody(policy, proxy),
    rules: ({ ingress = [] }) => ingress,
    closed: "nobody can connect to Pomerium's pods",
    limited: "who can connect to Pomerium's pods is limited, which is not judged here",
    needs: `ingress to port ${proxy.port} from wherever people come`,
  },
];

/** NetworkPolicies that limit Pomerium's own pods, one line for each direction. */
export function ownPodLines({ policies, caller }: Pick<LiveNetwork, "policies" | "caller">): string[] {
  const own = policies.filter(
    ({ metadata, spec = {} }) =>
      metadata.namespace === pomeriumNamespace && selects(spec.podSelector ?? {}, caller.labels),
  );
  return directions.flatMap(({ isLimitedBy, isOpen, rules, closed, limited, needs }) => {
    const limits = own.filter(({ spec = {} }) => isLimitedBy(spec));
    if (limits.length === 0 || limits.some(isOpen)) return [];
    const says = limits.every(({ spec = {} }) => rules(spec).length === 0) ? closed : limited;
    const names = limits.map(({ metadata }) => objectId(metadata)).join(", ");
    return [`! by NetworkPolicy ${names}, ${says}; Pomerium needs ${needs}`];
  });
}
