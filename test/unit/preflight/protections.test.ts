import { strict as assert } from "node:assert";
import type { LiveIngress } from "../../../components/cluster/live.ts";
import type { Stack } from "../../../config/stack.ts";
import { annotationNotes, losses, lossProblems, protectionsRow } from "../../../preflight/protections.ts";
import { goodStack, parse, put } from "../config/base.ts";

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

describe("what an app loses with its nginx Ingress", () => {
  const whitelisted = { ingresses: [ingress({ [nginx("whitelist-source-range")]: "10.244.0.0/16" })] };

  it("is a problem until the stack file answers, with the key and the command", () => {
    const own = stack();
    const [problem, ...others] = lossProblems(own, losses(own, whitelisted));
    assert.deepEqual(others, []);
    assert.equal(problem?.at, "apps.komga.accept");
    assert.match(problem.message, /^Ingress komga\/komga-ingress is protected by whitelist-source-range/);
    assert.match(problem.message, /10\.244\.0\.0\/16/);
    assert.match(problem.mend ?? "", /--path 'apps\.komga\.accept\.whitelist-source-range' '<why>'$/);
  });

  it("is answered by a reason, or by something in its place", () => {
    for (const edits of [
      { accept: { "whitelist-source-range": "people sign in instead" } },
      { access: { groups: ["readers"], from: ["10.244.3.0/24"] } },
    ]) {
      const own = stack(edits);
      const found = losses(own, whitelisted);
      assert.equal(found.length, 1);
      assert.deepEqual(lossProblems(own, found), []);
      assert.deepEqual(
        protectionsRow(found).items.map(({ subject, ok }) => [subject, ok]),
        [["komga whitelist-source-range", true]],
      );
    }
  });

  it("is found by the host, too: an Ingress that nobody has named protects just as much", () => {
    const own = stack();
    const unnamed = ingress(
      { [nginx("limit-rps")]: "5" },
      { namespace: "elsewhere", name: "old", rules: [{ host: "komga.example.org", paths: [] }] },
    );
    assert.deepEqual(
      losses(own, { ingresses: [unnamed] }).map(({ annotation, ingress: name }) => [annotation, name]),
      [["limit-rps", "elsewhere/old"]],
    );
  });

  it("is nothing of an Ingress of the same name in another namespace", () => {
    const other = ingress({ [nginx("limit-rps")]: "5" }, { namespace: "elsewhere" });
    assert.deepEqual(losses(stack(), { ingresses: [other] }), []);
  });
});

describe("the other annotations", () => {
  it("are counted, and those to decide are named with their app", () => {
    const own = stack();
    const [sum, ...lines] = annotationNotes(own, {
      ingresses: [
        ingress({
          [nginx("backend-protocol")]: "HTTPS",
          [nginx("proxy-body-size")]: "50m",
          [nginx("whitelist-source-range")]: "10.0.0.0/8",
        }),
      ],
    });
    assert.match(
      sum ?? "",
      /^3 annotations of the apps' nginx Ingresses: 1 with an equivalent, 0 unnecessary/,
    );
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^komga: proxy-body-size decide: /);
  });

  it("have one line for all apps that have the same", () => {
    const raw = put(goodStack(), "apps.komga.replaces", "komga-ingress");
    put(raw, "apps.wiki.replaces", "wiki-ingress");
    const own = parse(raw);
    const { namespace } = own.apps.find(({ name }) => name === "wiki")!;
    const body = { [nginx("proxy-body-size")]: "50m" };
    const [, ...lines] = annotationNotes(own, {
      ingresses: [ingress(body), ingress(body, { namespace, name: "wiki-ingress" })],
    });
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^\w+, \w+: proxy-body-size decide: /);
  });

  it("are not spoken of where there are none", () => {
    assert.deepEqual(annotationNotes(stack(), { ingresses: [ingress({})] }), []);
  });
});
