import { standsFor } from "../stack-file/hosts.ts";
import type { PathPart } from "../stack-file/paths.ts";
import { project } from "../stack-file/project.ts";
import { appSection } from "./app-section.ts";
import { certificatesSection } from "./certificates-section.ts";
import { type Comment, commentedYaml } from "./commented-yaml.ts";
import { nginxSection } from "./nginx-section.ts";
import type { Plan } from "./plan.ts";
import { pomeriumSection } from "./pomerium-section.ts";
import { type Section, type Todo, todo } from "./section.ts";
import { carriers, tunnelsSection } from "./tunnels-section.ts";

/** The facts from the command line. */
export interface Said {
  stack: string;
  /** Context of the kubeconfig; absent for exported objects without one. */
  context?: string;
  kubeconfig?: string;
  admins: readonly string[];
  /** What was read, as the end of "from …". */
  source: string;
}

/** A new stack file for a planned stack, and what is left to do in it. */
export function stackText(plan: Plan, said: Said): { text: string; todos: Todo[] } {
  const sections: [string, Section | undefined][] = [
    ["cluster", clusterSection(plan, said)],
    ["phase", undefined],
    ["domain", undefined],
    ["pomerium", pomeriumSection(plan)],
    ["certificates", certificatesSection(plan)],
    ["users", usersSection(said)],
    ["apps", appsSection(plan)],
    ["tunnels", plan.cloudflare && tunnelsSection(plan.cloudflare, plan.apps)],
    ["ingressNginx", nginxSection(plan, said)],
    ["accessTests", testsSection(plan)],
  ];
  const values: Record<string, unknown> = {};
  const comments: Comment[] = [];
  const oneLine: (readonly PathPart[])[] = [];
  const todos: Todo[] = [];
  for (const [name, section] of sections) {
    const key = `${project}:${name}`;
    if (name === "phase") values[key] = "coexist";
    if (name === "domain") {
      values[key] = plan.domain ?? null;
      if (plan.domain === undefined) {
        comments.push({ path: [key], place: "beside", text: `${todo} domain of the hosts` });
        todos.push({ at: "domain", message: "the domain of the hosts", stops: "check" });
      }
    }
    if (section === undefined) continue;
    values[key] = section.value;
    comments.push(...section.comments.map((each) => ({ ...each, path: [key, ...each.path] })));
    oneLine.push(...section.oneLine.map((path) => [key, ...path]));
    todos.push(...section.todos);
  }
  return { text: commentedYaml(values, comments, { head: headOf(plan, said), oneLine }), todos };
}

function headOf({ leftOut, unserved }: Plan, { source, stack }: Said): string[] {
  return [
    "yaml-language-server: $schema=./stack/stack.schema.json",
    "",
    `Written by \`init\` from ${source}.`,
    "TO DO marks what only you know; `check` names it until it is there. DECIDE marks what works as it is and may not be",
    "what you want. Every app lets in the admins and nobody else, because nothing in the cluster says who else may pass:",
    "  access: {groups: [family]}               people, besides the admins",
    "  access: {groups: [family], api: [/api]}  and paths that anybody may call, because the app checks them itself",
    ...(leftOut.length === 0
      ? []
      : [
          "",
          "ingress-nginx also serves these hosts, and no app here takes them over:",
          ...leftOut.map(({ host, ingress, why }) => `  ${host} (${ingress}): ${why}`),
        ]),
    ...(unserved.length === 0
      ? []
      : [
          "",
          "These hosts have an Ingress as well. No app here takes them over:",
          ...unserved.map(({ host, ingress, why }) => `  ${host} (${ingress}): ${why}`),
        ]),
    "",
    `The secrets are set by commands, which \`npx pomerium-migration check ${stack}\` names.`,
  ];
}

function clusterSection({ inventory, cloudflare, apps }: Plan, { context, kubeconfig }: Said): Section {
  const { uid } = inventory.cluster;
  const comments: Comment[] = [];
  const todos: Todo[] = [];
  if (context === undefined) {
    comments.push({
      path: ["context"],
      place: "beside",
      text: `${todo} context of the kubeconfig; kubectl config get-contexts`,
    });
    todos.push({ at: "cluster.context", message: "the context of the kubeconfig", stops: "check" });
  }
  if (uid === "") {
    comments.push({
      path: ["exposure"],
      place: "before",
      text: "The UID of the cluster was not in the export. The first preview asks for it.",
    });
    todos.push({
      at: "cluster.uid",
      message: "the UID of the cluster, which the first preview tells with its command",
      stops: "preview",
    });
  }
  comments.push({
    path: ["exposure"],
    place: "before",
    text: "DECIDE: direct, if a router or a public address leads to the cluster; tunnelOnly, if nothing but a tunnel does. direct is the careful choice: it asks for a consent before an app becomes public.",
  });
  const carried =
    cloudflare === undefined ? [] : carriers(cloudflare, apps).flatMap((carrier) => carrier.apps);
  if (apps.length > 0 && apps.every((app) => carried.includes(app)))
    comments.push({
      path: ["exposure"],
      place: "before",
      text: "A tunnel carries every host today, so it is tunnelOnly unless a router forwards to the cluster as well.",
    });
  return {
    value: {
      context: context ?? null,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(uid === "" ? {} : { uid }),
      exposure: "direct",
    },
    comments,
    oneLine: [],
    todos,
  };
}

function usersSection({ admins }: Said): Section {
  return {
    value: { admins: [...admins] },
    comments:
      admins.length > 0
        ? []
        : [
            {
              path: ["admins"],
              place: "beside",
              text: `${todo} your address, as the identity provider knows it: [you@example.org]`,
            },
          ],
    oneLine: [],
    todos:
      admins.length > 0 ? [] : [{ at: "users.admins", message: "who reaches every app", stops: "check" }],
  };
}

/** Pomerium's own page, unless ingress-nginx serves its host, by itself or by a wildcard. */
function hasVerify({ domain, apps }: Plan): boolean {
  const own = `verify.${domain}`;
  return (
    domain !== undefined &&
    !apps.some(({ host, aliases }) => [host, ...aliases].some((each) => each === own || standsFor(each, own)))
  );
}

function appsSection(plan: Plan): Section {
  const { domain, apps } = plan;
  const section: Section = { value: {}, comments: [], oneLine: [], todos: [] };
  if (hasVerify(plan)) {
    section.value.verify = {
      namespace: "pomerium",
      service: { name: "verify", port: 8000 },
      access: "admins",
    };
    section.comments.push({
      path: ["verify"],
      place: "before",
      text: "Pomerium's own page: who it thinks you are. Leave it out if you do not want it.",
    });
    section.oneLine.push(["verify", "service"]);
  }
  for (const app of apps) {
    const { value, comments, oneLine, todos } = appSection(app, domain);
    section.value[app.name] = value;
    section.comments.push(...comments.map((each) => ({ ...each, path: [app.name, ...each.path] })));
    section.oneLine.push(...oneLine.map((path) => [app.name, ...path]));
    section.todos.push(...todos);
  }
  return section;
}

/** Tests that stop a preview if somebody opens an app by mistake. */
function testsSection(plan: Plan): Section {
  const names = [...(hasVerify(plan) ? ["verify"] : []), ...plan.apps.map(({ name }) => name)];
  return {
    value: { apps: Object.fromEntries(names.map((name) => [name, [{ deny: ["stranger", "anonymous"] }]])) },
    comments: [
      {
        path: ["apps"],
        place: "before",
        text: "A preview stops if one of these does not hold. Change them when you open an app to more people.",
      },
    ],
    oneLine: names.map((name) => ["apps", name]),
    todos: [],
  };
}
