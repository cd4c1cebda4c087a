import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { bareMetalManifest } from "../../sandbox/before/ingress-nginx.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { parseManifests } from "../../sandbox/cluster/apply.ts";
import { configurations } from "../../sandbox/controllers/ingress-nginx-admission.ts";
import type { Certificate, Ingress, Secret, Service } from "../../sandbox/controllers/objects.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { stackFile } from "../../sandbox/stacks.ts";
import { loadFromFile } from "../../stack/load.ts";
import { eventually, run, useTools } from "../support/cluster.ts";
import { digests, recorded, recordings } from "../support/upstream.ts";

const networking = "/apis/networking.k8s.io/v1";
const nginx = "namespaces/ingress-nginx";
const webhook = `${configurations}/ingress-nginx-admission`;

const placeOf = ({ metadata }: KubernetesObject) =>
  `${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
/** Kind and place of an object. List items have no kind, so it cannot be used for them. */
const nameOf = (object: KubernetesObject) => `${object.kind} ${placeOf(object)}`;

const webIngress = (name: string, ingressClassName: string) =>
  ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace: "default" },
    spec: { ingressClassName, defaultBackend: { service: { name: "web", port: { number: 80 } } } },
  }) as KubernetesObject;

describe("before the migration", function () {
  this.timeout(240_000);
  const tools = useTools();

  it("the sandbox's manifest of ingress-nginx for bare metal has the same nineteen objects as upstream's", async () => {
    const ours = digests(await bareMetalManifest(tools()), recordings["ingress-nginx"].comparable);
    assert.equal(Object.keys(ours).length, 19);
    assert.deepEqual(ours, recorded("ingress-nginx"));
  });

  for (const stack of ["octavo", "alfred"] as const)
    describe(`of ${stack}:`, () => {
      const { apps, ingressNginx } = loadFromFile(stackFile(stack));
      let sandbox: Sandbox;
      before(async () => {
        sandbox = await openSandbox(stack, tools());
      });
      after(() => sandbox?.stop());

      const get = <T>(path: string) => sandbox.cluster.api.request<T>("GET", path);
      const list = async <T>(path: string) => (await get<{ items: T[] }>(path)).items;
      const ingresses = () => list<Ingress>(`${networking}/ingresses`);
      const ofClass = async (name: string) =>
        (await ingresses()).filter(({ spec }) => spec.ingressClassName === name);

      it("ingress-nginx serves every nginx Ingress of the stack", async () => {
        const live = new Map((await ofClass("nginx")).map((each) => [placeOf(each), each]));
        const replaced = apps.flatMap(({ namespace, replaces }) =>
          replaces.map((name) => `${namespace}/${name}`),
        );
        assert.deepEqual([...live.keys()].sort(), replaced.sort());
        assert.equal(live.size, stack === "octavo" ? 11 : 3);
        for (const [name, { status }] of live)
          assert.deepEqual(status?.loadBalancer?.ingress, [{ ip: ingressNginx?.address }], name);
      });

      it("every nginx Ingress has a certificate and owns its Certificate object", async () => {
        for (const { metadata, spec } of await ofClass("nginx")) {
          const [{ hosts, secretName } = {}] = spec.tls ?? [];
          const where = `namespaces/${metadata.namespace}`;
          const certificate = await get<Certificate>(
            `/apis/cert-manager.io/v1/${where}/certificates/${secretName}`,
          );
          assert.deepEqual(certificate.spec.dnsNames, hosts);
          assert.equal(certificate.metadata.ownerReferences?.[0]?.uid, metadata.uid);
          assert.equal(certificate.status?.conditions?.[0]?.status, "True");
          await get(`/api/v1/${where}/secrets/${secretName}`);
        }
      });

      it("Ingresses of other classes exist, and no controller has changed their status", async () => {
        const others = (await ingresses()).filter(({ spec }) => spec.ingressClassName !== "nginx");
        const classes = others.map(({ spec }) => spec.ingressClassName).sort();
        assert.deepEqual(
          classes,
          stack === "octavo"
            ? ["tailscale", "tailscale", "tailscale"]
            : ["internal-nginx", "tailscale", "tailscale", "tailscale", "tailscale"],
        );
        for (const each of others) assert.deepEqual(each.status?.loadBalancer, {}, placeOf(each));
      });

      it("ingress-nginx allows snippets, and its certificate and its leader's Lease exist", async () => {
        const config = await get<{ data: object }>(`/api/v1/${nginx}/configmaps/ingress-nginx-controller`);
        assert.deepEqual(config.data, {
          "allow-snippet-annotations": "true",
          "annotations-risk-level": "Critical",
        });
        const secret = await get<Secret>(`/api/v1/${nginx}/secrets/ingress-nginx-admission`);
        assert.deepEqual(Object.keys(secret.data ?? {}).sort(), ["ca", "cert", "key"]);
        await get(`/apis/coordination.k8s.io/v1/${nginx}/leases/ingress-nginx-leader`);
      });

      if (stack === "octavo") {
        it("Helm knows the release, and its hooks have left no objects", async () => {
          const where = ["--namespace", "ingress-nginx"];
          const releases = await run(sandbox.cluster, "helm", "list", ...where, "--output", "json");
          const [release] = JSON.parse(releases) as { name: string; status: string }[];
          assert.deepEqual([release?.name, release?.status], ["ingress-nginx", "deployed"]);
          const hooks = parseManifests(
            await run(sandbox.cluster, "helm", "get", "hooks", "ingress-nginx", ...where),
          );
          assert.equal(hooks.length, 7);
          for (const hook of hooks)
            assert.equal(
              await sandbox.cluster.api.find(await sandbox.cluster.api.path(hook)),
              undefined,
              nameOf(hook),
            );
        });

        it("an app's Service leads to the port of its pods, not to the port in the nginx Ingress", async () => {
          const { spec } = await get<Service>(
            "/api/v1/namespaces/audiobookshelf/services/audiobookshelf-svc",
          );
          assert.deepEqual(spec.ports, [{ protocol: "TCP", port: 13388, targetPort: 13378 }]);
          const { spec: route } = await get<Ingress>(
            `${networking}/namespaces/audiobookshelf/ingresses/audiobookshelf-ingress`,
          );
          assert.equal(route.rules?.[0]?.http?.paths[0]?.backend.service?.port?.number, 13378);
        });
      } else
        it("kubectl has applied the manifest, its Jobs have run, and somebody has changed its Service by hand", async () => {
          const { api } = sandbox.cluster;
          for (const object of await bareMetalManifest(tools())) {
            const { metadata } = await get<KubernetesObject>(await api.path(object));
            const applied = metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"];
            assert.equal((JSON.parse(applied ?? "{}") as KubernetesObject).kind, object.kind, nameOf(object));
          }
          const jobs = await list<{ status: { succeeded?: number } }>(`/apis/batch/v1/${nginx}/jobs`);
          assert.deepEqual(
            jobs.map(({ status }) => status.succeeded),
            [1, 1],
          );
          const service = await get<Service>(`/api/v1/${nginx}/services/ingress-nginx-controller`);
          assert.equal(service.spec.type, "LoadBalancer");
        });

      it("the cluster is at rest: nothing changes any more", async () => {
        const versions = async () =>
          Promise.all(
            [
              `${networking}/ingresses`,
              "/apis/cert-manager.io/v1/certificates",
              "/api/v1/secrets",
              "/api/v1/services",
              "/apis/apps/v1/deployments",
              "/apis/batch/v1/jobs",
            ].map(async (path) =>
              (await list<KubernetesObject>(path)).map((each) => [
                placeOf(each),
                each.metadata.resourceVersion,
              ]),
            ),
          );
        const before = await versions();
        await sleep(1500);
        assert.deepEqual(await versions(), before);
      });

      it("every Ingress write fails, whatever its class, while the webhook configuration exists without its Service", async () => {
        const { api } = sandbox.cluster;
        await api.apply(webIngress("while-it-answers", "other"));
        await api.request("DELETE", `/api/v1/${nginx}/services/ingress-nginx-controller-admission`);
        await eventually("the webhook no longer answers", () =>
          api.apply(webIngress("too-late", "other")).then(
            () => false,
            ({ message }) => {
              assert.match(message, /failed calling webhook "validate.nginx.ingress.kubernetes.io"/);
              return true;
            },
          ),
        );
        await api.request("DELETE", webhook);
        await eventually("the API server asks no webhook", () =>
          api.apply(webIngress("late-enough", "pomerium")).then(
            () => true,
            () => false,
          ),
        );
      });

      it("no certificate is issued through ingress-nginx after its Deployment is deleted", async () => {
        const { api } = sandbox.cluster;
        await api.request("DELETE", `/apis/apps/v1/${nginx}/deployments/ingress-nginx-controller`);
        const late = {
          apiVersion: "cert-manager.io/v1",
          kind: "Certificate",
          metadata: { name: "late", namespace: "default" },
          spec: {
            secretName: "late",
            dnsNames: ["late.example.org"],
            issuerRef: { kind: "ClusterIssuer", name: "letsencrypt-prod" },
          },
        };
        const path = await api.path(late);
        await eventually("its Deployment is gone", async () => {
          return (
            (await api.find(`/apis/apps/v1/${nginx}/deployments/ingress-nginx-controller`)) === undefined
          );
        });
        await api.apply(late);
        const problem = await eventually("the certificate is refused", async () => {
          return (await get<Certificate>(path)).status?.conditions?.[0]?.message;
        });
        assert.match(problem, /late\.example\.org: HTTP-01 .*class "nginx"/);
      });

      it("a Certificate made for an Ingress is deleted with it, and the Secret stays", async () => {
        const { api } = sandbox.cluster;
        const [{ metadata, spec } = {} as Ingress] = await ofClass("nginx");
        const where = `namespaces/${metadata.namespace}`;
        const secretName = spec.tls?.[0]?.secretName;
        const certificate = `/apis/cert-manager.io/v1/${where}/certificates/${secretName}`;
        assert.ok(await api.find(certificate));
        await api.request("DELETE", `${networking}/${where}/ingresses/${metadata.name}`);
        // The garbage collector looks for new kinds every half minute.
        for (let second = 0; second < 60 && (await api.find(certificate)); second += 1) await sleep(1000);
        assert.equal(await api.find(certificate), undefined);
        assert.ok(await api.find(`/api/v1/${where}/secrets/${secretName}`));
      });
    });
});
