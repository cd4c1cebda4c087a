import { accessRoutes } from "../../../policies/access/routes.ts";
import { keyPath } from "../../../stack-file/paths.ts";
import type { AppConfig } from "../../apps/config.ts";
import { kubectl } from "../../cluster/commands.ts";
import {
  ingressName,
  openIngressName,
  pomeriumIngressClass,
  pomeriumNamespace,
  pomeriumWorkload,
} from "../../cluster/names.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { anyHost, hostsOf } from "../annotations/hosts.ts";
import type { Stream } from "../controller.ts";
import { bringTo, type GateInput } from "./gate.ts";

/**
 * Every host of an nginx Ingress is answered by an app, as a running Pomerium itself reports, or is abandoned by name.
 * A wildcard is a host like any other: no app stands for it; and none stands for a port that ingress-nginx passes on.
 */
export function hostsGate(input: GateInput): Item[] {
  const items = [...nginxHosts(input)].map(([host, ingresses]) => hostItem(input, host, ingresses));
  const isRelied = items.some(({ subject }) => input.stack.apps.some(({ host }) => host === subject));
  const streams = input.nginx.streams.map((stream) => streamItem(input, stream));
  return [...(isRelied ? settingsInForce(input) : []), ...items, ...streams];
}

/** What the stack file calls a port of the TCP and UDP services: `tcp/22`. */
export function streamKey({ protocol, port }: Pick<Stream, "protocol" | "port">): string {
  return `${protocol.toLowerCase()}/${port}`;
}

function streamItem(input: GateInput, stream: Stream): Item {
  const { protocol, port, backend } = stream;
  const subject = `${protocol} ${port} (${backend})`;
  return (
    abandoned(input, streamKey(stream), subject) ?? {
      subject,
      ok: false,
      at: "ingressNginx.abandon",
      note: "ingress-nginx passes the port on, and no app can; give its Service an address of its own, and abandon the port",
      mend: abandonIt(input, streamKey(stream)),
    }
  );
}

/** What the stack file lets go, under the key by which it does. */
function abandoned({ stack }: GateInput, key: string, subject: string): Item | undefined {
  const abandon = stack.ingressNginx?.abandon ?? {};
  return Object.hasOwn(abandon, key) ? { subject, ok: true, note: `abandoned: ${abandon[key]}` } : undefined;
}

function abandonIt({ stack }: GateInput, key: string): string {
  return `pulumi config set --stack ${stack.name} --path '${keyPath(["ingressNginx", "abandon", key])}' '<why>'`;
}

function hostItem(input: GateInput, host: string, ingresses: string[]): Item {
  const app = input.stack.apps.find((each) => each.host === host);
  const lack = app && missing(input, app);
  if (app && lack === undefined) return { subject: host, ok: true, note: `app ${app.name}` };
  const letGo = abandoned(input, host, host);
  if (letGo) return letGo;
  if (app) return { subject: host, ok: false, at: app.at, ...lack };
  const edit = host.startsWith(anyHost) ? "abandon it" : "add one, or abandon the host";
  return {
    subject: host,
    ok: false,
    at: "apps",
    note: `${noApp(host)} (Ingress ${ingresses.join(", ")}); ${edit}`,
    mend: abandonIt(input, host),
  };
}

/** Host → nginx Ingresses that serve it. */
function nginxHosts({ nginx }: Pick<GateInput, "nginx">): Map<string, string[]> {
  const hosts = new Map<string, Set<string>>();
  for (const ingress of nginx.ingresses)
    for (const host of hostsOf(ingress))
      hosts.set(host, (hosts.get(host) ?? new Set()).add(objectId(ingress)));
  return new Map([...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([host, names]) => [host, [...names]]));
}

function noApp(host: string): string {
  if (host === anyHost) return "answers every host that no other Ingress has, and no app can";
  return host.startsWith(anyHost) ? "no app has a wildcard for its host" : "no app has this host";
}

/** Why Pomerium does not answer an app's host yet: each of its Ingresses must be there, as it is now, and taken. */
function missing(input: GateInput, app: AppConfig): Pick<Item, "note" | "mend"> | undefined {
  const { namespace: own, host } = app;
  for (const i of accessRoutes(app.access).keys()) {
    const name = i === 0 ? ingressName(app.name) : openIngressName(app.name);
    const id = objectId({ namespace: own, name });
    const live = input.cluster.ingresses.find(
      (each) => objectId(each) === id && each.ingressClass === pomeriumIngressClass,
    );
    if (live === undefined)
      return { note: `app ${app.name}: Ingress ${id} is not there yet`, mend: bringTo(input, "cutover") };
    if (!live.rules.some((rule) => rule.host === host))
      return {
        note: `app ${app.name}: Ingress ${id} answers ${live.rules.map((rule) => rule.host).join(", ") || "no host"} until now`,
        mend: bringTo(input, "cutover"),
      };
    const status = input.cluster.pomerium.settings?.ingress[id];
    const mend = kubectl(input.stack.cluster, `describe ingress --namespace ${own} ${name}`);
    if (status === undefined)
      return { note: `app ${app.name}: Pomerium says nothing of Ingress ${id}`, mend };
    if (!status.reconciled)
      return {
        note: `app ${app.name}: Ingress ${id} not reconciled: ${status.error ?? "no reason given"}`,
        mend,
      };
    const { observedGeneration = live.generation } = status;
    if (live.generation !== undefined && observedGeneration !== live.generation)
      return {
        note: `app ${app.name}: Ingress ${id} not reconciled yet: Pomerium reports its generation ${observedGeneration}, it is at ${live.generation}`,
        mend,
      };
  }
  return undefined;
}

/** What Pomerium reports of its Ingresses is worth no more than what it reports of itself, nor than its pods. */
function settingsInForce(input: GateInput): Item[] {
  const { settings, readyReplicas } = input.cluster.pomerium;
  if (settings?.reconciled && settings.current && readyReplicas > 0) return [];
  if (settings && readyReplicas === 0)
    return [
      {
        subject: `Pomerium ${pomeriumNamespace}/${pomeriumWorkload}`,
        ok: false,
        at: "pomerium",
        note: "no pod of it is ready: whatever it has reported, nothing answers",
        mend: kubectl(input.stack.cluster, `get pods --namespace ${pomeriumNamespace}`),
      },
    ];
  const why =
    settings === undefined ? "Pomerium is not installed yet" : (settings.error ?? "settings not in force");
  return [
    {
      subject: "Pomerium/global",
      ok: false,
      at: "pomerium",
      note: why,
      mend: kubectl(input.stack.cluster, "describe pomerium global"),
    },
  ];
}
