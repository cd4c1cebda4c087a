import { strict as assert } from "node:assert";
import { ReadOnlyApi } from "../../../../components/cluster/api.ts";
import type { ClusterError } from "../../../../components/cluster/kubeconfig.ts";
import { identityProblem, readCluster } from "../../../../components/cluster/live.ts";
import { useFakeApi, writeKubeconfig } from "../../../support/fake-api-server.ts";

describe("the live cluster", () => {
  const { fake, file, connect } = useFakeApi(["octavo", "elsewhere"]);
  beforeEach(() => {
    fake.objects = {
      "/api/v1/namespaces/kube-system": { metadata: { name: "kube-system", uid: "u-1" } },
      "/api/v1/services": { items: [] },
      "/apis/networking.k8s.io/v1/ingresses": { items: [] },
    };
  });

  it("is read with the context's credentials, and never written to", async () => {
    await readCluster(await connect());
    assert.deepEqual([...new Set(fake.asked.map(({ method }) => method))], ["GET"]);
    assert.ok(fake.asked.every(({ authorization }) => authorization === "Bearer not-a-real-token"));
  });

  it("is read to the last page", async () => {
    const service = (name: string) => ({
      metadata: { namespace: "a", name },
      spec: { ports: [{ port: 80 }] },
    });
    fake.objects["/api/v1/services?limit=500"] = { items: [service("one")], metadata: { continue: "more" } };
    fake.objects["/api/v1/services?limit=500&continue=more"] = { items: [service("two")] };
    const live = await readCluster(await connect());
    assert.deepEqual(
      live.services.map(({ name }) => name),
      ["one", "two"],
    );
  });

  it("knows the class of an Ingress by field or by the older annotation, and the Services of its paths", async () => {
    const ingress = (name: string, spec: object, annotations = {}) => ({
      metadata: { namespace: "a", name, annotations },
      spec,
    });
    fake.objects["/apis/networking.k8s.io/v1/ingresses"] = {
      items: [
        ingress("new", {
          ingressClassName: "pomerium",
          rules: [
            {
              host: "a.example.org",
              http: {
                paths: [
                  { path: "/api", pathType: "Exact" },
                  {
                    pathType: "Prefix",
                    backend: { service: { name: "web", port: { name: "http" } } },
                  },
                ],
              },
            },
            {},
          ],
        }),
        ingress("old", {}, { "kubernetes.io/ingress.class": "nginx" }),
      ],
    };
    const { ingresses } = await readCluster(await connect());
    assert.deepEqual(
      ingresses.map(({ name, ingressClass, classByAnnotation, rules }) => [
        name,
        ingressClass,
        classByAnnotation,
        rules,
      ]),
      [
        [
          "new",
          "pomerium",
          undefined,
          [
            {
              host: "a.example.org",
              paths: [
                { path: "/api", exact: true, pathType: "Exact" },
                {
                  path: "/",
                  exact: false,
                  pathType: "Prefix",
                  backend: { service: "web", port: "http" },
                },
              ],
            },
          ],
        ],
        ["old", "nginx", true, []],
      ],
    );
  });

  it("knows the paths of an Ingress without a host, its default backend, and the pods of a Service", async () => {
    const backend = { service: { name: "core", port: { number: 80 } } };
    fake.objects["/apis/networking.k8s.io/v1/ingresses"] = {
      items: [
        {
          metadata: { namespace: "a", name: "any" },
          spec: {
            defaultBackend: backend,
            rules: [{ http: { paths: [{ path: "/x", pathType: "Prefix", backend }] } }],
          },
        },
        { metadata: { namespace: "a", name: "bucket" }, spec: { defaultBackend: { resource: {} } } },
      ],
    };
    fake.objects["/api/v1/services"] = {
      items: [
        { metadata: { namespace: "a", name: "core" }, spec: { selector: { app: "core" } } },
        { metadata: { namespace: "a", name: "by-hand" }, spec: { selector: {} } },
      ],
    };
    const { ingresses, services } = await readCluster(await connect());
    const core = { service: "core", port: 80 };
    assert.deepEqual(
      ingresses.map(({ anyHost, anyPaths, defaultBackend }) => [anyHost, anyPaths, defaultBackend]),
      [
        [true, [{ path: "/x", exact: false, pathType: "Prefix", backend: core }], core],
        [true, undefined, undefined],
      ],
    );
    assert.deepEqual(
      services.map(({ selector }) => selector),
      [{ app: "core" }, undefined],
    );
  });

  it("prefers the class in an Ingress's field to the annotation, as both controllers do", async () => {
    fake.objects["/apis/networking.k8s.io/v1/ingresses"] = {
      items: [
        {
          metadata: {
            namespace: "a",
            name: "both",
            generation: 3,
            annotations: { "kubernetes.io/ingress.class": "nginx" },
          },
          spec: { ingressClassName: "pomerium" },
        },
      ],
    };
    const [both] = (await readCluster(await connect())).ingresses;
    assert.deepEqual([both?.ingressClass, both?.generation], ["pomerium", 3]);
  });

  it("lists the known contexts if the stack's context is not among them", async () => {
    await assert.rejects(ReadOnlyApi.connect({ context: "octvo", kubeconfig: file }), {
      name: "ClusterError",
      message: `kubeconfig ${file} has no context "octvo"; it has octavo, elsewhere`,
      fix: `kubectl config get-contexts --kubeconfig ${file}`,
    });
  });

  it("is reported as not answering if nothing listens", async () => {
    const dead = `${file}-dead`;
    writeKubeconfig(dead, "http://127.0.0.1:1", ["octavo"]);
    const api = await ReadOnlyApi.connect({ context: "octavo", kubeconfig: dead });
    await assert.rejects(readCluster(api), (error: ClusterError) => {
      assert.match(error.message, /^http:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/);
      assert.equal(error.status, undefined);
      return true;
    });
  });

  it("that refuses the credentials is distinguished from one without the object", async () => {
    const api = await connect();
    fake.status = 401;
    await assert.rejects(readCluster(api), { name: "ClusterError", status: 401 });
    fake.status = undefined;
    assert.equal(await api.find("/api/v1/namespaces/absent"), undefined);
  });
});

describe("the proof that this is the cluster that the stack means", () => {
  const octavo = { context: "octavo", uid: "u-1" };

  it("passes the cluster with the configured UID", () => {
    assert.equal(identityProblem("octavo", octavo, { uid: "u-1" }), undefined);
  });

  it("refuses another cluster behind the same context and names both", () => {
    const record = { phase: "cutover", adopted: [] };
    const problem = identityProblem("octavo", octavo, { uid: "u-2", record });
    assert.equal(
      problem?.message,
      'this stack means the cluster u-1, but context "octavo" leads to u-2; nothing was written to either',
    );
  });

  it("says what to do if the cluster was rebuilt, where the program has never run in it", () => {
    const problem = identityProblem("octavo", octavo, { uid: "u-2" });
    assert.match(
      problem?.message ?? "",
      /leads to u-2; .* a new cluster\.uid alone does not help, .* The cluster was rebuilt,/,
    );
  });

  it("asks for an unset UID with the command that sets it", () => {
    const problem = identityProblem("octavo", { context: "octavo" }, { uid: "u-2" });
    assert.equal(problem?.fix, "pulumi config set --stack octavo --path cluster.uid u-2");
  });
});
