import { strict as assert } from "node:assert";
import fc from "fast-check";
import { stringify } from "yaml";
import { readExported } from "../../../discovery/exported.ts";
import { ExportedCluster } from "../../../discovery/exported-cluster.ts";

const service = (name: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "media", ...more },
  spec: {},
});

const namesIn = (text: string) =>
  readExported({ file: "all.yaml", text }).objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

const problemsIn = (text: string) => readExported({ file: "all.yaml", text }).problems;

describe("an export", () => {
  it("is YAML with several documents, a list of kubectl's, or JSON", () => {
    const documents = [service("films"), service("books")]
      .map((each) => JSON.stringify(each))
      .join("\n---\n");
    assert.deepEqual(namesIn(documents), ["Service films", "Service books"]);
    const list = { apiVersion: "v1", kind: "List", items: [service("films"), service("books")] };
    assert.deepEqual(namesIn(JSON.stringify(list)), ["Service films", "Service books"]);
    assert.deepEqual(
      namesIn("apiVersion: v1\nkind: Service\nmetadata: {name: films}\nspec: {}\n---\n# nothing\n---\n"),
      ["Service films"],
    );
  });

  it("may be several answers of kubectl in one file, in JSON as in YAML, and a value in each line", () => {
    const answer = (...names: string[]) => ({
      apiVersion: "v1",
      kind: "List",
      // Braces and quotes in a text end nothing.
      items: names.map((name) => service(name, { annotations: { note: '}{ "]" \\' } })),
    });
    const answers = [answer("films"), answer(), answer("books", "games")];
    const names = ["Service films", "Service books", "Service games"];
    for (const indent of [0, 4])
      assert.deepEqual(namesIn(answers.map((each) => JSON.stringify(each, null, indent)).join("\n")), names);
    for (const end of ["\n", "\r\n"])
      assert.deepEqual(namesIn(answers.map((each) => stringify(each).replaceAll("\n", end)).join("")), names);
  });

  it("with a key twice is not read, unless each answer begins with that key", () => {
    const text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n";
    assert.deepEqual(namesIn(`${text}spec: {}\n`), []);
    assert.match(problemsIn(`${text}spec: {}\n`).join(), /unique at line 5/);
    assert.match(problemsIn(`${text}spec: {}\n${text}`).join(), /unique at line 5/);
  });

  it("that is cut off in its second answer is not read at all", () => {
    const [one, other] = [JSON.stringify(service("films")), JSON.stringify(service("books"))];
    assert.deepEqual(namesIn(`${one}\n${other.slice(0, -3)}`), []);
    assert.equal(problemsIn(`${one}\n${other.slice(0, -3)}`).length, 1);
  });

  it("may be a typed list, whose items name no kind", () => {
    const text = JSON.stringify({
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressList",
      items: [{ metadata: { name: "films" }, spec: {} }],
    });
    assert.deepEqual(readExported({ file: "-", text }).objects, [
      { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "films" }, spec: {} },
    ]);
  });

  it("loses the contents of its Secrets, with kubectl's copy of them", () => {
    const text = JSON.stringify({
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      data: { password: "aHVudGVyMg==" },
      stringData: { other: "hunter2" },
      metadata: {
        name: "db",
        namespace: "media",
        labels: { app: "db" },
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "hunter2" },
      },
    });
    const { objects } = readExported({ file: "-", text });
    assert.deepEqual(objects, [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "db", namespace: "media", labels: { app: "db" } },
      },
    ]);
    assert.ok(!/hunter2|aHVudGVyMg/.test(JSON.stringify(objects)));
  });

  it("keeps its good documents when others are broken, and says which are", () => {
    const text =
      "apiVersion: v1\nkind: Service\nmetadata: {name: films}\nspec: {}\n---\na: [1\n---\nhello\n---\nkind: Service\n";
    const { objects, problems } = readExported({ file: "all.yaml", text });
    assert.equal(objects.length, 1);
    assert.match(problems[0]!, /^all\.yaml, document 2: /);
    assert.deepEqual(problems.slice(1), [
      "all.yaml, document 3: is not a Kubernetes object; kubectl prints them with -o yaml",
      "all.yaml, document 4: is not a Kubernetes object: it lacks apiVersion, kind or metadata",
    ]);
  });

  it("is refused in part for an Ingress that no supported Kubernetes serves, and for an object without a name", () => {
    assert.deepEqual(problemsIn("apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: films}"), [
      "all.yaml: Ingress films has extensions/v1beta1, which no supported Kubernetes serves; write it as networking.k8s.io/v1",
    ]);
    assert.deepEqual(problemsIn("apiVersion: v1\nkind: Service\nmetadata: {}"), [
      "all.yaml: the Service has no name",
    ]);
    assert.deepEqual(problemsIn(""), ["all.yaml: holds no Kubernetes object"]);
  });

  it("names the part that an incomplete object lacks, as in a patch of kustomize, and keeps the others", () => {
    const text = [
      { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "films" }, spec: { replicas: 2 } },
      service("books"),
      { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "films" } },
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "books" },
        spec: { rules: [{ host: "books.example.org" }, null] },
      },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "films" }, data: { size: 8 } },
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "media", labels: ["films"] } },
    ]
      .map((each) => JSON.stringify(each))
      .join("\n---\n");
    assert.deepEqual(namesIn(text), ["Service books"]);
    const unread = (document: number, rest: string) => `all.yaml, document ${document}: ${rest}`;
    assert.deepEqual(problemsIn(text), [
      unread(1, "Deployment films was not read, because it is incomplete: spec.template is missing"),
      unread(3, "Ingress films was not read, because it is incomplete: spec is missing"),
      unread(4, "Ingress books was not read, because it is incomplete: spec.rules[1] is null"),
      unread(5, "ConfigMap films was not read, because it is incomplete: data.size has another form"),
      unread(6, "Namespace media was not read, because it is incomplete: metadata.labels has another form"),
    ]);
  });

  it("takes a field that is null for absent, as the API server does, and leaves kinds alone that nothing reads", () => {
    const text = JSON.stringify([
      {
        ...service("films", { labels: null }),
        spec: { selector: { app: "films" }, ports: null },
        status: null,
      },
      { apiVersion: "example.org/v1", kind: "Service", metadata: { name: "other" }, spec: [null, 1] },
    ]);
    assert.deepEqual(readExported({ file: "-", text }), {
      objects: [
        { ...service("films"), spec: { selector: { app: "films" } } },
        { apiVersion: "example.org/v1", kind: "Service", metadata: { name: "other" }, spec: [null, 1] },
      ],
      problems: [],
    });
  });

  it("of any text ends in objects and problems, never in an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: "binary" })), (text) => {
        const { objects, problems } = readExported({ file: "any", text });
        assert.ok(objects.length + problems.length > 0);
      }),
    );
  });
});

