import { newestRelease } from "../policies/language/releases.ts";
import { keyPath } from "../stack-file/paths.ts";
import type { Comment } from "./commented.ts";
import type { Plan } from "./plan.ts";
import { type Section, todo } from "./section.ts";

/** The section about Pomerium, of which a cluster shows little. */
export function pomeriumSection({ domain, apps, inventory: { cluster, nodes, controllers } }: Plan): Section {
  const hosts = new Set(apps.map(({ host }) => host));
  const signIn = ["authenticate", "pomerium", "sign-in", "pomerium-sign-in"].find(
    (label) => !hosts.has(`${label}.${domain}`),
  );
  const taken = cluster.services.flatMap(({ addresses = [] }) => addresses);
  const nginx = controllers.flatMap(({ service }) => service?.addresses ?? []);
  const address = [
    `${todo} a free address of the load balancer`,
    ...(nginx.length > 0 ? [`not ${nginx[0]}, which is ingress-nginx's`] : []),
  ].join(", ");
  const several = nodes.length > 1;
  const required: [path: string[], comment: string, message: string][] = [
    [["loadBalancerIP"], address, "a free address for Pomerium"],
    [
      ["identityProvider", "provider"],
      `${todo} google, github, gitlab, azure, oidc, …`,
      "where people sign in",
    ],
    [["identityProvider", "clientId"], `${todo} id of the OAuth client there`, "the id of the OAuth client"],
    ...(several
      ? [
          [
            ["storage", "pebble", "node"],
            `${todo} the node that has the folder: ${nodes.join(", ")}`,
            "the node that keeps the sessions",
          ] satisfies [string[], string, string],
        ]
      : []),
  ];
  return {
    value: {
      version: newestRelease,
      loadBalancerIP: null,
      ...(signIn === undefined || signIn === "authenticate"
        ? {}
        : { authenticateHost: `${signIn}.${domain}` }),
      identityProvider: { provider: null, clientId: null },
      storage: {
        pebble: { hostPath: "/var/lib/pomerium", size: "2Gi", ...(several ? { node: null } : {}) },
      },
    },
    comments: [
      ...required.map(([path, text]): Comment => ({ path, place: "beside", text })),
      ...(taken.length > nginx.length
        ? [
            {
              path: ["loadBalancerIP"],
              place: "before" as const,
              text: `Taken by load balancers today: ${[...new Set(taken)].join(", ")}.`,
            },
          ]
        : []),
      {
        path: ["storage"],
        place: "before",
        text: "DECIDE: where sessions are kept. A folder on one node, or `postgres` for more than one Pomerium.",
      },
    ],
    oneLine: [],
    todos: required.map(([path, , message]) => ({
      at: keyPath(["pomerium", ...path]),
      message,
      stops: "check",
    })),
  };
}
