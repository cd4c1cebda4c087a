import { setKey } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl } from "../cluster/commands.ts";
import type { LiveCluster, LiveService } from "../cluster/live.ts";
import { pomeriumNamespace } from "../cluster/names.ts";
import { objectLabel } from "../cluster/objects.ts";
import { admits, isolating, selects } from "./admits.ts";
import type { LiveNetwork, LivePod } from "./live.ts";
import { ownPodLines } from "./own-pods.ts";
import type { Admission, NetworkPolicy, Target } from "./policy.ts";

/** Name under an app's `accept`. */
export const acceptName = "network-policies";

/** The part of an app that this subject needs. */
interface App {
  name: string;
  /** Key in the stack file. Several hosts share it. */
  key?: string;
  /** Key path: `apps.<name>`. */
  at: string;
  namespace: string;
  service: Backend;
  /** Paths that have their own Service. */
  paths?: readonly { at: string; service: Backend }[];
  accept: Readonly<Record<string, string>>;
  route?: { udp_upstream?: boolean | undefined };
}

interface Backend {
  name: string;
  port: number | string;
}

/** A Service to which Pomerium connects. */
interface Wanted {
  /** Key of the first app with the Service. */
  app: string;
  /** Key path of the first place that names the Service. */
  at: string;
  namespace: string;
  service: string;
  ports: WantedPort[];
}

/** A port of a Service, and how Pomerium connects to it. */
interface WantedPort {
  port: number | string;
  protocol: Target["protocol"];
}

interface Judged extends Wanted {
  selector: Readonly<Record<string, string>>;
  /** `no pods`: the namespace has NetworkPolicies, and the Service has no pods that they could be about. */
  admission: Exclude<Admission, "yes"> | "no pods";
  /** Names of the NetworkPolicies. */
  policies: string[];
  /** Ports of the pods to which Pomerium connects. */
  podPorts: { protocol: Target["protocol"]; port: number }[];
}

/** Every Service of the apps once, with all its ports in use. */
function wantedServices(apps: readonly App[]): Wanted[] {
  const all = apps
    .filter(({ accept }) => !Object.hasOwn(accept, acceptName))
    .flatMap(({ name, key = name, at, namespace, service, paths = [], route }) =>
      [{ at, service }, ...paths].map((each) => ({
        app: key,
        at: each.at,
        namespace,
        ...each.service,
        protocol: route?.udp_upstream ? ("UDP" as const) : ("TCP" as const),
      })),
    );
  return [...Map.groupBy(all, ({ namespace, name }) => `${namespace}/${name}`).values()].map((group) => {
    const { app, at, namespace, name } = group[0]!;
    const ports = group.map((each): [string, WantedPort] => [
      `${each.protocol} ${each.port}`,
      { port: each.port, protocol: each.protocol },
    ]);
    return { app, at, namespace, service: name, ports: [...new Map(ports).values()] };
  });
}

/** Judges the way from Pomerium's pods to those behind each Service. Services whose way is open are left out. */
function judgeServices(
  apps: readonly App[],
  { services }: Pick<LiveCluster, "services">,
  { policies, pods, caller }: LiveNetwork,
): Judged[] {
  return wantedServices(apps).flatMap((wanted): Judged[] => {
    const { namespace } = wanted;
    const service = services.find((each) => each.namespace === namespace && each.name === wanted.service);
    const { selector } = service ?? {};
    const near = policies.filter(({ metadata }) => metadata.namespace === namespace);
    // Other checks report a missing Service, and no policy is about a Service without its own pods.
    if (service === undefined || selector === undefined || near.length === 0) return [];
    const judged = { ...wanted, selector };
    const behind = pods.filter(
      (pod) => pod.namespace === namespace && selects({ matchLabels: selector }, pod.labels),
    );
    if (behind.length === 0)
      return [{ ...judged, admission: "no pods", policies: namesOf(near), podPorts: [] }];
    const targets = behind.flatMap((pod) =>
      wanted.ports.map((port) => ({ ...pod, ...portOf(pod, service, port) })),
    );
    const closed = targets.map((target) => ({ target, admission: admits(policies, caller, target) }));
    const admission = (["no", "unknown"] as const).find((each) =>
      closed.some((one) => one.admission === each),
    );
    if (admission === undefined) return [];
    const stopped = closed.filter((each) => each.admission === admission).map(({ target }) => target);
    return [
      {
        ...judged,
        admission,
        policies: namesOf(stopped.flatMap((target) => isolating(policies, target))),
        podPorts: uniquePorts(targets),
      },
    ];
  });
}

