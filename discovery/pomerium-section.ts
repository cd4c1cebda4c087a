import { newestRelease } from "../policies/language/releases.ts";
import { keyPath } from "../stack-file/paths.ts";
import type { Comment } from "./commented-yaml.ts";
import type { Plan } from "./plan.ts";
import { type Section, type Task, todo } from "./section.ts";
import { wayInOf } from "./way-in.ts";

/** The section about Pomerium, of which a cluster shows little. */
export function pomeriumSection(plan: Plan): Section {
  const wayIn = wayInOf(plan.inventory);
  const tasks = [...wayIn.tasks, ...tasksOf(plan)];
  const signIn = signInHost(plan);
  const several = plan.inventory.nodes.length > 1;
  return {
    value: {
      version: newestRelease,
      ...wayIn.value,
      ...(signIn === undefined ? {} : { authenticateHost: signIn }),
      identityProvider: { provider: null, clientId: null },
      storage: {
        pebble: { hostPath: "/var/lib/pomerium", size: "2Gi", ...(several ? { node: null } : {}) },
      },
    },
    comments: [
      ...tasks.map(({ path, comment }): Comment => ({ path, place: "beside", text: comment })),
      ...wayIn.comments,
      {
        path: ["storage"],
        place: "before",
        text: "DECIDE: where sessions are kept. A folder on one node, or `postgres` for more than one Pomerium.",
      },
    ],
    oneLine: wayIn.oneLine,
    todos: tasks.map(({ path, message }) => ({
      at: keyPath(["pomerium", ...path]),
      message,
      stops: "check",
    })),
  };
}

function tasksOf({ inventory: { nodes } }: Plan): Task[] {
  return [
    {
      path: ["identityProvider", "provider"],
      comment: `${todo} google, github, gitlab, azure, oidc, …`,
      message: "where people sign in",
    },
    {
      path: ["identityProvider", "clientId"],
      comment: `${todo} id of the OAuth client there`,
      message: "the id of the OAuth client",
    },
    ...(nodes.length > 1
      ? [
          {
            path: ["storage", "pebble", "node"],
            comment: `${todo} the node that has the folder: ${nodes.join(", ")}`,
            message: "the node that keeps the sessions",
          },
        ]
      : []),
  ];
}

/** The host of the sign-in pages, if an app already has the default. */
function signInHost({ domain, apps }: Plan): string | undefined {
  const hosts = new Set(apps.map(({ host }) => host));
  const free = ["authenticate", "pomerium", "sign-in", "pomerium-sign-in"].find(
    (label) => !hosts.has(`${label}.${domain}`),
  );
  return free === undefined || free === "authenticate" ? undefined : `${free}.${domain}`;
}
