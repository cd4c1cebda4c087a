import * as fc from "fast-check";
import type { Directory, Named } from "../../../../../policies/access/people.ts";
import type { ApiPath } from "../../../../../policies/access/routes.ts";
import type { Policy } from "../../../../../policies/language/types.ts";
import { apiOnly, open, people, raw, type SampleApp } from "./sample.ts";

/** A stack as far as access goes. */
export interface SampleStack {
  directory: Directory;
  apps: SampleApp[];
}

const everyone = ["ann", "ben", "cat", "dan", "eve"].map((name) => `${name}@example.org`);
const groupNames = ["readers", "listeners", "watchers"];

const person = fc.constantFrom(...everyone);
const somePeople = fc.uniqueArray(person, { maxLength: 4 });

export const directories: fc.Arbitrary<Directory> = fc.record({
  admins: fc.uniqueArray(fc.constantFrom("admin-user@gmail.com", "root@example.org"), {
    minLength: 1,
    maxLength: 2,
  }),
  groups: fc.record({ readers: somePeople, listeners: somePeople, watchers: somePeople }),
});

const apiPaths: fc.Arbitrary<ApiPath[]> = fc.uniqueArray(
  fc.record(
    { path: fc.constantFrom("/api", "/api/v1", "/opds/", "/query"), exact: fc.boolean() },
    { requiredKeys: ["path"] },
  ),
  { maxLength: 3, selector: ({ path }) => path },
);

const networks = fc.constantFrom<string[]>([], [], ["10.244.0.0/16"], ["192.168.0.0/24", "10.0.0.1"]);

/** Policies written by hand, from those that name people to those that nobody can decide. */
const policies = fc.constantFrom<Policy>(
  [{ allow: { or: [{ email: "ann@example.org" }] } }],
  [
    { allow: { or: [{ email: { ends_with: "@example.org" } }] } },
    { deny: { or: [{ email: "ben@example.org" }] } },
  ],
  [{ allow: { and: [{ domain: "example.org" }, { http_path: { starts_with: "/docs" } }] } }],
  [{ allow: { or: [{ "claim/groups": "staff" }, { email: "cat@example.org" }] } }],
  [{ allow: { or: [{ accept: true }] } }, { deny: { not: [{ source_ip: "10.0.0.0/8" }] } }],
  [{ allow: { and: [{ authenticated_user: true }, { http_method: "POST" }] } }],
  [],
);

/** Principals that are not single people; most apps name none. */
const wider = fc.constantFrom<Named>(
  {},
  {},
  {},
  { claims: { groups: ["staff"] } },
  { claims: { groups: ["staff", "family"] }, domains: ["example.org"] },
  { domains: ["example.net"] },
  { signedIn: true },
);

function app(name: string, directory: Directory): fc.Arbitrary<SampleApp> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record({
          users: somePeople,
          groups: fc.subarray(groupNames),
          wider,
          api: apiPaths,
          from: networks,
        })
        .map(({ users, groups, wider, api, from }) =>
          people(name, { users, groups, ...wider }, { api, from, of: directory }),
        ),
    },
    { weight: 1, arbitrary: fc.tuple(apiPaths, networks).map(([api, from]) => apiOnly(name, api, from)) },
    { weight: 1, arbitrary: fc.constant(open(name)) },
    { weight: 2, arbitrary: policies.map((policy) => raw(name, policy)) },
  );
}

/** Any stack of up to four apps; two drawn from here share people, hosts and paths often enough. */
export const stacks: fc.Arbitrary<SampleStack> = directories.chain((directory) =>
  fc
    .subarray(["komga", "grafana", "jellyfin", "ryot"])
    .chain((names) => fc.tuple(...names.map((name) => app(name, directory))))
    .map((apps) => ({ directory, apps })),
);
