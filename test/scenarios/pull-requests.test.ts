import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Document, parse, stringify } from "yaml";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { projectDirectory } from "../../sandbox/stacks.ts";
import { project } from "../../stack-file/project.ts";
import { prepared, useResource } from "../support/cluster.ts";
import { editYaml, openSite, type Site } from "../support/pull-requests/site.ts";
import { type Result, runWorkflow } from "../support/pull-requests/workflow.ts";

const golden = path.join(import.meta.dirname, "../golden/pull-requests");
const stack = "alfred";

/** A place in the stack file. */
const at = (...keys: (string | number)[]): (string | number)[] => [
  "config",
  `${project}:${keys[0]}`,
  ...keys.slice(1),
];

/** The text without what differs from run to run. */
function settled(text: string, folder: string): string {
  return text
    .replaceAll(new RegExp(`(?:file://)?${folder}/pull-request-\\d+`, "g"), "<checkout>")
    .replaceAll(/Commit [0-9a-f]{12}/g, "Commit <commit>")
    .replaceAll(/on base [0-9a-f]{12}/g, "on base <base>")
    .replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, "<time>")
    .replaceAll(/pulumi-kubernetes-[0-9a-f]{8}/g, "pulumi-kubernetes-<id>")
    .replaceAll(/\b[0-9a-f]{16}\b/g, "<digest>")
    .replaceAll(/(observedGeneration\}=)\d+/g, "$1<generation>");
}

/** The comment without the program's announcement, which is the same in most of them and has its own tests. */
function withoutAnnouncement(text: string): string {
  return text.replace(
    /(#### What `pulumi up` says first\n\n```\n)[\s\S]*?(\n```\n)/,
    "$1<the announcement>$2",
  );
}

/** Compares with the recorded comment; UPDATE_GOLDEN=1 records it anew. */
function assertGolden(name: string, text: string, isRecorded: boolean): void {
  const file = path.join(golden, `${name}.md.txt`);
  if (process.env.UPDATE_GOLDEN && isRecorded) {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, "utf8"));
}

const replaceIn = async (file: string, from: string, to: string): Promise<void> => {
  const text = await readFile(file, "utf8");
  assert.ok(text.includes(from), `${file} has no ${from}`);
  await writeFile(file, text.replace(from, to));
};

