import { setKey } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl } from "../cluster/commands.ts";
import type { LiveCluster, LiveService } from "../cluster/live.ts";
import { pomeriumNamespace } from "../cluster/names.ts";
import { objectId } from "../cluster/objects.ts";
import { admits, isolating, selects } from "./admits.ts";
import type { LiveNetwork, LivePod } from "./live.ts";
import type { Target, Verdict } from "./policy.ts";

/** Name under an app's `accept`. */
export const acceptName = "network-policies";

/** The part of an app that this subject needs. */
interface App {
  name: string;
  /** Key path: `apps.<name>`. */
  at: string;
  namespace: string;
  service: { name: string; port: number | string };
  accept: Readonly<Record<string, string>>;
}

interface Judged {
  app: App;
  service: LiveService;
  /** `no pods`: the namespace has NetworkPolicies, and the Service has no pods that they could be about. */
  verdict: Exclude<Verdict, "yes"> | "no pods";
  /** Names of the NetworkPolicies. */
  policies: string[];
  /** Ports of the pods to which Pomerium connects. */
  ports: number[];
}

/** Judges the way from Pomerium's pods to those of each app. Apps whose way is open are left out. */
function judge(
  apps: readonly App[],
  { services }: Pick<LiveCluster, "services">,
  { policies, pods, caller }: LiveNetwork,
): Judged[] {
  return apps
    .filter(({ accept }) => !Object.hasOwn(accept, acceptName))
    .flatMap((app): Judged[] => {
      const { namespace } = app;
      const service = services.find((each) => each.namespace === namespace && each.name === app.service.name);
      const { selector } = service ?? {};
      const near = policies.filter(({ metadata }) => metadata.namespace === namespace);
      // Other checks report a missing Service, and no policy is about a Service without pods of its own.
      if (service === undefined || selector === undefined || near.length === 0) return [];
      const behind = pods.filter(
        (pod) => pod.namespace === namespace && selects({ matchLabels: selector }, pod.labels),
      );
      if (behind.length === 0)
        return [
          {
            app,
            service,
            verdict: "no pods",
            policies: near.map(({ metadata }) => metadata.name),
            ports: [],
          },
        ];
      const targets = behind.map((pod) => ({ ...pod, ...portOf(pod, service, app.service.port) }));
      const closed = targets.map((target) => ({ target, verdict: admits(policies, caller, target) }));
      const verdict = (["no", "unknown"] as const).find((each) => closed.some((one) => one.verdict === each));
      if (verdict === undefined) return [];
      const stopped = closed.filter((each) => each.verdict === verdict).map(({ target }) => target);
      return [
        {
          app,
          service,
          verdict,
          policies: [
            ...new Set(
              stopped.flatMap((target) => isolating(policies, target).map(({ metadata }) => metadata.name)),
            ),
          ],
          ports: [...new Set(targets.flatMap(({ port }) => port ?? []))],
        },
      ];
    });
}

/** The port of a pod to which a port of a Service leads. */
function portOf(
  { ports }: LivePod,
  service: LiveService,
  port: number | string,
): Pick<Target, "port" | "portNames"> {
  const { targetPort } = service.ports.find((each) => each.port === port || each.name === port) ?? {};
  const named = ports.filter(({ protocol }) => protocol === "TCP");
  const number =
    typeof targetPort === "string" ? named.find(({ name }) => name === targetPort)?.port : targetPort;
  return { port: number, portNames: named.filter((each) => each.port === number).map(({ name }) => name) };
}

/** NetworkPolicies that keep Pomerium away from an app. ingress-nginx may have been admitted by its namespace. */
export function networkProblems(
  { name: stack, cluster, apps }: { name: string; cluster: { context: string }; apps: readonly App[] },
  live: Pick<LiveCluster, "services">,
  network: LiveNetwork,
): Problem[] {
  return judge(apps, live, network)
    .filter(({ verdict }) => verdict === "no")
    .map((judged) => ({
      at: `${judged.app.at}.service`,
      message: `by ${policiesOf(judged)}, Pomerium's pods (namespace ${pomeriumNamespace}) cannot connect to those behind Service ${objectId(judged.service)}, so the app would not answer. Add a policy that does; it changes none of the others. Where the cluster's network plugin ignores NetworkPolicies, say so instead: ${setKey(stack, ["apps", judged.app.name, "accept", acceptName], "<why>")}`,
      mend: `echo '${JSON.stringify(admission(judged))}' | ${kubectl(cluster, "apply --filename -")}`,
    }));
}

function policiesOf({ app, policies }: Judged): string {
  const kind = policies.length === 1 ? "NetworkPolicy" : "NetworkPolicies";
  return `${kind} ${policies.map((name) => `${app.namespace}/${name}`).join(", ")}`;
}

/** The NetworkPolicy that admits Pomerium. Policies add up, so it takes nothing away. */
function admission({ app, service, ports }: Judged): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${app.name}-from-${pomeriumNamespace}`, namespace: app.namespace },
    spec: {
      podSelector: { matchLabels: service.selector },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": pomeriumNamespace } } },
          ],
          ...(ports.length === 0 ? {} : { ports: ports.map((port) => ({ protocol: "TCP", port })) }),
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
  const why = {
    unknown: "they decide by addresses, or by a port that is not known",
    "no pods": "no pod runs behind the Service",
  };
  return [
    ...judge(apps, live, network).flatMap((judged) =>
      judged.verdict === "no"
        ? []
        : [
            `! ${judged.app.name}: not known whether ${policiesOf(judged)} will admit Pomerium's pods: ${why[judged.verdict]}`,
          ],
    ),
    ...(network.unjudged.length === 0
      ? []
      : [
          `! not judged here, see whether they admit Pomerium's pods (namespace ${pomeriumNamespace}): ${network.unjudged.join(", ")}`,
        ]),
  ];
}