describe("a cluster of exported objects", () => {
  const ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "films", namespace: "media", labels: { app: "films" } },
  };
  const chart = {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "nginx", namespace: "flux-system" },
  };
  const cluster = () => new ExportedCluster([service("films"), service("books"), ingress, chart] as never);

  it("answers as the API server does: objects, collections, and those of one namespace or label", async () => {
    const api = cluster();
    const names = async (path: string) =>
      (await api.list<{ metadata: { name: string } }>(path)).map(({ metadata }) => metadata.name);
    assert.deepEqual(await names("/api/v1/services"), ["films", "books"]);
    assert.deepEqual(await names("/api/v1/namespaces/media/services"), ["films", "books"]);
    assert.deepEqual(await names("/api/v1/namespaces/other/services"), []);
    assert.deepEqual(await api.find("/api/v1/namespaces/media/services/books"), service("books"));
    assert.equal(await api.find("/api/v1/namespaces/media/services/none"), undefined);
    const labelled = (selector: string) =>
      names(`/apis/networking.k8s.io/v1/ingresses?labelSelector=${encodeURIComponent(selector)}`);
    assert.deepEqual(await labelled("app=films"), ["films"]);
    assert.deepEqual(await labelled("app in (films, books),!other"), ["films"]);
    for (const none of ["app=books", "app!=films", "other", "!app", "app notin (films)", "app in (books)"])
      assert.deepEqual(await labelled(none), [], none);
  });

  it("knows a kind by its group, in whatever version it is asked for", async () => {
    const path = "/apis/helm.toolkit.fluxcd.io/v2beta2/namespaces/flux-system/helmreleases/nginx";
    assert.deepEqual(await cluster().find(path), chart);
  });

  it("says which kinds it was asked for and does not have, and only those", async () => {
    const api = cluster();
    await api.list("/api/v1/services");
    assert.deepEqual(api.missing, []);
    await Promise.all([
      api.find("/api/v1/namespaces/kube-system"),
      api.list("/apis/cert-manager.io/v1/clusterissuers"),
      api.listMetadata("/api/v1/namespaces/media/secrets"),
    ]);
    assert.deepEqual(api.missing, ["clusterissuers.cert-manager.io", "namespaces"]);
  });

  it("puts an object without a namespace where kubectl would, and keeps the last of two with one name", async () => {
    const first = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
    const last = { ...first, spec: { type: "NodePort" } };
    const api = new ExportedCluster([first, last] as never);
    assert.deepEqual(await api.list("/api/v1/namespaces/default/services"), [
      { ...last, metadata: { name: "web", namespace: "default" } },
    ]);
  });
});
