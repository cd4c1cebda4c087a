import { strict as assert } from "node:assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { objectsBefore } from "../../discovery/before.ts";
import { cli, house, houseUid, makeProject } from "../project.ts";

const alfred = objectsBefore("alfred");
const json = JSON.stringify({ apiVersion: "v1", kind: "List", items: alfred });
const fileOf = ({ directory }: { directory: string }) => join(directory, "Pulumi.home.yaml");

describe("the command init", () => {
  it("writes a stack file from standard input, lists what is left, and check names the same", async () => {
    const project = makeProject();
    const ran = await cli(project, ["init", "home", "--from", "-", "--admin", "you@example.org"], {
      stdin: json,
    });
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /^Pulumi\.home\.yaml is written: 3 apps from standard input\n/);
    assert.match(ran.out, /`check` names it:\n {2}cluster\.context {2}/);
    assert.match(
      ran.out,
      /before a preview goes through:\n {2}apps\.kubernetes-dashboard\.accept {2,}accept or replace whitelist-source-range/,
    );
    assert.match(ran.out, /\n {2}configmaps {2,}ingress-nginx's settings/);
    assert.match(ran.out, /\n {2}kubectl get clusterissuers -A -o yaml\n/);
    assert.doesNotMatch(ran.out, /users\.admins/);
    for (const line of ran.out.split("\n").filter((each) => !each.includes("kubectl")))
      assert.ok(line.length <= 80, line);
    const checked = await cli(project, ["check", "home", "--json"]);
    const [{ problems }] = JSON.parse(checked.out).stacks;
    assert.deepEqual(
      problems.map(({ at }: { at: string }) => at),
      [
        "cluster.context",
        "pomerium.loadBalancerIP",
        "pomerium.identityProvider.provider",
        "pomerium.identityProvider.clientId",
        "certificates.email",
        'certificates.zones["very-very-dark-gray.top"]',
      ],
    );
  });

  it("reads a cluster when no file is named, and never guesses which", async () => {
    const project = makeProject();
    const asked: object[] = [];
    const outside = {
      openCluster: async (address: object) => {
        asked.push(address);
        return new ExportedCluster(alfred);
      },
    };
    const several = await cli(project, ["init", "home"], { ...outside, contexts: ["alfred", "octavo"] });
    assert.equal(several.code, 2);
    assert.match(several.err, /which cluster\? Name it with --context; the kubeconfig has alfred, octavo/);
    assert.deepEqual(asked, []);
    const only = await cli(project, ["init", "home"], { ...outside, contexts: ["alfred"] });
    assert.equal(only.code, 0);
    const named = await cli(project, ["init", "there", "--context", "octavo", "--kubeconfig", "/k"], outside);
    assert.equal(named.code, 0);
    assert.deepEqual(asked, [{ context: "alfred" }, { context: "octavo", kubeconfig: "/k" }]);
    const text = readFileSync(fileOf(project), "utf8");
    assert.match(text, /^# Written by `init` from context alfred\.$/m);
    assert.match(text, /context: alfred\n {4}uid: 11111111-2222-3333-4444-555555555555\n/);
  });

  it("writes the path of a kubeconfig from the project's folder, wherever the command runs", async () => {
    const project = makeProject();
    const outside = { openCluster: async () => new ExportedCluster(alfred) };
    for (const [stack, cwd, given, expected] of [
      ["here", project.directory, "./kube.yaml", "./kube.yaml"],
      ["below", join(project.directory, "sub"), "kube.yaml", "sub/kube.yaml"],
      ["above", join(project.directory, "sub"), "../kube.yaml", "kube.yaml"],
      ["absolute", join(project.directory, "sub"), "/kube.yaml", "/kube.yaml"],
    ] as const) {
      const argv = ["init", stack, "--context", "alfred", "--kubeconfig", given, "--cwd", project.directory];
      assert.equal((await cli({ directory: cwd }, argv, outside)).code, 0);
      const text = readFileSync(join(project.directory, `Pulumi.${stack}.yaml`), "utf8");
      assert.ok(text.includes(`kubeconfig: ${expected}\n`), stack);
    }
  });

  it("never overwrites a file, and prints what a second run would add", async () => {
    const project = makeProject();
    const half = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: alfred.filter(({ metadata }) => metadata.name !== "grafana-ingress"),
    });
    assert.equal((await cli(project, ["init", "home", "--from", "-"], { stdin: half })).code, 0);
    const before = readFileSync(fileOf(project), "utf8");
    const again = await cli(project, ["init", "home", "--from", "-"], { stdin: json });
    assert.equal(again.code, 1);
    assert.match(again.err, /Pulumi\.home\.yaml exists, and is never overwritten/);
    const diff = await cli(project, ["init", "home", "--from", "-", "--diff"], { stdin: json });
    assert.equal(diff.code, 0);
    assert.match(diff.out, /^config:\n {2}pomerium-migration:apps:\n/);
    assert.match(diff.out, /\n {4}grafana:\n[\s\S]*replaces: grafana-ingress\n$/);
    assert.doesNotMatch(diff.out, /home-assistant|certificates/);
    assert.equal(readFileSync(fileOf(project), "utf8"), before);
    const same = await cli(project, ["init", "home", "--from", "-", "--diff"], { stdin: half });
    assert.equal(same.out, "# nothing: the stack file has every host that ingress-nginx serves\n");
  });

  it("adds nothing of another cluster to a stack file, but takes an export that does not tell its cluster", async () => {
    const project = makeProject({ home: house() });
    const namespace = (uid: string) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "kube-system", uid },
    });
    const diff = (...more: object[]) =>
      cli(project, ["init", "home", "--from", "-", "--diff"], {
        stdin: JSON.stringify({
          apiVersion: "v1",
          kind: "List",
          items: [...alfred.filter(({ metadata }) => metadata.name !== "kube-system"), ...more],
        }),
      });
    const other = await diff(namespace("99999999-2222-3333-4444-555555555555"));
    assert.equal(other.code, 1);
    assert.equal(
      other.err,
      `error: standard input is of the cluster 99999999-2222-3333-4444-555555555555, and the stack home means ${houseUid}\n`,
    );
    assert.equal(other.out, "");
    for (const same of [await diff(namespace(houseUid)), await diff()])
      assert.match(same.out, /pomerium-migration:apps:/);
  });

  it("counts a host that is abandoned or stays at ingress-nginx as one that the stack file has", async () => {
    const project = makeProject();
    project.put(
      "Pulumi.home.yaml",
      `config:
  pomerium-migration:domain: very-very-dark-gray.top
  pomerium-migration:apps:
    home-assistant-alfred: {}
  pomerium-migration:ingressNginx:
    abandon: {grafana-alfred.very-very-dark-gray.top: why not}
    stays: {kubernetes-alfred.very-very-dark-gray.top: its clients need it}
`,
    );
    const { out } = await cli(project, ["init", "home", "--from", "-", "--diff"], { stdin: json });
    // Its certificates section has no zone yet.
    assert.doesNotMatch(out, /apps:/);
  });

  it("names the cluster in each command that changes it, if it is known, and breaks no command", async () => {
    const project = makeProject();
    const from = ["--from", new URL("../../discovery/fixtures/k3s.yaml", import.meta.url).pathname];
    const annotate =
      "annotate helmchart --namespace kube-system ingress-nginx helmcharts.helm.cattle.io/unmanaged=true";
    const known = await cli(project, ["init", "home", ...from, "--context", "attic"]);
    assert.ok(known.out.split("\n").includes(`    kubectl --context attic ${annotate}`), known.out);
    // The first line names the file.
    const [, ...lines] = known.out.split("\n");
    for (const line of lines.filter((each) => !each.includes("kubectl"))) assert.ok(line.length <= 80, line);
    const unknown = await cli(project, ["init", "shed", ...from]);
    assert.ok(unknown.out.split("\n").includes(`    kubectl ${annotate}`), unknown.out);
    const audited = await cli(project, ["audit", ...from, "--context", "attic", "--format", "markdown"]);
    assert.match(audited.out, /kubectl --context attic annotate helmchart/);
  });

  it("names the hosts that no known ingress-nginx serves, with the reason", async () => {
    const project = makeProject();
    const other = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "web", name: "films" },
      spec: { rules: [{ host: "films.example.org" }] },
    };
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...alfred, other] });
    const { out } = await cli(project, ["init", "home", "--from", "-"], { stdin });
    const [, list = ""] = /\nNo app takes over:\n((?: {2}.*\n)+)/.exec(out) ?? [];
    assert.deepEqual(list.trimEnd().split("\n"), [
      "  localhost (kubernetes-dashboard/kubernetes-dashboard)",
      "    no ingress-nginx serves class internal-nginx: the class has no IngressClass",
      "  films.example.org (web/films)",
      "    no ingress-nginx serves Ingresses without a class",
    ]);
  });

  it("prints the file with --stdout, the summary beside it, and writes nothing", async () => {
    const project = makeProject();
    const { out, err } = await cli(project, ["init", "home", "--from", "-", "--stdout"], { stdin: json });
    assert.match(out, /^# yaml-language-server/);
    assert.match(err, /^Pulumi\.home\.yaml: 3 apps/);
    assert.equal(existsSync(fileOf(project)), false);
  });

  it("reads files and folders, and says what of them it could not read", async () => {
    const project = makeProject();
    project.put("manifests/apps/all.json", json);
    project.put("manifests/broken.yaml", "a: [1\n");
    project.put("manifests/notes.md", "not read");
    const { code, err } = await cli(project, ["init", "home", "--from", "manifests"]);
    assert.equal(code, 0);
    assert.match(err, /^not read: manifests\/broken\.yaml: .*\n$/);
  });

  it("prints what was written and what is left for programs, as its documentation says", async () => {
    const project = makeProject();
    const { code, out } = await cli(project, ["init", "home", "--from", "-", "--json"], { stdin: json });
    assert.equal(code, 0);
    const result = JSON.parse(out);
    assert.deepEqual(
      [result.version, result.kind, result.stack, result.file],
      [1, "init", "home", "Pulumi.home.yaml"],
    );
    assert.deepEqual(
      result.apps.map(({ app }: { app: string }) => app),
      ["grafana", "home-assistant", "kubernetes-dashboard"],
    );
    assert.ok(
      result.todos.some(
        ({ at, stops }: { at: string; stops: string }) => at === "users.admins" && stops === "check",
      ),
    );
    assertDocumented(result);
    assert.ok(existsSync(fileOf(project)));
    assert.equal(
      (await cli(project, ["init", "other", "--from", "-", "--json", "--stdout"], { stdin: json })).code,
      2,
    );
  });

  it("asks Cloudflare if there is a token, and does not take a refusal for an empty account", async () => {
    const project = makeProject();
    class CloudflareError extends Error {
      override readonly name = "CloudflareError";
    }
    const refused = await cli(project, ["init", "home", "--from", "-"], {
      stdin: json,
      readCloudflare: async () => {
        throw new CloudflareError("GET /zones: 403");
      },
    });
    assert.equal(refused.code, 1);
    assert.match(refused.err, /GET \/zones: 403; the token in CLOUDFLARE_API_TOKEN needs/);
    assert.equal(existsSync(fileOf(project)), false);
    const zones = [{ id: "f".repeat(32), name: "very-very-dark-gray.top" }];
    const readCloudflare = async () => ({ zones, tunnels: [] });
    assert.equal(
      (await cli(project, ["init", "home", "--from", "-"], { stdin: json, readCloudflare })).code,
      0,
    );
    assert.match(
      readFileSync(fileOf(project), "utf8"),
      /very-very-dark-gray\.top: \{cloudflare: \{\}\} # from Cloudflare/,
    );
  });

  it("refuses input without objects, a missing file, and a name that is not a stack's", async () => {
    const project = makeProject();
    const empty = await cli(project, ["init", "home", "--from", "-"], { stdin: "" });
    assert.equal(empty.code, 1);
    assert.match(
      empty.err,
      /no Kubernetes object in standard input\n {2}standard input: holds no Kubernetes object/,
    );
    const absent = await cli(project, ["init", "home", "--from", "nowhere.yaml"]);
    assert.match(absent.err, /cannot read nowhere\.yaml: ENOENT/);
    const name = await cli(project, ["init", "a/b c", "--from", "-"], { stdin: json });
    assert.equal(name.code, 1);
    assert.equal((await cli(project, ["init", "home", "--diff", "--from", "-"], { stdin: json })).code, 1);
    writeFileSync(join(project.directory, "x.json"), json);
    assert.equal((await cli(project, ["init"], { stdin: json })).code, 2);
  });
});
