import { z } from "zod";
import { expectations, namespaceName, network } from "../../stack-file/fields.ts";
import { holds, parseNetwork } from "../../stack-file/networks.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { pomeriumNamespace, verifyService } from "../cluster/names.ts";

const peerSchema = z
  .union([
    z
      .literal("prometheus")
      .describe("Pods of any namespace with the label `app.kubernetes.io/name: prometheus`."),
    z.literal("nodes").describe("The cluster's nodes, and what runs in their network."),
    z
      .strictObject({
        namespace: namespaceName.describe("Namespace of the callers."),
        pods: z
          .record(z.string(), z.string())
          .optional()
          .describe("Labels of the callers' pods. Default: every pod of the namespace."),
      })
      .describe("Pods of a namespace."),
    z
      .strictObject({ network: network.describe("Network of the callers, `192.168.0.0/24`.") })
      .describe("Callers by address."),
  ])
  .register(expectations, { expected: "`prometheus`, `nodes`, or a map: namespace and pods, or network" });

/** Who may connect to an isolated app besides Pomerium. */
export type Peer = z.output<typeof peerSchema>;

/** A caller in words. */
export function peerText(peer: Peer): string {
  if (peer === "prometheus") return "Prometheus";
  if (peer === "nodes") return "the nodes";
  if ("network" in peer) return peer.network;
  return Object.keys(peer.pods ?? {}).length === 0
    ? `namespace ${peer.namespace}`
    : `some pods of namespace ${peer.namespace}`;
}

/** The label by which pods of Prometheus are known. */
export const prometheusLabels = { "app.kubernetes.io/name": "prometheus" };

/** Whether a peer stands for every caller that another one stands for, as far as the stack file says. */
export function includes(peer: Peer, other: Peer): boolean {
  if (typeof other === "string") return peer === other;
  if (typeof peer === "string")
    return peer === "prometheus" && "namespace" in other && hasLabels(other.pods, prometheusLabels);
  if ("network" in other) return "network" in peer && holdsAll(peer.network, other.network);
  return "namespace" in peer && peer.namespace === other.namespace && hasLabels(other.pods, peer.pods);
}

function holdsAll(network: string, other: string): boolean {
  const [outer, inner] = [parseNetwork(network), parseNetwork(other)];
  return outer !== undefined && inner !== undefined && holds(outer, inner);
}

const hasLabels = (pods: Readonly<Record<string, string>> = {}, wanted: object = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(pods, key) && pods[key] === value);

const allowFrom = (what: string) =>
  z
    .array(peerSchema)
    .min(1, { error: "is empty: leave the key out" })
    .optional()
    .describe(`Who may connect to the pods of ${what}, on any port, besides Pomerium. Default: nobody.`)
    .meta({ examples: [[{ namespace: "monitoring" }, "nodes"]] });

/** The keys of an app that are about isolation. */
export const appIsolation = {
  isolate: z
    .boolean()
    .optional()
    .describe(
      "Let only Pomerium connect to the app's pods, by a NetworkPolicy; ingress-nginx may, until it is retired. Default: as the stack says.",
    ),
  allowFrom: allowFrom("this app"),
};

/** The sections of the stack file that are about isolation. */
export const stackIsolation = {
  isolate: z
    .boolean()
    .default(false)
    .describe("Whether apps that do not say `isolate` themselves are isolated. Default: false."),
  allowFrom: allowFrom("every isolated app"),
};

/** What one level of the stack file says about isolation. */
export interface IsolationInput {
  isolate?: boolean | undefined;
  allowFrom?: readonly Peer[] | undefined;
}

/** A Service whose pods only Pomerium may reach. */
export interface IsolatedService {
  /** Key path of the app that first asks for it. */
  at: string;
  namespace: string;
  service: string;
  /** Ports of the Service, by number or name, to which Pomerium connects. */
  ports: (number | string)[];
  protocol: "TCP" | "UDP";
  /** Keys of the apps that lead there. */
  apps: string[];
  allowFrom: Peer[];
}

/** The part of an app that isolation needs. */
export interface IsolableApp {
  key: string;
  at: string;
  namespace: string;
  service: { name: string; port: number | string };
  paths?: readonly { service: { name: string; port: number | string } }[];
  route: { udp_upstream?: boolean | undefined };
}

/**
 * Resolves which Services are isolated. Apps that share one share its policy. The verify page is not isolated: this
 * program deploys it, and it shows visitors only their own identity.
 */
export function resolveIsolation(
  apps: readonly IsolableApp[],
  inputs: ReadonlyMap<string, IsolationInput>,
  { isolate = false, allowFrom = [] }: IsolationInput,
): IsolatedService[] {
  const found = new Map<string, IsolatedService>();
  for (const app of apps) {
    const input = inputs.get(app.key) ?? {};
    if (!(input.isolate ?? isolate)) continue;
    for (const { name, port } of [app.service, ...(app.paths ?? []).map(({ service }) => service)]) {
      if (app.namespace === pomeriumNamespace && name === verifyService.name) continue;
      const id = `${app.namespace}/${name}`;
      const known: IsolatedService = found.get(id) ?? {
        at: app.at,
        namespace: app.namespace,
        service: name,
        ports: [],
        protocol: app.route.udp_upstream ? "UDP" : "TCP",
        apps: [],
        allowFrom: [...allowFrom],
      };
      if (!known.ports.includes(port)) known.ports.push(port);
      if (!known.apps.includes(app.key)) {
        known.apps.push(app.key);
        known.allowFrom.push(...(input.allowFrom ?? []));
      }
      found.set(id, known);
    }
  }
  return [...found.values()];
}

/** Warns of `allowFrom` where nothing is isolated. */
export function checkIsolation(
  inputs: ReadonlyMap<string, IsolationInput>,
  { isolate = false, allowFrom }: IsolationInput,
  report: Report,
): void {
  const warn = (at: readonly PathPart[], why: string): void => {
    report.warning([...at, "allowFrom"], `has no effect: ${why}`);
  };
  for (const [app, input] of inputs)
    if (input.allowFrom !== undefined && !(input.isolate ?? isolate))
      warn(["apps", app], "the app is not isolated, so everybody in the cluster may connect");
  if (allowFrom !== undefined && ![...inputs.values()].some((input) => input.isolate ?? isolate))
    warn([], "no app is isolated");
}

/** Whether only Pomerium and the callers in the stack file reach all Services of an app. */
export function isIsolated(app: Omit<IsolableApp, "route">, isolated: readonly IsolatedService[]): boolean {
  return [app.service, ...(app.paths ?? []).map(({ service }) => service)].every(({ name }) =>
    isolated.some(({ namespace, service }) => namespace === app.namespace && service === name),
  );
}
