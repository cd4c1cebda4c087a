import { strict as assert } from "node:assert";
import { byHost } from "../../../../../policies/access/matrix/by-host.ts";
import { decider } from "../../../../../policies/access/matrix/decider.ts";
import { fromIngress } from "../../../../../policies/access/matrix/ingress.ts";
import { matrix } from "../../../../../policies/access/matrix/matrix.ts";

import { accessRoutes } from "../../../../../policies/access/routes.ts";
import { renderPolicy } from "../../../../../policies/language/render.ts";
import { cells } from "./cells.ts";
import { apps } from "./sample.ts";

function ingress(annotations: Record<string, string>) {
  return fromIngress({
    namespace: "komga",
    name: "komga",
    host: "komga.example.org",
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`ingress.pomerium.io/${key}`, value]),
    ),
  });
}

const asks = (annotations: Record<string, string>, principals: string[], path = "/"): string[] =>
  decisions(ingress(annotations), principals, path);

const decisions = (app: ReturnType<typeof ingress>, principals: string[], path = "/"): string[] => {
  const decide = decider(app);
  return principals.map((one) => decide.verdict(one, { path, method: "GET" }).decision);
};

const policy = "allow:\n  or:\n    - email: alice@gmail.com\n";

describe("access read back from an Ingress", () => {
  it("is the same as in the stack file", () => {
    for (const { access } of apps)
      for (const route of accessRoutes(access)) {
        if (!route) continue;
        const { authorization } = route;
        const annotations: Record<string, string> = authorization.public
          ? { allow_public_unauthenticated_access: "true" }
          : { policy: renderPolicy(authorization.policy) };
        assert.deepEqual(ingress(annotations).routes[0]!.authorization, authorization);
      }
  });

  it("cannot be read if its paths are expressions", () => {
    const of = (value: string, pathType?: string) =>
      fromIngress({
        ...{ namespace: "komga", name: "komga", host: "komga.example.org" },
        paths: [{ path: "/.*", exact: false, ...(pathType && { pathType }) }],
        annotations: {
          "ingress.pomerium.io/path_regex": value,
          "ingress.pomerium.io/allow_public_unauthenticated_access": "true",
        },
      });
    for (const regex of [of("true"), of("true", "ImplementationSpecific")])
      assert.deepEqual(decisions(regex, ["anonymous", "alice@gmail.com"]), ["unknown", "unknown"]);
    // The controller opens a challenge's Ingress, and still reads its paths as expressions.
    const opened = { ...{ namespace: "t", name: "t", host: "t.example.org" }, opened: true };
    for (const [value, expected] of [
      ["true", "unknown"],
      ["TRUE", "unknown"],
      ["yes", "deny"],
    ] as const)
      assert.deepEqual(
        decisions(
          fromIngress({
            ...opened,
            paths: [{ path: "/[a-z]+/y", exact: false, pathType: "ImplementationSpecific" }],
            annotations: { "ingress.pomerium.io/path_regex": value },
          }),
          ["anonymous"],
          "/x/y",
        ),
        [expected],
        value,
      );
    assert.match(of("yes", "Prefix").routes[0]!.authorization.unreadable!, /neither true nor false/);
    // Pomerium reads only paths of type ImplementationSpecific as expressions.
    for (const prefix of [of("true", "Prefix"), of("false", "ImplementationSpecific")])
      assert.equal(prefix.routes[0]!.authorization.public, true);
  });

  it("an Ingress with expressions makes the answers of the host's other Ingresses unknown", () => {
    const public_ = { "ingress.pomerium.io/allow_public_unauthenticated_access": "true" };
    const of = (name: string, path: string, annotations: Record<string, string>) =>
      fromIngress({
        ...{ namespace: "komga", name, host: "komga.example.org", annotations },
        paths: [{ path, exact: false }],
      });
    const all = matrix([
      of("komga", "/", { "ingress.pomerium.io/policy": policy }),
      of("regex", "^/.*$", { ...public_, "ingress.pomerium.io/path_regex": "true" }),
    ]);
    assert.deepEqual(
      all.apps[0]!.alike.map(({ mark }) => mark),
      all.apps[0]!.alike.map(() => "unknown"),
    );
  });

  it("an Ingress with expressions comes before the longest prefix of the host, and after its exact paths", () => {
    const of = (
      name: string,
      paths: { path: string; exact: boolean }[],
      annotations: Record<string, string>,
    ) => fromIngress({ ...{ namespace: "komga", name, host: "komga.example.org" }, annotations, paths });
    const people = { "ingress.pomerium.io/policy": policy };
    const site = of("komga", [{ path: "/", exact: false }], people);
    const admin = of(
      "komga-admin",
      [
        { path: "/admin/", exact: false },
        { path: "/admin", exact: true },
      ],
      people,
    );
    const expressions = of("regex", [{ path: "^/admin/.*$", exact: false }], {
      "ingress.pomerium.io/path_regex": "true",
      "ingress.pomerium.io/allow_public_unauthenticated_access": "true",
    });
    for (const all of [
      [site, admin, expressions],
      [expressions, admin, site],
    ]) {
      const [app] = byHost(all).values();
      const decided = ["/", "/admin/x", "/admin", "/admin/"].map(
        (path) => decisions(app!, ["anonymous"], path)[0],
      );
      assert.deepEqual(decided, ["unknown", "unknown", "deny", "unknown"]);
    }
  });

  it("several Ingresses of one host count together, each for its own paths", () => {
    const of = (name: string, path: string, annotations: Record<string, string>) =>
      fromIngress({
        namespace: "komga",
        name,
        host: "komga.example.org",
        paths: [{ path, exact: false }],
        annotations,
      });
    const all = matrix([
      of("komga", "/", { "ingress.pomerium.io/policy": policy }),
      of("komga-api", "/opds/", { "ingress.pomerium.io/allow_public_unauthenticated_access": "true" }),
    ]);
    assert.deepEqual(
      all.apps.map(({ app, open }) => [app.name, open.map(({ path, below }) => [path, below])]),
      [["komga/komga", [["/opds", true]]]],
    );
    const [first] = [...cells(all)].filter(
      ({ probe, principal }) => probe.path === "/opds/" && principal === "anonymous",
    );
    assert.equal(first?.verdict.keyPath, "Ingress komga/komga-api");
  });

  it("a rule about invalid client certificates depends on the authority of each Ingress of the host", () => {
    const key = (name: string) => `ingress.pomerium.io/${name}`;
    const part = (name: string, path: string, annotations: Record<string, string>) => ({
      ...fromIngress({
        ...{ namespace: "komga", name, host: "komga.example.org", paths: [{ path, exact: false }] },
        annotations: {
          [key("policy")]: "- allow: {or: [{invalid_client_certificate: true}]}",
          ...annotations,
        },
      }),
      settings: {},
    });
    const authority = { [key("tls_downstream_client_ca_secret")]: "clients" };
    const decidedBy = (all: ReturnType<typeof part>[]): string[] => {
      const [app] = byHost(all).values();
      return ["/", "/x/y"].flatMap((path) => decisions(app!, ["anonymous"], path));
    };
    const second = [part("komga", "/", {}), part("komga-x", "/x/", authority)];
    assert.deepEqual(decidedBy(second), ["deny", "unknown"]);
    assert.deepEqual(decidedBy(second.toReversed()), ["deny", "unknown"]);
    // Of two Ingresses with one path, it is not known which one answers.
    assert.deepEqual(decidedBy([part("komga", "/", {}), part("komga-2", "/", authority)]), [
      "unknown",
      "unknown",
    ]);
  });

  it("public wins over a policy beside it", () => {
    const annotations = { allow_public_unauthenticated_access: "true", policy };
    assert.deepEqual(ingress(annotations).routes[0]!.authorization, { public: true });
    assert.deepEqual(asks(annotations, ["anonymous", "stranger"]), ["allow", "allow"]);
  });

  it("a deny rule closes even a public Ingress", () => {
    const annotations = {
      allow_public_unauthenticated_access: "true",
      policy: "- deny:\n    or:\n      - http_path: /admin\n",
    };
    assert.deepEqual(asks(annotations, ["anonymous"]), ["allow"]);
    assert.deepEqual(asks(annotations, ["anonymous"], "/admin"), ["deny"]);
  });

  it("any signed-in user is a stranger who passes", () => {
    assert.deepEqual(asks({ allow_any_authenticated_user: "True" }, ["anonymous", "stranger"]), [
      "deny",
      "allow",
    ]);
  });

  it("lists of users, domains and claims let in whom they name", () => {
    const who = ["alice@gmail.com", "bob@example.org", "anonymous"];
    assert.deepEqual(asks({ allowed_users: "[alice@gmail.com]" }, who), ["allow", "deny", "deny"]);
    assert.deepEqual(asks({ allowed_domains: "- example.org" }, who), ["deny", "allow", "deny"]);
    assert.deepEqual(asks({ allowed_idp_claims: "groups: [staff]" }, who), ["unknown", "unknown", "deny"]);
    assert.deepEqual(asks({ allowed_users: '["1234"]' }, who), ["unknown", "unknown", "deny"]);
    assert.deepEqual(asks({ allowed_users: "[bob@example.org]", policy }, who), ["allow", "allow", "deny"]);
  });

  it("an Ingress without any of it lets nobody pass", () => {
    assert.deepEqual(asks({}, ["admin-user@gmail.com", "stranger", "anonymous"]), ["deny", "deny", "deny"]);
    assert.deepEqual(asks({ allow_public_unauthenticated_access: "false" }, ["anonymous"]), ["deny"]);
  });

  it("an Ingress that Pomerium would not take is unknown, since the last good one stays in force", () => {
    const broken: [Record<string, string>, RegExp][] = [
      [{ policy: "allow:\n  or:\n    - emial: alice@gmail.com\n" }, /policy 3:7 unknown criterion "emial"/],
      [{ policy: "" }, /policy .*empty/],
      [
        { allow_public_unauthenticated_access: "yes" },
        /allow_public_unauthenticated_access is "yes", neither true nor false/,
      ],
      [{ allow_public_unauthenticated_access: "1" }, /neither true nor false/],
      [{ allow_public_unauthenticated_access: '"true"' }, /neither true nor false/],
      [{ allowed_domains: "gmail.com" }, /allowed_domains is not a list/],
      [{ allowed_users: "[1, 2]" }, /allowed_users is not a list/],
      [{ allowed_idp_claims: "[staff]" }, /allowed_idp_claims is not a map/],
      [{ allowed_users: "[" }, /allowed_users is not YAML/],
      [
        { allow_public_unauthenticated_access: "true", allow_any_authenticated_user: "true" },
        /exclude each other/,
      ],
    ];
    for (const [annotations, reason] of broken) {
      assert.match(ingress(annotations).routes[0]!.authorization.unreadable ?? "", reason);
      assert.deepEqual(asks(annotations, ["alice@gmail.com", "anonymous"]), ["unknown", "unknown"]);
    }
  });

  it("lists all reasons at once if it cannot be read", () => {
    const { unreadable } = ingress({ policy: "", allowed_domains: "gmail.com" }).routes[0]!.authorization;
    assert.equal(unreadable?.split("\n").length, 2);
  });
});
