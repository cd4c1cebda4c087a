import { ingressName, openIngressName } from "../../components/apps/ingress.ts";
import { objectId } from "../../components/cluster/objects.ts";
import { ingressClass } from "../../components/pomerium/names.ts";
import { keyPath } from "../../config/paths.ts";
import type { AppConfig } from "../../config/stack.ts";
import { accessRoutes } from "../../policies/access.ts";
import { bringTo, type GateInput, type Item, kubectl } from "./gate.ts";

/** How kubectl writes the host of an Ingress that takes any: one with a default backend and no host. */
const anyHost = "*";

/**
 * Every host of an nginx Ingress is answered by an app, as Pomerium itself reports, or is abandoned by name. A wildcard
 * is a host like any other: no app stands for it.
 */
export function hostsGate(input: GateInput): Item[] {
  const items = [...nginxHosts(input)].map(([host, ingresses]) => hostItem(input, host, ingresses));
  const isRelied = items.some(({ subject }) => input.stack.apps.some(({ host }) => host === subject));
  return [...(isRelied ? settingsInForce(input) : []), ...items];
}

function hostItem(input: GateInput, host: string, ingresses: string[]): Item {
  const app = input.stack.apps.find((each) => each.host === host);
  const lack = app && missing(input, app);
  if (app && lack === undefined) return { subject: host, ok: true, note: `app ${app.name}` };
  const abandon = input.stack.ingressNginx?.abandon ?? {};
  if (Object.hasOwn(abandon, host)) return { subject: host, ok: true, note: `abandoned: ${abandon[host]}` };
  if (app) return { subject: host, ok: false, at: app.at, ...lack };
  const edit = host.startsWith(anyHost) ? "abandon it" : "add one, or abandon the host";
  return {
    subject: host,
    ok: false,
    at: "apps",
    note: `${noApp(host)} (Ingress ${ingresses.join(", ")}); ${edit}`,
    mend: `pulumi config set --stack ${input.stack.name} --path '${keyPath(["ingressNginx", "abandon", host])}' '<why>'`,
  };
}

/** Host → nginx Ingresses that serve it. */
function nginxHosts({ nginx }: Pick<GateInput, "nginx">): Map<string, string[]> {
  const hosts = new Map<string, Set<string>>();
  for (const ingress of nginx.ingresses) {
    const own = ingress.rules.length > 0 ? ingress.rules.map(({ host }) => host) : [anyHost];
    for (const host of own) hosts.set(host, (hosts.get(host) ?? new Set()).add(objectId(ingress)));
  }
  return new Map([...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([host, names]) => [host, [...names]]));
}

function noApp(host: string): string {
  if (host === anyHost) return "answers every host that no other Ingress has, and no app can";
  return host.startsWith(anyHost) ? "no app has a wildcard for its host" : "no app has this host";
}

/** Why Pomerium does not answer an app's host yet: each of its Ingresses must be there, as it is now, and taken. */
function missing(input: GateInput, app: AppConfig): Pick<Item, "note" | "mend"> | undefined {
  const { namespace, host } = app;
  for (const i of accessRoutes(app.access).keys()) {
    const name = i === 0 ? ingressName(app.name) : openIngressName(app.name);
    const id = objectId({ namespace, name });
    const live = input.cluster.ingresses.find(
      (each) => objectId(each) === id && each.ingressClass === ingressClass,
    );
    if (live === undefined)
      return { note: `app ${app.name}: Ingress ${id} is not there yet`, mend: bringTo(input, "cutover") };
    if (!live.rules.some((rule) => rule.host === host))
      return {
        note: `app ${app.name}: Ingress ${id} answers ${live.rules.map((rule) => rule.host).join(", ") || "no host"} until now`,
        mend: bringTo(input, "cutover"),
      };
    const status = input.cluster.pomerium.settings?.ingress[id];
    const mend = kubectl(input, `describe ingress --namespace ${namespace} ${name}`);
    if (status === undefined)
      return { note: `app ${app.name}: Pomerium says nothing of Ingress ${id}`, mend };
    if (!status.reconciled)
      return {
        note: `app ${app.name}: Ingress ${id} not reconciled: ${status.error ?? "no reason given"}`,
        mend,
      };
  }
  return undefined;
}

/** What Pomerium reports of its Ingresses is worth no more than what it reports of itself. */
function settingsInForce(input: GateInput): Item[] {
  const { settings } = input.cluster.pomerium;
  if (settings?.reconciled && settings.current) return [];
  const why =
    settings === undefined ? "Pomerium is not installed yet" : (settings.error ?? "settings not in force");
  return [
    {
      subject: "Pomerium/global",
      ok: false,
      at: "pomerium",
      note: why,
      mend: kubectl(input, "describe pomerium global"),
    },
  ];
}
