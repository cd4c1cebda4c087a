import { accessRoutes } from "../../../policies/access/routes.ts";
import { goTo, setKey } from "../../../stack-file/commands.ts";
import { kubectl } from "../../cluster/commands.ts";
import {
  ingressName,
  openIngressName,
  pathIngressName,
  pomeriumIngressClass,
  pomeriumNamespace,
  pomeriumWorkload,
} from "../../cluster/names.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { anyHost, hostsOf } from "../annotations/hosts.ts";
import type { Stream } from "../controller.ts";
import type { AppView } from "../stack-view.ts";
import type { GateInput } from "./input.ts";

/**
 * Gate `hosts`: every host of an nginx Ingress is served by an app, as the running Pomerium itself reports, or is
 * abandoned by name. No app can take over every host at once, or a port of the TCP and UDP services.
 */
export function hostsGate(input: GateInput): Item[] {
  const items = [...nginxHosts(input)].map(([host, ingresses]) => hostItem(input, host, ingresses));
  const isRelied = items.some(({ subject }) => input.stack.apps.some(({ host }) => host === subject));
  const streams = input.nginx.streams.map((stream) => streamItem(input, stream));
  return [...(isRelied ? settingsInForce(input) : []), ...items, ...streams];
}

/** Name of a port of the TCP and UDP services in the stack file: `tcp/22`. */
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
      note: "ingress-nginx forwards the port, and no app can; give its Service an address of its own, and abandon the port",
      fix: abandonIt(input, streamKey(stream)),
    }
  );
}

/** The item of a host or port that the stack file abandons; undefined when it does not. */
function abandoned({ stack }: GateInput, key: string, subject: string): Item | undefined {
  const abandon = stack.ingressNginx?.abandon ?? {};
  return Object.hasOwn(abandon, key) ? { subject, ok: true, note: `abandoned: ${abandon[key]}` } : undefined;
}

function abandonIt({ stack }: GateInput, key: string): string {
  return setKey(stack.name, ["ingressNginx", "abandon", key], "<why>");
}

function hostItem(input: GateInput, host: string, ingresses: string[]): Item {
  const app = input.stack.apps.find((each) => each.host === host);
  const lack = app && missing(input, app);
  if (app && lack === undefined) return { subject: host, ok: true, note: `app ${app.name}` };
  const abandonedItem = abandoned(input, host, host);
  if (abandonedItem) return abandonedItem;
  if (app) return { subject: host, ok: false, at: app.at, ...lack };
  const edit = host === anyHost ? "abandon it" : "add one, or abandon the host";
  return {
    subject: host,
    ok: false,
    at: "apps",
    note: `${whyNoApp(host)} (Ingress ${ingresses.join(", ")}); ${edit}`,
    fix: abandonIt(input, host),
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

function whyNoApp(host: string): string {
  if (host === anyHost) return "serves every host that no other Ingress has, and no app can";
  return host.startsWith(anyHost) ? "no app has this wildcard for its host" : "no app has this host";
}

/** Why Pomerium does not serve an app's host yet. It must have reconciled the current version of each Ingress. */
function missing(input: GateInput, app: AppView): Pick<Item, "note" | "fix"> | undefined {
  const { namespace: own, host } = app;
  const [, open] = accessRoutes(app.access);
  const names = [
    ingressName(app.name),
    ...(open === undefined ? [] : [openIngressName(app.name)]),
    ...(app.paths ?? []).map(({ path }) => pathIngressName(app.name, path)),
  ];
  for (const name of names) {
    const id = objectId({ namespace: own, name });
    const live = input.cluster.ingresses.find(
      (each) => objectId(each) === id && each.ingressClass === pomeriumIngressClass,
    );
    if (live === undefined)
      return {
        note: `app ${app.name}: Ingress ${id} is not there yet`,
        fix: goTo(input.stack.name, "cutover"),
      };
    if (!live.rules.some((rule) => rule.host === host))
      return {
        note: `app ${app.name}: Ingress ${id} serves ${live.rules.map((rule) => rule.host).join(", ") || "no host"} so far`,
        fix: goTo(input.stack.name, "cutover"),
      };
    const status = input.pomerium.settings?.ingress[id];
    const fix = kubectl(input.stack.cluster, `describe ingress --namespace ${own} ${name}`);
    if (status === undefined)
      return { note: `app ${app.name}: Pomerium reports nothing about Ingress ${id}`, fix };
    if (!status.reconciled)
      return {
        note: `app ${app.name}: Ingress ${id} not reconciled: ${status.error ?? "no reason given"}`,
        fix,
      };
    const { observedGeneration = live.generation } = status;
    if (live.generation !== undefined && observedGeneration !== live.generation)
      return {
        note: `app ${app.name}: Ingress ${id} not reconciled yet: Pomerium reports its generation ${observedGeneration}, it is at ${live.generation}`,
        fix,
      };
  }
  return undefined;
}

/** What Pomerium reports about Ingresses counts only while its settings are in force and one of its pods is ready. */
function settingsInForce(input: GateInput): Item[] {
  const { settings, readyReplicas } = input.pomerium;
  if (settings?.reconciled && settings.current && readyReplicas > 0) return [];
  if (settings && readyReplicas === 0)
    return [
      {
        subject: `Pomerium ${pomeriumNamespace}/${pomeriumWorkload}`,
        ok: false,
        at: "pomerium",
        note: "none of its pods is ready, so nothing serves, whatever it has reported",
        fix: kubectl(input.stack.cluster, `get pods --namespace ${pomeriumNamespace}`),
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
      fix: kubectl(input.stack.cluster, "describe pomerium global"),
    },
  ];
}
