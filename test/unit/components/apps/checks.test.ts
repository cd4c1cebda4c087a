import { strict as assert } from "node:assert";
import { existingIngresses, routeProblems } from "../../../../components/apps/checks.ts";
import { backendProblems } from "../../../../components/apps/service-checks.ts";
import type { LiveIngress, LiveService, ManagedFields } from "../../../../components/cluster/live.ts";
import { idsOf } from "../../../../components/cluster/objects.ts";
import { goodStack, parse } from "../../stack/base.ts";
import { deployed, ingress } from "../../stack/state.ts";

const stack = parse(goodStack());
const access = (name: string): string => `ingress.pomerium.io/${name}`;
const isPublic = access("allow_public_unauthenticated_access");
const pulumi = "pulumi-kubernetes-1a2b3c4d";

function problems(ingresses: LiveIngress[]): string[] {
  return routeProblems(stack.cluster, stack.apps, { ingresses }).map(
    ({ at, message, fix }) => `${at}: ${message} » ${fix}`,
  );
}

describe("a second route to an app's host", () => {
  const rival = ingress("komga", "komga", ["komga.example.org", "other.example.org"], {
    ingressClass: "pomerium",
  });

  it("is refused with the command that deletes it and the other hosts that it serves", () => {
    assert.deepEqual(problems([rival]), [
      "apps.komga.host: Ingress komga/komga is a second route for komga.example.org: whoever is refused by one may pass by the other; it also serves other.example.org » kubectl --context test delete ingress --namespace komga komga",
    ]);
  });

  it("is not an Ingress of another class", () => {
    for (const ingressClass of ["nginx", "tailscale"])
      assert.deepEqual(problems([{ ...rival, ingressClass }]), []);
  });

  it("is not an Ingress for a challenge or with another host", () => {
    const paths = [{ path: "/.well-known/acme-challenge/token", exact: true }];
    const challenge = { ...rival, rules: [{ host: "komga.example.org", paths }], solver: true };
    assert.deepEqual(problems([challenge]), []);
    const other = ingress("komga", "komga", ["manga.example.org"], { ingressClass: "pomerium" });
    assert.deepEqual(problems([other]), []);
  });

  it("is one that takes the requests of an app's wildcard: its host is an earlier wildcard, or it has none", () => {
    const apps = stack.apps.map((app) => ({ ...app, host: `*.${app.host}` }));
    const found = (other: LiveIngress): string[] =>
      routeProblems(stack.cluster, apps, { ingresses: [other] }).map(({ at }) => at);
    const at = (host: string): LiveIngress => ingress("other", "other", [host], { ingressClass: "pomerium" });
    assert.deepEqual(found(at("*.komga.example.org")), ["apps.komga.host"]);
    // Pomerium tries wildcards by the alphabet.
    assert.deepEqual(found(at("*.example.org")), ["apps.komga.host", "apps.influxdb.host"]);
    assert.deepEqual(found(at("*.org")), []);
    assert.deepEqual(found(at("*.a.komga.example.org")), []);
    const any = { ...at("*"), rules: [], anyHost: true, anyPaths: [{ path: "/", exact: false }] };
    const annotations = { [access("subtle_allow_empty_host")]: "true" };
    assert.equal(found({ ...any, annotations }).length, apps.length);
    assert.deepEqual(found(any), [], "Pomerium refuses it");
    assert.deepEqual(problems([{ ...any, annotations }]), [], "an exact host comes first");
  });

  it("is refused with a challenge's label if it has other paths than a challenge, because it is public", () => {
    for (const path of ["/", "/.well-known/"]) {
      const rules = [{ host: "komga.example.org", paths: [{ path, exact: false }] }];
      assert.equal(problems([{ ...rival, rules, solver: true }]).length, 1, path);
    }
  });

  it("is refused if it is a default backend with the host in its certificate", () => {
    const any = { ...rival, rules: [], anyHost: true, tls: [{ hosts: ["komga.example.org"] }] };
    assert.equal(problems([{ ...any, defaultBackend: { service: "komga" } }]).length, 1);
    assert.deepEqual(problems([{ ...any, ingressClass: "nginx", defaultBackend: { service: "komga" } }]), []);
  });

  it("is refused if it is a copy of the app's own under another name, whoever wrote it", () => {
    const managedFields = [{ manager: pulumi }];
    for (const name of ["komga-pomerium-ingress-copy", "komga"])
      for (const copy of [
        { ...rival, name },
        { ...rival, name, managedFields },
      ])
        assert.equal(problems([copy]).length, 1, name);
  });

  it("is deleted by the run if it is this program's, for an app that has another name now", () => {
    const renamed = { ...rival, name: "manga-pomerium-ingress" };
    assert.deepEqual(problems([{ ...renamed, managedFields: [{ manager: pulumi }] }]), []);
    assert.equal(problems([renamed]).length, 1, "made by hand");
  });

  it("is not the app's own Ingress, which is taken over, hand-made or not", () => {
    assert.deepEqual(problems([{ ...rival, name: "komga-pomerium-ingress" }]), []);
  });
});

