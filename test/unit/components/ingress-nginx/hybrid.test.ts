import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { announceIngressNginx } from "../../../../components/ingress-nginx/announce.ts";
import { hybridLines } from "../../../../components/ingress-nginx/hybrid.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, problemsOf, put, type Raw } from "../../stack/base.ts";
import { ingress } from "../../stack/state.ts";
import { controller, nginxWith } from "./nginx.ts";

const stays = { "www.example.org": "public, without sign-in", "shop.example.org": "it has its own sign-in" };

function rawStack(edits: Record<string, unknown> = {}): Raw {
  const raw = put(goodStack(), "ingressNginx", {
    helmRelease: "ingress-nginx",
    address: "192.168.0.171",
    stays: { ...stays },
  });
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return raw;
}
const stackOf = (edits?: Record<string, unknown>): Stack => parse(rawStack(edits));

const lines = (ingresses: LiveIngress[], edits?: Record<string, unknown>): string[] =>
  hybridLines(stackOf(edits), nginxWith(ingresses));

const there = [ingress("www", "www", ["www.example.org"]), ingress("shop", "shop", ["shop.example.org"])];

describe("a cluster that stays in coexist on purpose", () => {
  it("does not go to another phase while the stack file says so", () => {
    for (const phase of ["cutover", "retired"])
      assert.deepEqual(problemsOf(rawStack({ phase })), [
        "phase: is to go on, but ingressNginx.stays says that this cluster stays in coexist; remove that key first » pulumi config rm --stack test --path ingressNginx.stays",
      ]);
    assert.deepEqual(problemsOf(rawStack()), []);
  });

  it("names the hosts that stay, and neither an app's host nor a lost one is among them", () => {
    assert.deepEqual(problemsOf(rawStack({ "ingressNginx.stays": {} })), [
      "ingressNginx.stays: is empty: name the hosts that stay",
    ]);
    assert.deepEqual(problemsOf(rawStack({ 'ingressNginx.stays["wiki.example.net"]': "why not" })), [
      'ingressNginx.stays["wiki.example.net"]: does not stay: apps.wiki has this host; remove one of the two',
    ]);
    assert.deepEqual(problemsOf(rawStack({ "ingressNginx.abandon": { "old.example.org": "nobody" } })), [
      'ingressNginx.abandon["old.example.org"]: is not lost: ingressNginx.stays keeps ingress-nginx; remove one of the two',
    ]);
    assert.match(
      problemsOf(rawStack({ "ingressNginx.stays": { "Www.example.org": "x" } })).join(),
      /is no host name/,
    );
  });

  it("needs no installation that is retired: its controllers may all be kept", () => {
    const keep = { "ingress/edge": "serves the public apps" };
    const stack = stackOf({ ingressNginx: { keep, stays } });
    const edge = { apiVersion: "apps/v1", kind: "DaemonSet", namespace: "ingress", name: "edge" };
    const nginx = nginxWith([], {
      controllers: [controller({ workload: edge, plan: "keep", ingresses: there })],
      installation: [],
      classes: [],
    });
    assert.deepEqual(announceIngressNginx(stack, { ingresses: there }, nginx, "kept", []), [
      "DaemonSet ingress/edge is not retired: serves the public apps (2 Ingresses)",
      "2 hosts stay at ingress-nginx: www.example.org, shop.example.org",
    ]);
  });

  it("is announced without a word about a removal", () => {
    const nginx = nginxWith(there);
    assert.deepEqual(announceIngressNginx(stackOf(), { ingresses: there }, nginx, "kept", []), [
      "2 objects and 2 Ingresses stay as they are, kept from deletion",
      "2 hosts stay at ingress-nginx: www.example.org, shop.example.org",
    ]);
  });

  it("lists hosts that the stack file does not name, and named hosts that do not exist", () => {
    assert.deepEqual(lines([there[0]!, ingress("blog", "blog", ["blog.example.org"])]), [
      "1 host stays at ingress-nginx: www.example.org",
      "! shop.example.org is to stay at ingress-nginx, which has no Ingress for it",
      "! ingress-nginx serves blog.example.org, which is neither an app nor named by ingressNginx.stays",
    ]);
    assert.deepEqual(lines([...there, ingress("x", "x", ["a.example.com", "b.example.com"])]).slice(1), [
      "! ingress-nginx serves a.example.com, b.example.com, which are neither apps nor named by ingressNginx.stays",
    ]);
    const any = ingress("default", "backend", [], { anyHost: true });
    assert.match(lines([...there, any]).join(), /serves \*, which is neither an app nor named/);
    assert.equal(lines([...there, any], { 'ingressNginx.stays["*"]': "the error page" }).length, 1);
  });

  it("names an app that ingress-nginx serves too, because nobody signs in there", () => {
    const open = ingress("komga", "komga-ingress", ["komga.example.org"]);
    assert.deepEqual(lines([...there, open]).slice(1), [
      "! komga.example.org is served by ingress-nginx too, past Pomerium; if nobody needs that: kubectl --context test delete ingress --namespace komga komga-ingress",
    ]);
    const wild = ingress("all", "wildcard", ["*.example.net"]);
    assert.match(lines([...there, wild]).join("\n"), /! wiki\.example\.net is served by ingress-nginx too/);
  });

  it("says of every host that ingress-nginx serves where it belongs", () => {
    const host = fc
      .constantFrom("www", "shop", "blog", "komga", "a", "b")
      .map((name) => `${name}.example.org`);
    fc.assert(
      fc.property(fc.uniqueArray(host), (hosts) => {
        const text = lines(hosts.map((each) => ingress("n", each, [each]))).join("\n");
        for (const each of hosts) assert.ok(text.includes(each), each);
      }),
    );
  });
});
