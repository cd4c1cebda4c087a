import { strict as assert } from "node:assert";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { commentOf as compose } from "../../../../cli/comment/comment.ts";
import type { Facts } from "../../../../cli/comment/facts.ts";
import { commentLimit } from "../../../../cli/comment/fenced.ts";
import { kinds } from "../../../../policies/access/diff/rows.ts";
import { previewJson, type Step, unchanged, withIngress } from "../comment/planned.ts";
import { changedHouse, cli, house, makeProject, type Project, publicApp } from "../project.ts";

const publicAnnotation = "ingress.pomerium.io/allow_public_unauthenticated_access";
const policy = "ingress.pomerium.io/policy";

interface Commented {
  text: string;
  /** The rules that fail the job. */
  verdict: string[];
  /** What the runner gets. */
  out: string;
  plan: string;
}

async function commented(project: Project, ...options: string[]): Promise<Commented> {
  const files = ["--output", "comment.md", "--verdict", "verdict.txt", "--plan", "plan.txt"];
  const { code, out, err } = await cli(project, [
    "comment",
    ...["--stack", "house", "--commit", "0123456789abcdef", "--run", "https://example.org/run"],
    ...files,
    ...options,
  ]);
  assert.deepEqual([code, err], [0, ""]);
  const read = (name: string): string => readFileSync(join(project.directory, name), "utf8");
  const comment = {
    text: read("comment.md"),
    verdict: read("verdict.txt").split("\n").filter(Boolean),
    plan: read("plan.txt"),
    out,
  };
  for (const name of ["comment.md", "verdict.txt", "plan.txt"]) rmSync(join(project.directory, name));
  withoutFences(comment.text);
  return comment;
}

/** The comment for a preview with these steps. */
function commentedWith(
  project: Project,
  steps: readonly Step[],
  said: readonly [severity: string, message: string][] = [],
  ...options: string[]
): Promise<Commented> {
  project.put("preview.json", previewJson(steps, said));
  return commented(project, "--preview", "preview.json", ...options);
}

const headOf = ({ text }: Commented): string => text.split("\n")[1]!;

/** A house whose code has changed, but not its stack file. */
function houseWithCode(file = "components/apps/ingress.ts"): Project {
  const project = makeProject({ house: house() });
  project.put(file, "before");
  project.commit();
  project.put(file, "after");
  return project;
}