/** Every step of the workflow runs as its file says, with the real Pulumi. Only the cluster and GitHub are imitated. */
describe("the comment on a pull request that", function () {
  this.timeout(300_000);
  let sandbox: Sandbox | undefined;
  let opened: Site | undefined;
  const site = useResource(async (): Promise<Site> => {
    const { tools, pulumi } = await prepared();
    sandbox = await openSandbox(stack, tools);
    opened = await openSite(pulumi, sandbox, stack);
    await opened.apply();
    return opened;
  });
  after(async () => {
    await opened?.close();
    await sandbox?.stop();
  });

  /** Runs the workflow on a change, and compares its comment with the golden file. */
  const commented = async (
    name: string,
    change: (folder: string) => Promise<void>,
    options: { trusted?: boolean; kubeconfig?: string } = {},
  ): Promise<Result> => {
    const { workspace, commit } = await site().pullRequest(change);
    const result = await runWorkflow(site(), stack, { workspace, commit, ...options });
    assert.match(result.comment, new RegExp(`^<!-- pomerium-migration:${stack} -->\n### `), result.log);
    assert.ok(result.comment.includes(commit.slice(0, 12)), "the comment does not name the commit");
    assert.equal(result.passed, result.verdict === "");
    assert.ok(result.comment.length < 8192, `${result.comment.length} characters`);
    const text = settled(result.comment, site().folder);
    // Another kubeconfig must give the comment that the operator's has given.
    const isRecorded = options.kubeconfig === undefined;
    assertGolden(name, name === "person-added" ? text : withoutAnnouncement(text), isRecorded);
    return result;
  };
  const inStackFile =
    (edit: (file: Document) => void) =>
    (folder: string): Promise<void> =>
      editYaml(path.join(folder, `Pulumi.${stack}.yaml`), edit);
  const headOf = ({ comment }: Result): string => comment.split("\n")[1]!;

  it("raises Pomerium's version names both versions and what that changes", async () => {
    await site().apply((file) => file.setIn(at("pomerium", "version"), "v0.32.9"));
    const raise = (file: Document): void => file.setIn(at("pomerium", "version"), "v0.33.1");
    try {
      const result = await commented("version", inStackFile(raise));
      assert.equal(headOf(result), "### ⚠ alfred: Pomerium goes from v0.32.9 to v0.33.1");
    } finally {
      await site().apply(raise);
    }
  });

  it("adds a line to the README says that nothing changes", async () => {
    const result = await commented("readme", (folder) =>
      replaceIn(path.join(folder, "README.md"), "# ", "# The "),
    );
    assert.equal(headOf(result), "### ✔ alfred: nothing changes");
    assert.equal(result.passed, true);
  });

  it("adds a person names the person, and counts objects only", async () => {
    const result = await commented(
      "person-added",
      inStackFile((file) => file.addIn(at("users", "groups", "listeners"), "carol@gmail.com")),
    );
    assert.equal(headOf(result), "### ⚠ alfred: 1 caller gains access");
    assert.match(result.comment, /^\*\*Objects\*\*: 3 to update · \d+ unchanged$/m);
    assert.equal(result.passed, true);
  });

  it("adds a person is the same with the kubeconfig of docs/preview-reader.yaml, which can only read", async () => {
    const { api, kubeconfig } = sandbox!.cluster;
    const manifest = await readFile(path.join(projectDirectory, "docs/preview-reader.yaml"), "utf8");
    await sandbox!.cluster.apply(manifest);
    const { status } = await api.request<{ status: { token: string } }>(
      "POST",
      "/api/v1/namespaces/pomerium/serviceaccounts/preview-reader/token",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
    );
    const config = parse(await readFile(kubeconfig, "utf8")) as { users: { user: object }[] };
    for (const one of config.users) one.user = { token: status.token };
    await commented(
      "person-added",
      inStackFile((file) => file.addIn(at("users", "groups", "listeners"), "carol@gmail.com")),
      { kubeconfig: stringify(config) },
    );

    /** Whether the service account may do something. */
    const may = async (verb: string, resource: string, namespace = "", name = ""): Promise<boolean> => {
      const [kind, group = ""] = resource.split("@");
      const [plural, subresource] = kind!.split("/");
      const review = await api.request<{ status: { allowed: boolean } }>(
        "POST",
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SubjectAccessReview",
          spec: {
            user: "system:serviceaccount:pomerium:preview-reader",
            groups: ["system:serviceaccounts", "system:serviceaccounts:pomerium", "system:authenticated"],
            resourceAttributes: {
              verb,
              group,
              resource: plural,
              ...(subresource ? { subresource } : {}),
              namespace,
              name,
            },
          },
        },
      );
      return review.status.allowed;
    };
    assert.equal(await may("get", "secrets", "pomerium", "bootstrap"), true);
    const writes = ["create", "update", "patch", "delete", "deletecollection"].flatMap((verb) =>
      [
        "ingresses@networking.k8s.io",
        "secrets",
        "pods",
        "configmaps",
        "deployments@apps",
        "roles@rbac.authorization.k8s.io",
        "certificates@cert-manager.io",
      ].flatMap((resource) =>
        ["pomerium", "ingress-nginx", "monitoring"].map((namespace) => [verb, resource, namespace]),
      ),
    );
    const others: string[][] = [
      ["list", "secrets"],
      ["list", "secrets", "pomerium"],
      ["get", "secrets", "pomerium", "pomerium-auth-tls"],
      ["get", "secrets", "monitoring", "grafana-tls"],
      ["list", "configmaps"],
      ["get", "pods/exec", "ingress-nginx"],
      ["create", "pods/exec", "pomerium"],
      ["get", "pods/log", "pomerium"],
      ["get", "nodes/proxy"],
      ["get", "services/proxy", "ingress-nginx"],
      ["create", "serviceaccounts/token", "pomerium"],
      ["impersonate", "users"],
      ["impersonate", "serviceaccounts", "pomerium"],
      ["bind", "clusterroles@rbac.authorization.k8s.io"],
      ["escalate", "clusterroles@rbac.authorization.k8s.io"],
      ["create", "certificatesigningrequests@certificates.k8s.io"],
    ];
    for (const [verb = "", ...rest] of [...writes, ...others])
      assert.equal(await may(verb, ...(rest as [string])), false, `${verb} ${rest.join(" ")}`);
  });

  it("removes a person names the person", async () => {
    const result = await commented(
      "person-removed",
      inStackFile((file) => file.deleteIn(at("users", "groups", "listeners", 1))),
    );
    assert.equal(headOf(result), "### ⚠ alfred: 1 caller loses access");
  });

  it("makes an app public fails the job, and names the rule", async () => {
    const result = await commented(
      "public",
      inStackFile((file) => {
        const host = "bat-signal.very-very-dark-gray.top";
        file.setIn(at("apps", "grafana", "access"), { public: { consent: host } });
        file.setIn(at("accessTests", "apps", "grafana"), [{ allow: ["anonymous"] }]);
      }),
    );
    assert.equal(headOf(result), "### ⚠ alfred: 1 host becomes public");
    assert.match(result.verdict, /^ACCESS_FAIL_ON=public: 1 host becomes public$/m);
    assert.match(
      result.log,
      /^::warning file=Pulumi\.alfred\.yaml,line=\d+,col=\d+,title=apps\.\S+::bat-signal\S* becomes public/m,
    );
  });

  it("adds an app shows its host and its people", async () => {
    const result = await commented(
      "app-added",
      inStackFile((file) => {
        file.setIn(at("apps", "metrics"), {
          namespace: "monitoring",
          service: { name: "grafana-svc", port: 3000 },
          access: { groups: ["operators"] },
          migrated: true,
        });
        file.setIn(at("accessTests", "apps", "metrics"), [
          { allow: ["group:operators"], deny: ["stranger", "anonymous"] },
        ]);
      }),
    );
    assert.match(result.comment, /metrics\.very-very-dark-gray\.top/);
    assert.doesNotMatch(result.comment, /not reachable any more/);
  });

  it("renames an app reports it as a rename", async () => {
    const result = await commented(
      "renamed",
      inStackFile((file) => {
        for (const section of [at("apps"), at("accessTests", "apps")]) {
          file.setIn([...section, "graphs"], file.getIn([...section, "grafana"]));
          file.deleteIn([...section, "grafana"]);
        }
        file.setIn(at("tunnels", "alfred", "apps", 4), "graphs");
      }),
    );
    assert.equal(headOf(result), "### ⚠ alfred: 1 app is renamed, and its host stays");
    assert.match(result.comment, /Nobody gains or loses access/);
  });

  it("moves a host reports it as a move", async () => {
    const result = await commented(
      "moved",
      inStackFile((file) =>
        file.setIn(at("apps", "audiobookshelf", "host"), "books.very-very-dark-gray.top"),
      ),
    );
    assert.match(headOf(result), /1 app moves to another host/);
    assert.match(result.comment, /audiobookshelf: arkham-library\S+ → books\./);
    assert.doesNotMatch(result.comment, /callers? (?:gains?|loses?) access/);
  });

  it("asks for cutover says which hosts move to sign-in, and what comes first", async () => {
    const result = await commented(
      "cutover",
      inStackFile((file) => file.setIn(at("phase"), "cutover")),
    );
    assert.match(headOf(result), /coexist to cutover: 3 hosts move to sign-in at Pomerium$/);
    const places = ["redirect URI", "pulumi up --refresh", "Way back"].map((part) =>
      result.comment.indexOf(part),
    );
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    );
  });

  it("asks for retired too early counts the gates that are missing", async () => {
    const result = await commented(
      "retired-early",
      inStackFile((file) => file.setIn(at("phase"), "retired")),
    );
    assert.equal(headOf(result), "### ✖ alfred: 2 gates are missing");
    assert.doesNotMatch(result.comment, /unchanged\b.*\*\*|\d+ unchanged/);
  });

  it("breaks the YAML of the stack file names the line", async () => {
    const result = await commented("syntax-error", (folder) =>
      replaceIn(path.join(folder, `Pulumi.${stack}.yaml`), `${project}:apps:`, `${project}:apps: [`),
    );
    assert.equal(headOf(result), "### ✖ alfred: the stack file is refused");
    assert.match(result.log, /^::error file=Pulumi\.alfred\.yaml,line=\d+,col=\d+::/m);
  });

  it("breaks the program says so, and does not know who gains access", async () => {
    const result = await commented("typescript-error", (folder) =>
      replaceIn(
        path.join(folder, "components/apps/ingress.ts"),
        "return authorization.public\n",
        "return authorization.public ???\n",
      ),
    );
    assert.match(result.comment, /SyntaxError/);
    assert.match(result.verdict, /who gains or loses access is not known/);
  });

  it("opens every app in the code of a component is not believed", async () => {
    const result = await commented("component-opens", (folder) =>
      replaceIn(
        path.join(folder, "components/apps/ingress.ts"),
        "return authorization.public\n",
        "return authorization.public || true\n",
      ),
    );
    assert.match(result.comment, /5 hosts become public/);
    assert.match(result.verdict, /5 hosts become public/);
    assert.equal(result.passed, false);
  });

  it("opens paths in the catalogue is not believed", async () => {
    const result = await commented("catalogue-opens", (folder) =>
      replaceIn(
        path.join(folder, "policies/catalogue/apps/monitoring.ts"),
        'path: "/api",',
        'path: "/d", reason: "none", source: grafanaGuide }, { path: "/api",',
      ),
    );
    assert.match(result.comment, /paths? opens? to anonymous callers/);
    assert.equal(result.passed, false);
  });

  it("opens paths in the policies is not believed", async () => {
    const result = await commented("policies-open", (folder) =>
      replaceIn(
        path.join(folder, "policies/language/render.ts"),
        "return policy.length === 0",
        'return policy.length > 0 ? "- allow:\\n    or:\\n      - accept: true\\n" : policy.length === 0',
      ),
    );
    assert.match(result.comment, /5 hosts become public/);
    assert.equal(result.passed, false);
  });

  it("changes code without credentials does not know who gains access", async () => {
    const result = await commented(
      "code-of-a-stranger",
      (folder) =>
        replaceIn(
          path.join(folder, "components/apps/ingress.ts"),
          "return authorization.public\n",
          "return authorization.public || true\n",
        ),
      { trusted: false },
    );
    assert.match(result.comment, /^\*\*Not known\*\*/m);
    assert.equal(result.passed, false);
  });

  it("cannot install its packages says so", async () => {
    const result = await commented("packages-fail", (folder) =>
      replaceIn(
        path.join(folder, "package.json"),
        '"dependencies": {',
        '"dependencies": {\n    "not-in-the-lock": "1.0.0",',
      ),
    );
    assert.equal(headOf(result), "### ✖ alfred: the packages of the pull request cannot be installed");
    assert.equal(result.passed, false);
  });

  it("asks for retired after cutover says that there is no way back", async () => {
    await site().apply((file) => file.setIn(at("phase"), "cutover"));
    const result = await commented(
      "retired",
      inStackFile((file) => file.setIn(at("phase"), "retired")),
    );
    assert.equal(headOf(result), "### ⛔ alfred: ingress-nginx is removed, and there is no way back");
  });

  it("meets a cluster that somebody has changed shows the two changes separately", async () => {
    const ingress = "/apis/networking.k8s.io/v1/namespaces/monitoring/ingresses/grafana-pomerium-ingress";
    const annotation = "ingress.pomerium.io/policy";
    const live = await sandbox!.cluster.api.request<{ metadata: { annotations: Record<string, string> } }>(
      "GET",
      ingress,
    );
    const policy = live.metadata.annotations[annotation]!.replace("admin-user@", "mallory@");
    await sandbox!.cluster.api.request(
      "PATCH",
      `${ingress}?fieldManager=kubectl-edit`,
      { metadata: { annotations: { [annotation]: policy } } },
      "application/merge-patch+json",
    );
    const result = await commented("drift", (folder) =>
      replaceIn(path.join(folder, "README.md"), "# ", "# The "),
    );
    const [own = "", run = ""] = result.comment.split("#### Access: `pulumi up` against the cluster");
    assert.match(own, /Nobody gains or loses access\.\s*$/);
    assert.match(run, /\+1 +admin-user@gmail\.com[\s\S]*-1 +mallory@gmail\.com/);
  });
});
