import { keyPath, type PathPart } from "../stack-file/paths.ts";
import { isEmail } from "../stack-file/values.ts";
import type { Comment } from "./commented-yaml.ts";
import type { Plan } from "./plan.ts";
import { type Section, type Todo, todo } from "./section.ts";

/** The default of the stack file. */
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

/** The section about certificates. */
export function certificatesSection({ certificates: { email, server, issuer, zones } }: Plan): Section {
  if (issuer?.isUsable && zones.length > 0) return usedIssuer(issuer, zones);
  const knownEmail = email !== undefined && isEmail(email) ? email : undefined;
  const beside = (path: PathPart[], text: string): Comment => ({ path, place: "beside", text });
  const comments: Comment[] = [];
  const todos: Todo[] = [];
  if (knownEmail === undefined) {
    comments.push(beside(["email"], `${todo} address of the ACME account`));
    todos.push({ at: "certificates.email", message: "the address of the ACME account", stops: "check" });
  }
  if (issuer !== undefined)
    comments.push({
      path: ["issuer"],
      place: "before",
      text: "The cluster's own issuer, which is taken over: its solvers through ingress-nginx go with it.",
    });
  for (const { zone, value, from } of zones) {
    if (value !== undefined) {
      comments.push(beside(["zones", zone], `from ${from}`));
      continue;
    }
    const provider = `the zone's DNS provider, such as {cloudflare: {}} (zone from ${from})`;
    comments.push(beside(["zones", zone], `${todo} ${provider}`));
    todos.push({
      at: keyPath(["certificates", "zones", zone]),
      message: "the zone's DNS provider",
      stops: "check",
    });
  }
  return {
    value: {
      email: knownEmail ?? null,
      ...(server === undefined || server === letsEncrypt || !server.startsWith("https://") ? {} : { server }),
      ...(issuer === undefined ? {} : { issuer: issuer.name }),
      zones: Object.fromEntries(zones.map(({ zone, value }) => [zone, value ?? {}])),
    },
    comments,
    oneLine: zones.map(({ zone }) => ["zones", zone]),
    todos,
  };
}

/** The section for an issuer that needs no change. */
function usedIssuer(
  { name, isPrivate }: NonNullable<Plan["certificates"]["issuer"]>,
  zones: Plan["certificates"]["zones"],
): Section {
  const more = isPrivate
    ? "Its authority is private: browsers accept its certificates only on devices that trust it."
    : "To have this program care for it, write its name alone, and the DNS provider of each zone.";
  return {
    value: {
      issuer: { existing: name },
      zones: Object.fromEntries(zones.map(({ zone }) => [zone, { existing: true }])),
    },
    comments: [
      {
        path: ["issuer"],
        place: "before",
        text: `DECIDE: the cluster's own issuer can issue for every host without ingress-nginx, so it is used unchanged. ${more}`,
      },
    ],
    oneLine: [["issuer"], ...zones.map(({ zone }) => ["zones", zone])],
    todos: [],
  };
}