describe("an Ingress that somebody has opened by hand", () => {
  const key = "komga/komga-pomerium-ingress";
  const opened = (annotation: string, managers: readonly string[], value = "true"): LiveIngress[] =>
    deployed(stack).map((each) => {
      if (`${each.namespace}/${each.name}` !== key) return each;
      const managedFields: ManagedFields[] = managers.map((manager, i) => ({
        manager,
        time: `2026-01-0${i + 1}T00:00:00Z`,
        fieldsV1:
          manager === "other"
            ? {}
            : { "f:metadata": { "f:annotations": { ".": {}, [`f:${annotation}`]: {} } } },
      }));
      return { ...each, annotations: { ...each.annotations, [annotation]: value }, managedFields };
    });

  it("is closed by the run that takes it over, if kubectl opened it", () => {
    for (const manager of ["kubectl-client-side-apply", "kubectl-edit", "kubectl-annotate", "kubectl"])
      assert.deepEqual(problems(opened(isPublic, [manager])), [], manager);
  });

  it("is refused if another tool opened it, since no run would close it", () => {
    assert.deepEqual(problems(opened(isPublic, ["kubectl", "k9s"])), [
      `apps.komga.access: Ingress ${key} lets others in by ${isPublic}: true, set by k9s, and no run removes it » kubectl --context test annotate ingress --namespace komga komga-pomerium-ingress ${isPublic}-`,
    ]);
  });

  it("is refused if this program manages it and somebody else has opened it since, also with kubectl", () => {
    assert.equal(problems(opened(isPublic, [pulumi, "kubectl-annotate"])).length, 1);
    assert.equal(problems(opened(isPublic, ["other"])).length, 1, "nobody knows who");
  });

  it("is closed by the run if this program opened it and the stack file no longer does", () => {
    assert.deepEqual(problems(opened(isPublic, ["kubectl", pulumi])), []);
  });

  it("is found for every annotation that lets people in without the policy", () => {
    for (const name of [
      "allow_any_authenticated_user",
      "allowed_domains",
      "allowed_users",
      "allowed_idp_claims",
    ])
      assert.equal(problems(opened(access(name), ["k9s"])).length, 1, name);
    assert.deepEqual(problems(opened(access("timeout"), ["k9s"], "30s")), []);
  });

  it("is not an Ingress whose paths the stack file opens", () => {
    assert.deepEqual(problems(deployed(stack)), []);
  });
});

describe("the Ingresses of an app that the cluster already has", () => {
  it("are only the app's own", () => {
    const ingresses = [
      { namespace: "komga", name: "komga-pomerium-ingress-open" },
      { namespace: "other", name: "komga-pomerium-ingress" },
      { namespace: "komga", name: "komga-ingress" },
    ];
    assert.deepEqual(existingIngresses(idsOf(ingresses), { name: "komga", namespace: "komga" }), [
      "komga/komga-pomerium-ingress-open",
    ]);
  });
});

const app = (port: number | string, name = "audiobookshelf-svc") => ({
  at: "apps.audiobookshelf",
  namespace: "audiobookshelf",
  service: { name, port },
});

const service: LiveService = {
  namespace: "audiobookshelf",
  name: "audiobookshelf-svc",
  type: "ClusterIP",
  headless: false,
  ports: [{ name: "http", port: 13388, targetPort: 13378 }],
};

const message = (port: number | string, live: LiveService | undefined = service): string | undefined =>
  backendProblems(app(port), live)[0]?.message;

describe("an app's backend", () => {
  it("is a port of its Service, by number or by name", () => {
    assert.deepEqual(backendProblems(app(13388), service), []);
    assert.deepEqual(backendProblems(app("http"), service), []);
  });

  it("is refused if it is the pods' port, which only ingress-nginx accepts", () => {
    assert.deepEqual(backendProblems(app(13378), service), [
      {
        at: "apps.audiobookshelf.service.port",
        message: "13378 is the pods' port; the Service's port is 13388: write 13388",
      },
    ]);
    const named = { ...service, ports: [{ port: 80, targetPort: "web" }] };
    assert.equal(message("web", named), "web is the pods' port; the Service's port is 80: write 80");
  });

  it("may have a number that is both a Service's port and another port's pod port", () => {
    const ports = [
      { name: "a", port: 80, targetPort: 8080 },
      { name: "b", port: 8080, targetPort: 9090 },
    ];
    assert.equal(message(8080, { ...service, ports }), undefined);
  });

  it("is refused with a list of the Service's ports if it has no such port", () => {
    const whole = "Service audiobookshelf/audiobookshelf-svc has no port";
    assert.equal(message(80), `${whole} 80; it has 13388 (http)`);
    assert.equal(message("web"), `${whole} web; it has 13388 (http)`);
    assert.equal(message(80, { ...service, ports: [] }), `${whole} 80; it has none at all`);
  });

  it("is refused if the Service does not exist", () => {
    assert.deepEqual(backendProblems(app(13388), undefined), [
      {
        at: "apps.audiobookshelf.service.name",
        message: "there is no Service audiobookshelf/audiobookshelf-svc in the cluster",
      },
    ]);
  });

  it("may be an external name, with any port number", () => {
    const outside: LiveService = { ...service, type: "ExternalName", ports: [] };
    assert.equal(message(8123, outside), undefined);
    assert.ok(message("http", outside));
  });

  it("must use a port name if its Service is headless and has a named target port", () => {
    const headless: LiveService = {
      ...service,
      headless: true,
      ports: [{ name: "http", port: 80, targetPort: "web" }],
    };
    assert.ok(message(80, headless)?.endsWith("write http"));
    assert.equal(message("http", headless), undefined);
    assert.equal(message(80, { ...headless, headless: false }), undefined);
  });
});
