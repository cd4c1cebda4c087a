import type { PathPart } from "../stack-file/paths.ts";
import { isMap } from "../stack-file/paths.ts";
import { project } from "../stack-file/project.ts";
import { appSection } from "./app-section.ts";
import { type Comment, commentedYaml, commentLine } from "./commented-yaml.ts";
import type { Inventory } from "./inventory.ts";
import { planStack } from "./plan.ts";

/**
 * What a second run would add to a stack file: an app for each host that the file does not have, with its zone. The
 * file may have mistakes or be half-filled.
 *
 * @param raw The file's sections, unchecked.
 */
export function additions(raw: Readonly<Record<string, unknown>>, inventory: Inventory): string {
  const domain = typeof raw.domain === "string" ? raw.domain : undefined;
  const apps = isMap(raw.apps) ? raw.apps : {};
  const hosts = Object.entries(apps).flatMap(([name, app]) => hostsOf(name, app, domain));
  const nginx = isMap(raw.ingressNginx) ? raw.ingressNginx : {};
  // Hosts that get no app: they are abandoned, or they stay at ingress-nginx.
  const answered = [nginx.abandon, nginx.stays].flatMap((each) => (isMap(each) ? Object.keys(each) : []));
  const certificates = isMap(raw.certificates) ? raw.certificates : {};
  const zones = isMap(certificates.zones) ? Object.keys(certificates.zones) : [];
  const plan = planStack(inventory, {
    names: Object.keys(apps),
    hosts: [...hosts, ...answered],
    zones,
    ...(domain === undefined ? {} : { domain }),
  });
  const values: Record<string, unknown> = {};
  const comments: Comment[] = [];
  const oneLine: (readonly PathPart[])[] = [];
  const newZones = plan.certificates.zones.filter(({ zone }) => !zones.includes(zone));
  if (newZones.length > 0) {
    values[`${project}:certificates`] = {
      zones: Object.fromEntries(newZones.map(({ zone, value }) => [zone, value ?? {}])),
    };
    for (const { zone, value } of newZones) {
      const path = [`${project}:certificates`, "zones", zone];
      oneLine.push(path);
      if (value === undefined)
        comments.push({ path, place: "beside", text: "TO DO: the zone's DNS provider" });
    }
  }
  const key = `${project}:apps`;
  if (plan.apps.length > 0) values[key] = {};
  for (const app of plan.apps) {
    const section = appSection(app, plan.domain);
    (values[key] as Record<string, unknown>)[app.name] = section.value;
    comments.push(...section.comments.map((each) => ({ ...each, path: [key, app.name, ...each.path] })));
    oneLine.push(...section.oneLine.map((path) => [key, app.name, ...path]));
  }
  const left = plan.leftOut
    .map(({ host, ingress, why }) => commentLine(`${host} (${ingress}): ${why}`))
    .join("");
  if (Object.keys(values).length === 0)
    return left === "" ? "# nothing: the stack file has every host that ingress-nginx serves\n" : left;
  return left + commentedYaml(values, comments, { oneLine });
}

function hostsOf(name: string, app: unknown, domain: string | undefined): string[] {
  if (!isMap(app)) return [];
  const { host = domain === undefined ? undefined : `${name}.${domain}`, aliases } = app;
  return [host, ...(Array.isArray(aliases) ? aliases : [])].filter((each) => typeof each === "string");
}