function uniquePorts(targets: readonly Target[]): Judged["podPorts"] {
  const known = targets.flatMap(({ protocol, port }) => (port === undefined ? [] : [{ protocol, port }]));
  return [...new Map(known.map((each) => [`${each.protocol} ${each.port}`, each])).values()];
}

function namesOf(policies: readonly NetworkPolicy[]): string[] {
  return [...new Set(policies.map(({ metadata }) => metadata.name))];
}

/** The port of a pod to which a port of a Service leads. */
function portOf(
  { ports }: LivePod,
  service: LiveService,
  { port, protocol }: WantedPort,
): Pick<Target, "port" | "portNames" | "protocol"> {
  const same = service.ports.filter((each) => each.port === port || each.name === port);
  // A Service may have the same port for both protocols.
  const { targetPort } = same.find((each) => (each.protocol ?? "TCP") === protocol) ?? same[0] ?? {};
  const named = ports.filter((each) => each.protocol === protocol);
  const number =
    typeof targetPort === "string" ? named.find(({ name }) => name === targetPort)?.port : targetPort;
  const portNames = named.filter((each) => each.port === number).map(({ name }) => name);
  return { port: number, portNames, protocol };
}

/** NetworkPolicies that keep Pomerium away from an app. ingress-nginx may have been admitted by its namespace. */
export function networkProblems(
  { name: stack, cluster, apps }: { name: string; cluster: { context: string }; apps: readonly App[] },
  live: Pick<LiveCluster, "services">,
  network: LiveNetwork,
): Problem[] {
  return judgeServices(apps, live, network)
    .filter(({ admission }) => admission === "no")
    .map((judged) => ({
      at: `${judged.at}.service`,
      message: `by ${policiesOf(judged)}, Pomerium's pods (namespace ${pomeriumNamespace}) cannot connect to those behind Service ${judged.namespace}/${judged.service}, so the app would not answer. Add a policy that does; it changes none of the others. Where the cluster's network plugin ignores NetworkPolicies, say so instead: ${setKey(stack, ["apps", judged.app, "accept", acceptName], "<why>")}`,
      fix: `echo '${JSON.stringify(admission(judged))}' | ${kubectl(cluster, "apply --filename -")}`,
    }));
}

function policiesOf({ namespace, policies }: Judged): string {
  const kind = policies.length === 1 ? "NetworkPolicy" : "NetworkPolicies";
  return `${kind} ${policies.map((name) => `${namespace}/${name}`).join(", ")}`;
}

/** The NetworkPolicy that admits Pomerium. Policies add up, so it takes nothing away. */
function admission({ namespace, service, selector, podPorts }: Judged): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${service}-from-${pomeriumNamespace}`, namespace },
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": pomeriumNamespace } } },
          ],
          ...(podPorts.length === 0 ? {} : { ports: podPorts }),
        },
      ],
    },
  };
}

/** What could not be judged, one line each. */
export function networkNotes(
  { apps }: { apps: readonly App[] },
  live: Pick<LiveCluster, "services">,
  network: LiveNetwork,
): string[] {
  const asking = apps.filter(({ accept }) => !Object.hasOwn(accept, acceptName));
  const unjudged = network.unjudged.filter(({ namespace }) =>
    asking.some((app) => namespace === undefined || namespace === app.namespace),
  );
  const why = {
    unknown: "they decide by addresses, or by a port that is not known",
    "no pods": "no pod runs behind the Service",
  };
  return [
    ...judgeServices(apps, live, network).flatMap((judged) =>
      judged.admission === "no"
        ? []
        : [
            `! ${judged.app}: not known whether ${policiesOf(judged)} will admit Pomerium's pods: ${why[judged.admission]}`,
          ],
    ),
    // A stack that accepts the policies of all apps knows that they have no effect.
    ...(apps.length > 0 && asking.length === 0 ? [] : ownPodLines(network)),
    ...(unjudged.length === 0
      ? []
      : [
          `! not judged here, see whether they admit Pomerium's pods (namespace ${pomeriumNamespace}): ${unjudged.map(objectLabel).join(", ")}`,
        ]),
  ];
}
