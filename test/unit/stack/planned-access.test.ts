import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deployApps } from "../../../components/apps/deploy.ts";
import { diffAccess } from "../../../policies/access/diff/diff.ts";
import { stackFile, stackNames } from "../../../sandbox/stacks.ts";
import { viewOfStack } from "../../../stack/access-view.ts";
import { loadFromFile, loadFromText } from "../../../stack/load.ts";
import { plannedAccess } from "../../../stack/planned-access.ts";
import type { PlannedChange } from "../../../stack/planned-objects.ts";
import type { Stack } from "../../../stack/stack.ts";
import { besideIn } from "../../../stack-file/beside.ts";
import { runOf } from "../components/apps/run.ts";
import { record } from "../components/pomerium/recorder.ts";

const type = "kubernetes:networking.k8s.io/v1:Ingress";
const publicAnnotation = "ingress.pomerium.io/allow_public_unauthenticated_access";

/** The Ingresses that the program registers for a stack. */
async function created({ apps, pomerium }: Stack): Promise<PlannedChange[]> {
  const registrations = await record(() => deployApps(apps, runOf({}, pomerium), {}));
  return registrations
    .filter(({ type: one }) => one === type)
    .map(({ name, inputs }) => ({
      op: "create",
      type,
      label: `Ingress ${name}`,
      asks: inputs,
    }));
}

const examples = fileURLToPath(new URL("../../../docs/examples/", import.meta.url));

/** The shipped stacks and the examples of the docs, by name. */
const shipped: Record<string, () => Stack> = Object.fromEntries([
  ...stackNames.map((name) => [name, () => loadFromFile(stackFile(name))] as const),
  ...readdirSync(examples)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => {
      const beside = besideIn(examples);
      const text = readFileSync(examples + file, "utf8");
      return [file, () => loadFromText("Pulumi.example.yaml", text, { beside })] as const;
    }),
]);

/** An Ingress of Pomerium for one host. */
function ingress(annotations: Record<string, string>, host = "wiki.example.org"): Record<string, unknown> {
  return {
    metadata: { name: "wiki", namespace: "wiki", annotations },
    spec: {
      ingressClassName: "pomerium",
      rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix" }] } }],
    },
  };
}

/** A closed Ingress with a value of the label of cert-manager's challenges. */
function labelled(value: string): Record<string, unknown> {
  const labels = { "acme.cert-manager.io/http01-solver": value };
  return {
    ...ingress(closed),
    metadata: { name: "wiki", namespace: "wiki", annotations: closed, labels },
  };
}

const closed = { "ingress.pomerium.io/policy": "- allow: {or: [{email: {is: alice@example.org}}]}\n" };

const change = (op: string, part: Omit<PlannedChange, "op" | "type" | "label">): PlannedChange => ({
  op,
  type,
  label: "Ingress wiki/wiki",
  ...part,
});

/** Whether everybody reaches the only app. */
const isPublic = (apps: ReturnType<typeof plannedAccess>["after"]): boolean =>
  diffAccess({ name: "none", apps: [] }, { name: "some", apps }).public.length > 0;

