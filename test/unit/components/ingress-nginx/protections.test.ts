import { strict as assert } from "node:assert";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { losses, lossProblems, protectionsRow } from "../../../../components/ingress-nginx/protections.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";

const nginx = (name: string): string => `nginx.ingress.kubernetes.io/${name}`;

function ingress(annotations: Record<string, string>, more: Partial<LiveIngress> = {}): LiveIngress {
  return {
    namespace: "komga",
    name: "komga-ingress",
    ingressClass: "nginx",
    annotations,
    rules: [],
    tls: [],
    anyHost: false,
    solver: false,
    ...more,
  };
}

/** The good stack, with one app of it changed. */
function stack(edits: Record<string, unknown> = {}): Stack {
  const raw = put(goodStack(), "apps.komga.replaces", "komga-ingress");
  for (const [key, value] of Object.entries(edits)) put(raw, `apps.komga.${key}`, value);
  return parse(raw);
}

describe("a protection that an app loses with its nginx Ingress", () => {
  const whitelisted = {
    ingresses: [ingress({ [nginx("whitelist-source-range")]: "10.244.0.0/16" })],
    settings: {},
  };

  it("is a problem until the stack file answers, with the key and the command", () => {
    const own = stack();
    const [problem, ...others] = lossProblems(losses(own, [whitelisted]));
    assert.deepEqual(others, []);
    assert.equal(problem?.at, "apps.komga.accept");
    assert.match(problem.message, /^Ingress komga\/komga-ingress is protected by whitelist-source-range/);
    assert.match(problem.message, /10\.244\.0\.0\/16/);
    assert.match(problem.fix ?? "", /--path apps\.komga\.accept\.whitelist-source-range '<why>'$/);
  });

  it("is none where an older Ingress shadows all paths of the protected one", () => {
    const rules = (path: string) => [
      { host: "komga.example.org", paths: [{ path, exact: false, pathType: "Prefix" }] },
    ];
    const protectedOne = (more: Partial<LiveIngress> = {}) =>
      ingress(
        { [nginx("whitelist-source-range")]: "10.0.0.0/8", [nginx("auth-tls-secret")]: "komga/ca" },
        { rules: rules("/"), created: "2024-02-01T00:00:00Z", ...more },
      );
    const older = ingress({}, { name: "older", rules: rules("/"), created: "2024-01-01T00:00:00Z" });
    const lost = (...controllers: LiveIngress[][]): string[] =>
      losses(
        stack(),
        controllers.map((ingresses) => ({ ingresses, settings: {} })),
      ).map(({ annotation }) => annotation);
    const both = ["whitelist-source-range", "auth-tls-secret"];
    // The client certificates hold for the whole host, whichever of its Ingresses asks for them.
    assert.deepEqual(lost([older, protectedOne()]), ["auth-tls-secret"]);
    assert.deepEqual(lost([protectedOne({ rules: rules("/opds") }), older]).sort(), both.toSorted());
    assert.deepEqual(
      lost([protectedOne({ created: "2023-01-01T00:00:00Z" }), older]).sort(),
      both.toSorted(),
    );
    assert.deepEqual(lost([older], [protectedOne()]).sort(), both.toSorted());
    const unknown = protectedOne();
    delete unknown.created;
    assert.deepEqual(lost([older, unknown]).sort(), both.toSorted());
  });

  it("is answered by a reason or by a replacement", () => {
    for (const edits of [
      { accept: { "whitelist-source-range": "people sign in instead" } },
      { access: { groups: ["readers"], from: ["10.244.3.0/24"] } },
    ]) {
      const own = stack(edits);
      const found = losses(own, [whitelisted]);
      assert.equal(found.length, 1);
      assert.deepEqual(lossProblems(found), []);
      assert.deepEqual(
        protectionsRow(found).items.map(({ subject, ok }) => [subject, ok]),
        [["komga whitelist-source-range", true]],
      );
    }
  });

  it("is found by the host, also in an Ingress that the stack file does not name", () => {
    const own = stack();
    const unnamed = ingress(
      { [nginx("limit-rps")]: "5" },
      { namespace: "elsewhere", name: "old", rules: [{ host: "komga.example.org", paths: [] }] },
    );
    assert.deepEqual(
      losses(own, [{ ingresses: [unnamed], settings: {} }]).map(({ annotation, ingress: name }) => [
        annotation,
        name,
      ]),
      [["limit-rps", "elsewhere/old"]],
    );
  });

  it("is found by an alias, as by a host", () => {
    const alias = ingress(
      { [nginx("server-alias")]: "a.example.org, komga.example.org", [nginx("limit-rps")]: "5" },
      { namespace: "elsewhere", name: "old", rules: [{ host: "old.example.org", paths: [] }] },
    );
    assert.equal(losses(stack(), [{ ingresses: [alias], settings: {} }]).length, 1);
  });

  it("is found by a wildcard when no Ingress names the host", () => {
    const limited = (name: string, host: string, more: Record<string, string> = {}) =>
      ingress(
        { [nginx("limit-rps")]: "5", ...more },
        { namespace: "web", name, rules: [{ host, paths: [] }] },
      );
    const found = (...ingresses: LiveIngress[]) =>
      losses(stack(), [{ ingresses, settings: {} }])
        .filter(({ app }) => app.name === "komga")
        .map((loss) => loss.ingress);
    const wild = limited("wild", "*.example.org");
    const exact = ingress({}, { name: "exact", rules: [{ host: "komga.example.org", paths: [] }] });
    assert.deepEqual(found(wild), ["web/wild"]);
    assert.deepEqual(found(limited("alias", "x.lan", { [nginx("server-alias")]: "komga.*" })), ["web/alias"]);
    assert.deepEqual(found(wild, exact), []);
    assert.deepEqual(found(limited("other", "*.example.net"), limited("sub", "*.komga.example.org")), []);
  });

  it("is found in an Ingress for any host that leads to the app, and not in one for an error page", () => {
    const any = (service: string, more: Partial<LiveIngress> = {}) =>
      ingress(
        { [nginx("limit-rps")]: "5" },
        { name: "any", anyHost: true, defaultBackend: { service }, ...more },
      );
    const found = (...ingresses: LiveIngress[]) =>
      losses(stack(), [{ ingresses, settings: {} }]).map(({ app, ingress: name }) => `${app.name} ${name}`);
    assert.deepEqual(found(any("komga-svc")), ["komga komga/any"]);
    assert.deepEqual(found(any("error-pages")), []);
    assert.deepEqual(found(any("komga-svc", { namespace: "elsewhere" })), []);
    const exact = ingress({}, { name: "exact", rules: [{ host: "komga.example.org", paths: [] }] });
    assert.deepEqual(found(any("komga-svc"), exact), []);
  });

  it("is found by an alias that is a regular expression", () => {
    const by = (alias: string) =>
      ingress(
        { [nginx("limit-rps")]: "5", [nginx("server-alias")]: alias },
        { namespace: "web", name: "expression", rules: [{ host: "x.lan", paths: [] }] },
      );
    const found = (alias: string) =>
      losses(stack(), [{ ingresses: [by(alias)], settings: {} }]).filter(({ app }) => app.name === "komga");
    for (const alias of ["~^komga\\.", "~*^KOMGA", "~example", "~(unbalanced"])
      assert.equal(found(alias).length, 1, alias);
    assert.equal(found("~^kavita\\.").length, 0);
  });

  it("has the same command in the readiness table as in the refusal, until it is answered", () => {
    const own = stack();
    const found = losses(own, [whitelisted]);
    const [problem] = lossProblems(found);
    const [item] = protectionsRow(found).items;
    assert.equal(item?.fix, problem?.fix);
    const accepting = stack({ accept: { "whitelist-source-range": "people sign in instead" } });
    assert.equal(protectionsRow(losses(accepting, [whitelisted])).items[0]?.fix, undefined);
  });

  it("includes the settings of the controller, once for each app", () => {
    const twice = [ingress({}), ingress({}, { name: "komga-too" })];
    const live = { ingresses: twice, settings: { "block-user-agents": "~*bot" } };
    const own = stack({ replaces: ["komga-ingress", "komga-too"] });
    const [problem, ...others] = lossProblems(losses(own, [live]));
    assert.deepEqual(others, []);
    assert.match(
      problem?.message ?? "",
      /^Ingress komga\/komga-ingress is protected by block-user-agents in the ConfigMap of ingress-nginx, /,
    );
    assert.match(problem?.fix ?? "", /accept\.block-user-agents '<why>'$/);
    const accepting = stack({ replaces: ["komga-ingress"], accept: { "block-user-agents": "no bots left" } });
    assert.deepEqual(lossProblems(losses(accepting, [live])), []);
    assert.deepEqual(losses(own, [{ ...live, ingresses: [] }]), []);
    assert.deepEqual(losses(own, [{ ...live, settings: { "block-user-agents": "" } }]), []);
  });

  it("excludes an Ingress with the same name in another namespace", () => {
    const other = ingress({ [nginx("limit-rps")]: "5" }, { namespace: "elsewhere" });
    assert.deepEqual(losses(stack(), [{ ingresses: [other], settings: {} }]), []);
  });
});
