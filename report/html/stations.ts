import type { AppAccess } from "../../policies/access/matrix/matrix.ts";
import { counted, few } from "../../stack-file/text.ts";

import type { Ways } from "./ways.ts";

/** A lane through Pomerium: its question to a caller. */
export type Lane = "people" | "api" | "public";

export const lanes: readonly Lane[] = ["people", "api", "public"];

/** A box or a line of text where lanes begin, pass or end. */
export interface Station {
  title: string;
  detail: string;
  lanes: readonly Lane[];
}

/** The lanes on which an app is reached. Empty if nobody reaches it or nothing is known. */
export function lanesOf({ public: everybody, open, alike }: AppAccess): Lane[] {
  if (everybody) return ["public"];
  const people = alike.some(({ mark }) => mark === "people");
  return [...(people ? (["people"] as const) : []), ...(open.length > 0 ? (["api"] as const) : [])];
}

/** The callers of each lane. */
export const callers: Readonly<Record<Lane, Omit<Station, "lanes">>> = {
  people: { title: "People", detail: "signed in, known by name" },
  api: { title: "API callers", detail: "apps, scripts: no sign-in" },
  public: { title: "Anybody", detail: "signed in or not" },
};

/** More services than this are drawn in groups, one for each set of lanes. */
const most = 16;

const groups = ["people", "people,api", "api", "public", ""];
const groupTitles = [
  "People only",
  "People, some paths open",
  "Open paths only",
  "Public",
  "Nobody, or not known",
];

const groupOf = (access: AppAccess): number => groups.indexOf(lanesOf(access).join());

/** The services, in an order in which few lanes cross. */
export function services(apps: readonly AppAccess[], ways: Ways | undefined): Station[] {
  const sorted = apps.toSorted((one, other) => groupOf(one) - groupOf(other));
  if (apps.length <= most)
    return sorted.map((access) => ({
      title: access.app.name,
      detail: ways?.services[access.app.name] ?? access.app.host,
      lanes: lanesOf(access),
    }));
  return groupTitles.flatMap((title, i) => {
    const group = sorted.filter((access) => groupOf(access) === i);
    if (group.length === 0) return [];
    return {
      title: `${title}: ${counted(group.length, "app")}`,
      detail: few(
        group.map(({ app }) => app.name),
        2,
      ),
      lanes: lanesOf(group[0]!),
    };
  });
}

/** The ways in: the router, which leads to every app, and the tunnels. */
export function entries(apps: readonly AppAccess[], ways: Ways | undefined): Station[] {
  const used = (some: readonly AppAccess[]): Lane[] =>
    lanes.filter((lane) => some.some((access) => lanesOf(access).includes(lane)));
  if (!ways) return [{ title: "The way in", detail: "as the cluster has it", lanes: used(apps) }];
  const tunnels = ways.tunnels.flatMap(({ name, apps: carried }) => {
    const some = apps.filter(({ app }) => carried.includes(app.pathOf ?? app.name));
    if (some.length === 0) return [];
    return {
      title: "Cloudflare Tunnel",
      detail: `${name}: ${counted(some.filter(({ app }) => app.pathOf === undefined).length, "app")}`,
      lanes: used(some),
    };
  });
  return [
    ...(ways.router ? [{ title: "Router", detail: `443 → ${ways.router}`, lanes: used(apps) }] : []),
    ...tunnels,
  ];
}

/** A note that the drawing cannot express: a tunnel protects nothing while the router leads to the same apps. */
export function aroundTunnel(ways: Ways | undefined): string | undefined {
  const carried = [...new Set(ways?.tunnels.flatMap(({ apps }) => apps))];
  if (!ways?.router || carried.length === 0) return undefined;
  const answer = carried.length === 1 ? "answers" : "answer";
  return `The router leads to the same Pomerium as the tunnel: ${few(carried, 3)} ${answer} there too, to anybody who knows the name.`;
}