describe("the comment's guard rails", () => {
  const steps = (project: Project) =>
    withIngress(unchanged(project), "wiki-ingress", ({ metadata: { annotations } }) => {
      annotations["ingress.pomerium.io/timeuot"] = "1s";
    });

  it("are applied to the preview if the workflow asks for them, and fail the job", async () => {
    const project = makeProject({ house: house() });
    project.commit();
    const without = await commentedWith(project, steps(project));
    assert.doesNotMatch(without.text, /Guard rails/);
    project.put("rails.json", '{ "public-route": "disabled" }');
    const comment = await commentedWith(project, steps(project), [], "--guard-rails", "rails.json");
    assert.match(comment.text, /^#### Guard rails$/m);
    assert.match(comment.text, /^✖ Ingress \S+\/\S+ {3}annotations$/m);
    assert.match(comment.text, /^ +write ingress\.pomerium\.io\/timeout$/m);
    assert.deepEqual(
      comment.verdict.filter((line) => line.startsWith("GUARD_RAILS")),
      ["GUARD_RAILS: annotations, 1 time"],
    );
  });

  it("are listed without failing the job if they only advise, and not listed if no object breaks one", async () => {
    const project = makeProject({ house: house() });
    project.commit();
    project.put("rails.json", '{ "all": "advisory", "public-route": "disabled" }');
    const advised = await commentedWith(project, steps(project), [], "--guard-rails", "rails.json");
    assert.match(advised.text, /^! Ingress/m);
    assert.ok(!advised.verdict.some((line) => line.startsWith("GUARD_RAILS")));
    const silent = await commentedWith(project, unchanged(project), [], "--guard-rails", "rails.json");
    assert.doesNotMatch(silent.text, /Guard rails/);
  });
});

describe("the comment's access", () => {
  it("is read from the planned Ingresses, so code that opens an app is found", async () => {
    const project = houseWithCode();
    const steps = withIngress(unchanged(project), "wiki-ingress", ({ metadata: { annotations } }) => {
      delete annotations[policy];
      annotations[publicAnnotation] = "true";
    });
    const comment = await commentedWith(project, steps);
    assert.match(comment.text, /^- 1 host becomes public$/m);
    assert.match(comment.text, /wiki\.example\.org +everybody on the internet reaches it/);
    assert.match(comment.text, /Changed code that can decide about access: `components\/apps\/ingress\.ts`/);
    assert.deepEqual(comment.verdict, ["ACCESS_FAIL_ON=public: 1 host becomes public"]);
  });

  it("finds a path that the plan opens, and fails the job with the rule for public", async () => {
    const project = houseWithCode("policies/catalogue/apps/media.ts");
    const steps = withIngress(unchanged(project), "komga-open", ({ spec }) => {
      const [rule] = spec.rules as { http: { paths: { path: string; pathType: string }[] } }[];
      rule!.http.paths.push({ path: "/admin/", pathType: "Prefix" });
    });
    const comment = await commentedWith(project, steps);
    assert.deepEqual(comment.verdict, ["ACCESS_FAIL_ON=public: 1 path opens to anonymous callers"]);
    assert.deepEqual((await commentedWith(project, steps, [], "--fail-on", "none")).verdict, []);
    assert.deepEqual((await commentedWith(project, steps, [], "--fail-on", "loss")).verdict, []);
  });

  it("finds an Ingress that no app of the stack file has", async () => {
    const project = houseWithCode();
    const steps = unchanged(project);
    const added = structuredClone(steps[0]!.asks!) as { spec: { rules: { host: string }[] } };
    added.spec.rules[0]!.host = "backdoor.example.org";
    const comment = await commentedWith(project, [...steps, { op: "create", name: "backdoor", asks: added }]);
    assert.match(comment.text, /backdoor\.example\.org/);
    assert.match(headOf(comment), /the code lets in others than the stack file says/);
  });

  it("has groups and key paths where the plan does what the stack file says", async () => {
    const project = changedHouse((now) => {
      now.users.groups.readers = ["alice@gmail.com", "bob@gmail.com"];
    });
    const comment = await commentedWith(project, unchanged(project));
    assert.equal(headOf(comment), "### ⚠ house: 1 caller gains access");
    assert.match(
      comment.text,
      /bob@gmail\.com +may reach +komga\.example\.org\/ +group readers \(users\.groups\.readers\[1\]\)/,
    );
    assert.deepEqual(comment.verdict, []);
    assert.deepEqual((await commentedWith(project, unchanged(project), [], "--fail-on", "gain")).verdict, [
      "ACCESS_FAIL_ON=gain: 1 caller gains access",
    ]);
  });

  it("is not known without credentials if code has changed, and the job fails", async () => {
    for (const file of ["policies/access/routes.ts", "components/new.js", "index.ts", "Pulumi.yaml"]) {
      const comment = await commented(houseWithCode(file));
      assert.equal(headOf(comment), "### ⚠ house: who gains or loses access is not known", file);
      assert.match(comment.text, /^\*\*Not known\*\*: the code that decides has changed/m);
      assert.doesNotMatch(comment.text, /[Nn]obody/);
      assert.deepEqual(comment.verdict, ["ACCESS_FAIL_ON=public: who gains or loses access is not known"]);
    }
  });

  it("is not known if the preview of changed code fails", async () => {
    const project = houseWithCode();
    const comment = await commentedWith(project, unchanged(project), [["error", "error: TypeError: no"]]);
    assert.match(comment.text, /^\*\*Not known\*\*/m);
    assert.deepEqual(comment.verdict, [
      "the preview fails",
      "ACCESS_FAIL_ON=public: who gains or loses access is not known",
    ]);
  });

  it("is known without credentials if only the stack file, documents, tests or commands have changed", async () => {
    for (const file of [
      "docs/page.md",
      "README.md",
      "test/x.ts",
      "sandbox/x.ts",
      "cli/x.ts",
      ".github/workflows/x.yml",
    ]) {
      const comment = await commented(houseWithCode(file));
      assert.equal(headOf(comment), "### ✔ house: the stack file changes nobody’s access", file);
      assert.deepEqual(comment.verdict, []);
    }
  });

  it("is not known with a new version of a package that the program runs, and known with another test tool", async () => {
    const lock = (packages: object): string =>
      JSON.stringify({ packages: { "": { name: "x" }, ...packages } });
    const before = {
      "node_modules/zod": { version: "1" },
      "node_modules/mocha": { version: "1", dev: true },
    };
    for (const [name, isKnown] of [
      ["node_modules/zod", false],
      ["node_modules/mocha", true],
    ] as const) {
      const project = makeProject({ house: house() });
      project.put("package-lock.json", lock(before));
      project.commit();
      project.put("package-lock.json", lock({ ...before, [name]: { ...before[name], version: "2" } }));
      assert.equal(/\*\*Not known\*\*/.test((await commented(project)).text), !isKnown, name);
    }
  });

  it("of a run is separate from that of the pull request", async () => {
    const project = changedHouse();
    const steps = withIngress(
      unchanged(project),
      "wiki-ingress",
      ({ metadata: { annotations } }) => {
        annotations[policy] = annotations[policy]!.replace("admin-user@", "mallory@");
      },
      "live",
    );
    const comment = await commentedWith(project, steps);
    assert.equal(
      headOf(comment),
      "### ⚠ house: `pulumi up` changes access, because the cluster differs from the base",
    );
    const [own, run] = comment.text.split("#### Access: `pulumi up` against the cluster");
    assert.match(own!, /Nobody gains or loses access\./);
    assert.match(run!, /\+1 +admin-user@gmail\.com[\s\S]*-1 +mallory@gmail\.com/);
  });

  it("has an annotation that somebody else has set and no run removes", async () => {
    const project = changedHouse();
    const opened = withIngress(
      unchanged(project),
      "wiki-ingress",
      ({ metadata: { annotations } }) => {
        annotations["ingress.pomerium.io/allow_any_authenticated_user"] = "true";
        annotations[policy] = annotations[policy]!.replace("admin-user@", "mallory@");
      },
      "live",
    );
    const { text } = await commentedWith(project, opened);
    // Mallory stays in as a signed-in stranger, so nothing is said about her.
    assert.doesNotMatch(text, /mallory@gmail\.com +loses/);
  });

  it("says that Ingresses which the run takes over count as new", async () => {
    const project = changedHouse();
    const steps = unchanged(project).map(
      (step): Step =>
        step.name === "wiki-ingress" ? { op: "import", name: step.name, asks: step.asks! } : step,
    );
    const { text } = await commentedWith(project, steps);
    assert.match(text, /^Ingresses that the run takes over count as new here \(1\)\./m);
  });

  const unclear: Record<string, Step> = {
    "a patch of an Ingress": {
      op: "create",
      type: "kubernetes:networking.k8s.io/v1:IngressPatch",
      name: "patch",
      asks: { metadata: { name: "wiki", namespace: "wiki" } },
    },
    "a route of the Gateway API": {
      op: "create",
      type: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
      name: "route",
      asks: { metadata: { name: "wiki", namespace: "wiki" } },
    },
    "an Ingress of another class": {
      op: "create",
      name: "nginx",
      asks: {
        metadata: { name: "nginx", namespace: "wiki" },
        spec: { ingressClassName: "nginx", rules: [] },
      },
    },
    "a Service with an address of its own": {
      op: "update",
      type: "kubernetes:core/v1:Service",
      name: "wiki",
      asked: { metadata: { name: "wiki", namespace: "wiki" }, spec: { type: "ClusterIP" } },
      asks: { metadata: { name: "wiki", namespace: "wiki" }, spec: { type: "LoadBalancer" } },
    },
  };
  for (const [what, step] of Object.entries(unclear))
    it(`is not known where the plan has ${what}, and the job fails`, async () => {
      const project = houseWithCode();
      const comment = await commentedWith(project, [...unchanged(project), step]);
      assert.match(comment.text, /1 object may open something/);
      assert.deepEqual(comment.verdict, [
        "ACCESS_FAIL_ON=public: an object may open something, and its effect is not known",
      ]);
    });

  it("is undecided where a value is known only after the run", async () => {
    const project = houseWithCode();
    for (const hidden of ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[secret]"]) {
      const steps = withIngress(unchanged(project), "wiki-ingress", ({ metadata: { annotations } }) => {
        annotations[policy] = hidden;
      });
      const comment = await commentedWith(project, steps);
      assert.match(comment.text, /cannot be decided/);
      assert.match(comment.verdict.join(), /cannot be decided/);
    }
  });
});

describe("the comment on a pull request", () => {
  it("says of a file that it cannot read what every command says", async () => {
    const project = changedHouse();
    for (const option of ["--preview", "--said"]) {
      const { code, err } = await cli(project, ["comment", option, "none.json"]);
      assert.deepEqual([code, err], [1, "error: cannot read none.json: ENOENT\n"], option);
    }
  });

  it("names commit, base, time and log, whatever happens", async () => {
    for (const options of [[], ["--outcomes", "packages=failure,cli=skipped,preview=skipped"]]) {
      const { text } = await commented(changedHouse(), ...options);
      assert.match(
        text,
        /^Commit 0123456789ab on base [0-9a-f]{12}, \d{4}-\d\d-\d\d \d\d:\d\d UTC · \[log\]\(https:\/\/example\.org\/run\)\.$/m,
      );
      assert.match(text, /^<!-- pomerium-migration:house -->\n### /);
    }
  });

  const outcomes: Record<string, string> = {
    "packages=failure,cli=skipped,preview=skipped": "the packages of the pull request cannot be installed",
    "packages=success,cli=failure,preview=skipped": "the Pulumi CLI cannot be installed",
    "packages=success,cli=success,preview=failure": "the preview ended before it began",
    "packages=success,cli=success,preview=cancelled": "the preview was cancelled",
  };
  for (const [list, reason] of Object.entries(outcomes))
    it(`says that ${reason}, shows what was printed, and fails the job`, async () => {
      const project = changedHouse();
      project.put("said.txt", "warning: using pulumi-language-nodejs from $PATH at /x\nerror: not today\n");
      project.put("preview.json", "");
      const comment = await commented(
        project,
        "--outcomes",
        list,
        "--said",
        "said.txt",
        "--preview",
        "preview.json",
      );
      assert.equal(headOf(comment), `### ✖ house: ${reason}`);
      assert.match(comment.text, /^```\nerror: not today\n```$/m);
      assert.deepEqual(comment.verdict, [reason]);
    });

  it("says that a run without credentials has no plan", async () => {
    const comment = await commented(
      changedHouse(),
      "--outcomes",
      "packages=skipped,cli=skipped,preview=skipped",
    );
    assert.match(
      comment.text,
      /^\*\*Objects\*\*: not known, because this run has no credentials for the cluster\.$/m,
    );
  });

  it("counts objects: neither components, nor providers, nor the stack", async () => {
    const project = changedHouse();
    const object = { metadata: { name: "x", namespace: "wiki" } };
    const steps: Step[] = [
      { op: "update", type: "pulumi:providers:kubernetes", name: "cluster", asked: {}, asks: {} },
      { op: "same", type: "pulumi:pulumi:Stack", name: "house", asked: {}, asks: {} },
      { op: "update", type: "pomerium-migration:apps:App", name: "wiki", custom: false, asked: {}, asks: {} },
      { op: "refresh", type: "kubernetes:core/v1:ConfigMap", name: "x", asked: object, asks: object },
      { op: "update", type: "kubernetes:core/v1:ConfigMap", name: "x", asked: object, asks: object },
      { op: "delete-replaced", type: "kubernetes:core/v1:Secret", name: "y", asked: object },
      { op: "replace", type: "kubernetes:core/v1:Secret", name: "y", asked: object, asks: object },
      { op: "create-replacement", type: "kubernetes:core/v1:Secret", name: "y", asked: object, asks: object },
      { op: "delete", type: "kubernetes:core/v1:Pod", name: "z", asked: object },
    ];
    const { text } = await commentedWith(project, [...unchanged(project), ...steps]);
    assert.match(text, /^\*\*Objects\*\*: 1 to update · 1 to replace · 1 to delete · 3 unchanged$/m);
    assert.match(text, /^- {2}Pod wiki\/x\n\+- Secret wiki\/x\n~ {2}ConfigMap wiki\/x$/m);
  });

  it("counts nothing as unchanged after a failure", async () => {
    const project = changedHouse();
    const { text } = await commentedWith(project, unchanged(project), [["error", "error: preview failed"]]);
    assert.doesNotMatch(text, /unchanged$/m);
  });

  it("says a repeated error once, with its number, after its cause", async () => {
    const project = changedHouse();
    const errors = Array.from({ length: 93 }, (): [string, string] => [
      "error",
      "error: Preview failed: failed to read resource state",
    ]);
    const { text } = await commentedWith(
      project,
      [],
      [
        ...errors,
        ["warning", "warning: configured Kubernetes cluster is unreachable: no such file"],
        ["error", "error: preview failed"],
      ],
    );
    assert.match(
      text,
      /^configured Kubernetes cluster is unreachable: no such file\n\nfailed to read resource state\n\(93 times\)$/m,
    );
    assert.equal(text.match(/failed to read/g)?.length, 1);
    assert.doesNotMatch(text, /^preview failed$/m);
  });

  it("counts missing gates, not errors", async () => {
    const project = changedHouse();
    const refusal = [
      "error: Pulumi.house.yaml: 4 problems",
      "",
      "  phase          gate hosts: a.example.org: not served",
      "  phase          gate hosts: b.example.org: not served",
      "  certificates   gate issuers: ClusterIssuer x: HTTP-01",
      "  apps.wiki      there is no Service wiki/wiki in the cluster",
    ].join("\n");
    const comment = await commentedWith(project, [], [["error", refusal]]);
    assert.equal(headOf(comment), "### ✖ house: 2 gates are missing");
    assert.match(comment.text, /^- 1 problem stops the run$/m);
  });

  it("reports a moved host as a move, with its changes of people", async () => {
    const project = changedHouse((now) => {
      now.apps.komga!.host = "books.example.org";
      now.users.groups.readers = ["bob@gmail.com"];
    });
    const old = unchanged(makeProject({ house: house() }));
    const steps = unchanged(project).map(
      (step, i): Step =>
        step.name.startsWith("komga")
          ? { ...step, op: "update", asked: old[i]!.asked!, live: old[i]!.asked! }
          : step,
    );
    const { text } = await commentedWith(project, steps);
    assert.match(text, /^The same\.$/m);
    assert.match(text, /^komga: komga\.example\.org → books\.example\.org$/m);
    assert.match(text, /^- 1 app moves to another host$/m);
    assert.match(text, /\+1 +bob@gmail\.com +may reach +books\.example\.org/);
    assert.doesNotMatch(text, /appeared|not reachable/);
  });

  it("counts new apps", async () => {
    const project = changedHouse((now) => {
      now.apps.books = { ...now.apps.komga!, host: "books.example.org" };
    });
    const { text } = await commented(project);
    assert.match(text, /^- 1 app is added$/m);
    assert.match(text, /^### ⚠ house: 1 path opens to anonymous callers$/m);
  });

  it("reports a renamed app as a rename", async () => {
    const project = changedHouse((now) => {
      now.apps.books = { ...now.apps.komga!, host: "komga.example.org" };
      delete now.apps.komga;
      now.accessTests.apps.books = now.accessTests.apps.komga!;
      delete now.accessTests.apps.komga;
    });
    const comment = await commented(project);
    assert.equal(headOf(comment), "### ⚠ house: 1 app is renamed, and its host stays");
    assert.match(comment.text, /^komga → books {3}komga\.example\.org$/m);
  });

  it("says what must be done before the run first, and shows the same flags as the preview", async () => {
    const project = changedHouse((now) => {
      now.phase = "cutover";
    });
    const { text } = await commentedWith(project, unchanged(project));
    const places = [
      "authorised redirect URI",
      "pulumi up --refresh --stack house",
      "By hand, after it",
      "Way back",
    ];
    const found = places.map((part) => text.indexOf(part));
    assert.ok(
      found.every((place, i) => place > (found[i - 1] ?? 0)),
      text,
    );
  });

  it("says that there is no way back before it is too late", async () => {
    const project = makeProject({ house: { ...house(), phase: "cutover" } });
    project.commit();
    project.write("house", { ...house(), phase: "retired" });
    const comment = await commented(project);
    assert.equal(headOf(comment), "### ⛔ house: ingress-nginx is removed, and there is no way back");
    assert.match(comment.text, /^Way back: none, once ingress-nginx is gone$/m);
  });

  it("says that the identity provider changes, because no list of people shows it", async () => {
    const project = changedHouse((now) => {
      now.pomerium.identityProvider.provider = "github";
    });
    const { text } = await commentedWith(project, unchanged(project));
    assert.match(text, /^### ⚠ house: who can sign in may change/m);
    assert.match(text, /^the identity provider changes \(pomerium\.identityProvider: provider\)/m);
  });

  it("says what app files may newly do, and who in the cluster may newly connect past Pomerium", async () => {
    const before = { ...house(), appFiles: { "teams/shop.yaml": { namespaces: ["shop"] } }, isolate: true };
    const project = makeProject({ house: before });
    project.put("teams/shop.yaml", "users: {groups: {staff: [eve@example.org]}}\n");
    project.commit();
    project.write("house", {
      ...before,
      appFiles: { "teams/shop.yaml": { namespaces: ["shop", "kube-system"] } },
      apps: { ...before.apps, wiki: { ...before.apps.wiki!, isolate: false } },
    });
    const { text, out, verdict } = await commented(project, "--annotations");
    assert.match(text, /^### ⚠ house: an app file may do more than before$/m);
    assert.match(text, /^- more callers in the cluster may connect past Pomerium$/m);
    assert.match(
      text,
      /^#### What app files may do\n\n```\nteams\/shop\.yaml may now set apps in namespace kube-system\n```$/m,
    );
    assert.match(
      text,
      /^#### Who may connect past Pomerium\n\n```\nwiki\/wiki is no longer isolated: every pod of the cluster may connect there, past Pomerium\n```$/m,
    );
    assert.match(
      out,
      /^::warning file=Pulumi\.house\.yaml,line=\d+,col=7,title=appFiles\["teams\/shop\.yaml"\]\.namespaces::teams\/shop\.yaml may now set/m,
    );
    assert.match(
      out,
      /^::warning file=Pulumi\.house\.yaml,line=\d+,col=7,title=apps\.wiki\.isolate::wiki\/wiki is/m,
    );
    assert.deepEqual(verdict, []);
    project.commit();
    const later = await commented(project, "--annotations");
    assert.doesNotMatch(later.text + later.out, /app files may do|past Pomerium/);
  });

  it("names fifty widened app files within its limit", async () => {
    const files = Array.from({ length: 50 }, (_, i) => `teams/${"x".repeat(200)}${i}.yaml`);
    const appFiles = (namespaces: string[]) =>
      Object.fromEntries(files.map((file) => [file, { namespaces }]));
    const project = makeProject({ house: { ...house(), appFiles: appFiles(["shop"]) } });
    for (const [i, file] of files.entries())
      project.put(file, `users: {groups: {g${i}: [eve@example.org]}}\n`);
    project.commit();
    project.write("house", { ...house(), appFiles: appFiles(["shop", "wiki"]) });
    const { text } = await commented(project);
    assert.ok(text.length <= commentLimit, String(text.length));
    assert.match(text, /^#### What app files may do$/m);
    assert.match(text, /^\d+ more$/m);
  });

  it("names both versions of Pomerium, and what the new one changes", async () => {
    const project = changedHouse((now) => {
      now.pomerium.version = "v0.32.9";
    });
    const { text } = await commented(project);
    assert.match(text, /^### ⚠ house: Pomerium goes from v0\.33\.1 to v0\.32\.9$/m);
    assert.match(text, /^no longer: answers 400 to %2F/m);
  });

  it("is written for a deleted stack file, for a refused one, and for a refused base", async () => {
    const deleted = changedHouse();
    rmSync(join(deleted.directory, "Pulumi.house.yaml"));
    const gone = await commented(deleted);
    assert.equal(headOf(gone), "### ✖ house: the stack file is refused");
    assert.match(gone.text, /Pulumi\.house\.yaml is deleted/);
    assert.deepEqual(gone.verdict, ["the stack file is refused"]);

    const refused = await commented(
      changedHouse((now) => {
        now.apps.komga!.access = { groups: ["readrs"] };
      }),
      "--annotations",
    );
    assert.match(refused.text, /unknown group "readrs"; did you mean "readers"\?/);
    assert.match(
      refused.out,
      /^::error file=Pulumi\.house\.yaml,line=\d+,col=\d+,title=apps\.komga\.access\.groups\[0\]::unknown group/m,
    );

    const base = makeProject({ house: { ...house(), phase: "cutovre" } });
    base.commit();
    base.write("house", house());
    assert.match((await commented(base)).text, /^\*\*Not known\*\*: the stack file of the base is refused/m);
  });

  it("marks the line that makes a host public", async () => {
    const project = changedHouse((now) => {
      now.apps.ddns = publicApp("ddns.example.org");
    });
    const { out, verdict } = await commented(project, "--annotations");
    const lines = readFileSync(join(project.directory, "Pulumi.house.yaml"), "utf8").split("\n");
    const [, line] =
      /^::warning file=Pulumi\.house\.yaml,line=(\d+),col=7,title=apps\.ddns\.access::ddns\.example\.org\/ becomes public/m.exec(
        out,
      )!;
    assert.match(lines[Number(line) - 1]!, /^ {6}access:$/);
    assert.deepEqual(verdict, ["ACCESS_FAIL_ON=public: 1 host becomes public"]);
  });

  it("shows values that change, and neither status nor field managers", async () => {
    const project = changedHouse();
    const steps = withIngress(unchanged(project), "wiki-ingress", ({ metadata: { annotations } }) => {
      annotations[policy] = annotations[policy]!.replace("admin-user@", "carol@");
    }).map((step) =>
      step.op === "same"
        ? step
        : {
            ...step,
            live: {
              ...step.asked,
              metadata: {
                ...(step.asked as { metadata: object }).metadata,
                managedFields: [{ manager: "kubectl" }],
              },
              status: { loadBalancer: {} },
            },
            diff: [`metadata.annotations["${policy}"]`],
          },
    );
    const { text, plan } = await commentedWith(project, steps);
    assert.match(text, /^ {6}- +- admin-user@gmail\.com\n {6}\+ +- carol@gmail\.com$/m);
    assert.match(plan, /carol@gmail\.com/);
    assert.doesNotMatch(text + plan, /managedFields|loadBalancer|kubectl/);
  });

  it("cuts a value of one long line, and keeps it whole in the artifact", async () => {
    const project = changedHouse();
    const object = (data: string): object => ({ metadata: { name: "x", namespace: "wiki" }, data });
    const { text, plan } = await commentedWith(project, [
      {
        op: "update",
        type: "kubernetes:core/v1:ConfigMap",
        name: "x",
        asked: object("a".repeat(5000)) as never,
        asks: object("b".repeat(5000)) as never,
        diff: ["data"],
      },
    ]);
    assert.match(text, /^ {6}- a+…\n {6}\+ b+…$/m);
    assert.ok(text.length < 3000);
    assert.match(plan, /^ {6}\+ b{5000}$/m);
  });

  it("shows names as text: no links, mentions, issues, emojis or formulas", async () => {
    const project = changedHouse();
    const name = "a`b|c</details>@everyone #1 :x: $y$\n# <img src=x>";
    const said = `${"`".repeat(40)}\n</details>\n\n# not a title\n@everyone ${"`".repeat(5)}\n`;
    const { text } = await commentedWith(
      project,
      [{ op: "delete", type: "random:index/x:X", name, asked: {} }],
      [["error", `error: ${said}`]],
    );
    const outside = withoutFences(text);
    assert.doesNotMatch(outside, /@everyone|<img|not a title|:x:|#1/);
    assert.equal(outside.match(/<details>/g)?.length ?? 0, outside.match(/<\/details>/g)?.length ?? 0);
  });

  it("fits GitHub's limit whatever the names and reasons are", () => {
    const text = fc.oneof(
      { weight: 30, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }).map((count) => "`|<x>@".repeat(count)) },
    );
    const row = fc.record({
      kind: fc.constantFrom(...kinds),
      person: text,
      host: text,
      path: text,
      paths: fc.array(text, { maxLength: 3 }),
      before: fc.constantFrom("allow" as const, "deny" as const),
      after: fc.constantFrom("allow" as const, "unknown" as const),
      rule: text,
      keyPath: text,
      reason: text,
    });
    const diff = fc.record({
      before: fc.string(),
      after: fc.string(),
      rows: fc.array(row, { maxLength: 30 }),
      public: fc.array(text, { maxLength: 20 }),
      open: fc.constant({ paths: 1, apps: 1, before: { paths: 2, apps: 1 }, entered: 0, left: 1 }),
      unreadable: fc.array(fc.record({ view: text, at: text, reason: text }), { maxLength: 5 }),
    });
    const plan = fc.record({
      objects: fc.array(
        fc.record({
          op: fc.constantFrom("delete" as const, "create" as const, "update" as const),
          type: text,
          urn: text,
          label: text,
          asks: fc.record({ value: text }),
          changes: fc.constant(["value"]),
        }),
        { maxLength: 30 },
      ),
      complete: fc.boolean(),
      gaps: fc.constant([]),
      said: fc.array(fc.record({ severity: fc.constantFrom("error", "info"), text }), { maxLength: 9 }),
    });
    const lines = fc.array(fc.record({ at: text, message: text }), { maxLength: 60 });
    const limitLines = fc.record({ widened: lines, loosened: lines });
    fc.assert(
      fc.property(
        diff,
        plan,
        limitLines,
        fc.option(text, { nil: undefined }),
        (found, planned, limits, refused) => {
          const facts: Facts = {
            name: "house",
            origin: { at: "now" },
            preview: { plan: planned },
            problems: [],
            refusedByBaseOnly: false,
            access: {
              change: { diff: found },
              run: { diff: found },
              alike: false,
              code: [],
              codeDecides: false,
              unknown: [],
              takenOver: [],
            },
            named: { moved: [], renamed: [], added: 0, signIn: [], ...limits, identity: [] },
            ...(refused === undefined ? {} : { refused }),
          };
          const written = compose(facts, ["public"]);
          assert.ok(written.length <= commentLimit, String(written.length));
          assert.ok(written.startsWith("<!-- pomerium-migration:house -->\n### "));
          withoutFences(written);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("counts every row of a large change, and stays small", async () => {
    const project = changedHouse((now) => {
      for (let i = 0; i < 400; i++)
        now.apps[`app${i}`] = {
          namespace: "many",
          service: { name: `app${i}`, port: 80 },
          access: { groups: ["readers"], api: [`/a${i}`, `/b${i}`] },
        };
    });
    const { text } = await commented(project);
    assert.ok(text.length <= commentLimit, String(text.length));
    assert.match(text, /800 paths open to anonymous callers$/m);
  });
});

/** What is left to GitHub's renderer as Markdown: fenced blocks, as CommonMark closes them, are not. */
function withoutFences(text: string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const run = /^ {0,3}(`{3,})([^`]*)$/.exec(line);
    if (fence === undefined && run) fence = run[1];
    else if (fence !== undefined && run && run[1]!.length >= fence.length && run[2]!.trim() === "")
      fence = undefined;
    else if (fence === undefined) kept.push(line);
  }
  assert.equal(fence, undefined, "every fence is closed");
  return kept.join("\n");
}