describe("the access of a preview", () => {
  for (const [name, load] of Object.entries(shipped))
    it(`is what the stack file says, for the Ingresses that the program makes of ${name}`, async () => {
      const stack = load();
      const view = viewOfStack("file", stack);
      const { asked, after, live, unknown } = plannedAccess(await created(stack), stack.pomerium.version);
      const { rows, unreadable } = diffAccess(view, { ...view, name: "plan", apps: asked });
      assert.deepEqual([rows, unreadable, live, unknown], [[], [], [], []]);
      assert.deepEqual(after, asked);
    });

  it("after an unchanged object is the live one, whoever has changed it", () => {
    const { after } = plannedAccess([
      change("same", {
        asked: ingress(closed),
        live: ingress({ [publicAnnotation]: "true" }),
        asks: ingress(closed),
      }),
    ]);
    assert.ok(isPublic(after));
  });

  it("after an update keeps annotations of others, and drops those that the program no longer sets", () => {
    const opened = ingress({ ...closed, [publicAnnotation]: "true" });
    const byHand = plannedAccess([
      change("update", { asked: ingress(closed), live: opened, asks: ingress(closed) }),
    ]);
    assert.ok(isPublic(byHand.after));
    assert.ok(!isPublic(byHand.asked));
    const own = plannedAccess([change("update", { asked: opened, live: opened, asks: ingress(closed) })]);
    assert.ok(!isPublic(own.after));
  });

  it("has nothing of a deleted Ingress afterwards", () => {
    const { live, asked, after } = plannedAccess([
      change("delete", { asked: ingress(closed), live: ingress(closed) }),
    ]);
    assert.deepEqual([live.length, asked, after], [1, [], []]);
  });

  it("has every host of a rule without a host where Pomerium takes it, and is not known otherwise", () => {
    const rules = [{ http: { paths: [{ path: "/", pathType: "Prefix" }] } }];
    const defaultBackend = { service: { name: "x" } };
    const allowed = { "ingress.pomerium.io/subtle_allow_empty_host": "true" };
    for (const [spec, annotations, expected] of [
      [{ rules }, allowed, undefined],
      [{ rules }, {}, /subtle_allow_empty_host/],
      [{ defaultBackend }, allowed, /exactly one host in spec\.tls/],
      [{ defaultBackend, rules }, allowed, /exactly one host in spec\.tls/],
    ] as const) {
      const asks = {
        ...ingress({ [publicAnnotation]: "true", ...annotations }),
        spec: { ingressClassName: "pomerium", ...spec },
      };
      const { after } = plannedAccess([change("create", { asks })]);
      const { unreadable } = diffAccess({ name: "live", apps: [] }, { name: "run", apps: after });
      assert.equal(isPublic(after), expected === undefined, JSON.stringify(spec));
      if (expected === undefined) assert.deepEqual(unreadable, []);
      else assert.match(unreadable[0]!.reason, expected);
    }
  });

  it("leaves Ingresses of ingress-nginx out as long as no run writes them", () => {
    const nginx = {
      metadata: { name: "old", namespace: "wiki" },
      spec: { ingressClassName: "nginx", rules: [] },
    };
    for (const op of ["same", "import"]) {
      const { live, after, unknown } = plannedAccess([
        change(op, { asked: nginx, live: nginx, asks: nginx }),
      ]);
      assert.deepEqual([live, after, unknown], [[], [], []]);
    }
    assert.equal(
      plannedAccess([change("update", { asked: nginx, live: nginx, asks: nginx })]).unknown.length,
      1,
    );
    assert.deepEqual(plannedAccess([change("delete", { asked: nginx, live: nginx })]).unknown, []);
  });

  it("names the Ingresses that a run takes over, because a preview does not show what they were", () => {
    const { live, takenOver } = plannedAccess([change("import", { asks: ingress(closed) })]);
    assert.deepEqual([live, takenOver], [[], ["Ingress wiki/wiki"]]);
  });

  it("is unreadable where hosts or annotations are known only after the run", () => {
    const hidden = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const asks = [
      ingress({ "ingress.pomerium.io/policy": hidden }),
      ingress({ "ingress.pomerium.io/policy": "[secret]" }),
      ingress(closed, hidden),
      { metadata: ingress(closed).metadata, spec: { ingressClassName: hidden, rules: hidden } },
      { ...ingress(closed), metadata: hidden },
      { ...ingress(closed), spec: hidden },
      { ...ingress(closed), metadata: { name: "wiki", namespace: "wiki", annotations: hidden } },
      { ...ingress(closed), metadata: { name: "wiki", namespace: "wiki", annotations: "[secret]" } },
      { ...ingress(closed), metadata: { name: "wiki", namespace: "wiki", labels: hidden } },
      labelled(hidden),
    ];
    for (const one of asks) {
      const { asked, after } = plannedAccess([
        change("update", { asked: ingress(closed), live: ingress(closed), asks: one }),
      ]);
      for (const apps of [asked, after])
        assert.ok(apps.length === 1 && apps[0]!.routes[0]!.authorization.unreadable, JSON.stringify(one));
    }
  });

  it("is public for an Ingress with the label of a certificate's challenge, whoever has set the label", () => {
    for (const value of ["true", "True"]) {
      const asks = plannedAccess([change("create", { asks: labelled(value) })]);
      assert.ok(isPublic(asks.asked) && isPublic(asks.after), value);
      const byHand = plannedAccess([
        change("update", { asked: ingress(closed), live: labelled(value), asks: ingress(closed) }),
      ]);
      assert.deepEqual([isPublic(byHand.asked), isPublic(byHand.after)], [false, true]);
      const own = plannedAccess([
        change("update", { asked: labelled(value), live: labelled(value), asks: ingress(closed) }),
      ]);
      assert.ok(!isPublic(own.after));
    }
    assert.ok(!isPublic(plannedAccess([change("create", { asks: labelled("false") })]).after));
  });

  it("has a default backend at the host of its certificate, and nowhere else", () => {
    const spec = {
      ingressClassName: "pomerium",
      defaultBackend: { service: { name: "x" } },
      tls: [{ hosts: ["wiki.example.org"], secretName: "tls" }],
    };
    const { after } = plannedAccess([
      change("create", { asks: { ...ingress({ [publicAnnotation]: "true" }), spec } }),
    ]);
    assert.deepEqual(diffAccess({ name: "none", apps: [] }, { name: "some", apps: after }).public, [
      "wiki.example.org",
    ]);
  });

  it("is not known where two Ingresses have one host and path, and different access", () => {
    const same = change("same", { asked: ingress(closed), live: ingress(closed), asks: ingress(closed) });
    const second = (annotations: Record<string, string>): PlannedChange => {
      const asks = ingress(annotations);
      return {
        ...change("create", {
          asks: { ...asks, metadata: { name: "zz", namespace: "wiki", annotations } },
        }),
        label: "Ingress wiki/zz",
      };
    };
    for (const order of [0, 1]) {
      const both = [same, second({ [publicAnnotation]: "true" })];
      const { live, after } = plannedAccess(order === 0 ? both : both.toReversed());
      const { rows, unreadable } = diffAccess({ name: "live", apps: live }, { name: "run", apps: after });
      assert.ok(rows.some((row) => row.person === "anonymous" && row.kind === "undecided"));
      assert.equal(unreadable.length, 1);
      assert.match(unreadable[0]!.reason, /wiki\/.* and .*wiki\/.* have the same host and path/);
    }
    const { live, after } = plannedAccess([same, second(closed)]);
    const { rows, unreadable } = diffAccess({ name: "live", apps: live }, { name: "run", apps: after });
    assert.deepEqual([rows, unreadable], [[], []]);
  });
});
