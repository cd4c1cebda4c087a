import { appsOf, type View } from "../../../../../policies/access/matrix/view.ts";
import { type Directory, grants, type Named } from "../../../../../policies/access/people.ts";
import type { Access, ApiPath } from "../../../../../policies/access/routes.ts";
import type { Policy } from "../../../../../policies/language/types.ts";

/** The people of every sample. */
export const directory: Directory = {
  admins: ["admin-user@gmail.com"],
  groups: {
    listeners: ["alice@gmail.com", "bob@gmail.com"],
    readers: ["carol@example.org", "alice@gmail.com"],
  },
};

export interface SampleApp {
  name: string;
  at: string;
  host: string;
  access: Access;
}

function sample(name: string, access: Access): SampleApp {
  return { name, at: `apps.${name}`, host: `${name}.example.org`, access };
}

export function people(
  name: string,
  named: Named = {},
  { api = [], from = [], of = directory }: { api?: ApiPath[]; from?: string[]; of?: Directory } = {},
): SampleApp {
  const kind = "people" as const;
  return sample(name, { kind, people: grants(of, named, `apps.${name}.access`), api, from });
}

export function apiOnly(name: string, api: ApiPath[], from: string[] = []): SampleApp {
  return sample(name, { kind: "apiOnly", api, from });
}

export function open(name: string): SampleApp {
  return sample(name, { kind: "public" });
}

export function raw(name: string, policy: Policy): SampleApp {
  return sample(name, { kind: "policy", policy });
}

export function view(name: string, apps: SampleApp[], of: Directory = directory): View {
  return { name, apps: appsOf(apps, "v0.33.1"), directory: of };
}

/** A cluster with one app of each kind. */
export const apps: SampleApp[] = [
  people(
    "audiobookshelf",
    { groups: ["listeners"] },
    {
      api: [
        { path: "/api", reason: "the phone app signs in with the server's own token" },
        { path: "/login" },
        { path: "/status", exact: true },
      ],
    },
  ),
  people("code-server"),
  people("komga", { users: ["dave@example.org"], groups: ["readers"] }, { api: [{ path: "/opds/" }] }),
  apiOnly("influxdb", [{ path: "/write" }, { path: "/query", exact: true }]),
  people("unifi", {}, { from: ["10.244.0.0/16"] }),
  open("ddns-updater"),
];
