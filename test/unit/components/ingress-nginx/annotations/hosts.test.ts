import { strict as assert } from "node:assert";
import { hostsOf } from "../../../../../components/ingress-nginx/annotations/hosts.ts";
import { nginxPrefix } from "../../../../../components/ingress-nginx/annotations/judgement.ts";

function hosts(own: string[], annotations: Record<string, string> = {}, anyHost = false): string[] {
  const prefixed = Object.entries(annotations).map(([name, value]) => [nginxPrefix + name, value]);
  return hostsOf({
    annotations: Object.fromEntries(prefixed),
    rules: own.map((host) => ({ host })),
    anyHost,
  });
}

describe("the hosts that ingress-nginx serves for an Ingress", () => {
  it("are those of its rules, each once", () => {
    assert.deepEqual(hosts(["a.example.org", "a.example.org", "*.example.org"]), [
      "a.example.org",
      "*.example.org",
    ]);
  });

  it("include its aliases in lower case, and any host if one is a regular expression", () => {
    assert.deepEqual(hosts(["a.org"], { "server-alias": " B.org,c.org ,, a.org" }), [
      "a.org",
      "b.org",
      "c.org",
    ]);
    assert.deepEqual(hosts(["a.org"], { "server-alias": "~^b\\d+\\.org$" }), ["a.org", "*"]);
    assert.deepEqual(hosts(["a.org"], { "server-alias": " " }), ["a.org"]);
  });

  it("include their twins with or without www, if it redirects between them", () => {
    const www = { "from-to-www-redirect": "true" };
    assert.deepEqual(hosts(["a.org", "www.b.org", "*.c.org"], www), [
      "a.org",
      "www.b.org",
      "*.c.org",
      "www.a.org",
      "b.org",
    ]);
    assert.deepEqual(hosts(["a.org"], { "from-to-www-redirect": "false" }), ["a.org"]);
  });

  it("are any host, if it names none or has a default backend", () => {
    assert.deepEqual(hosts([]), ["*"]);
    assert.deepEqual(hosts(["a.org"], {}, true), ["a.org", "*"]);
  });
});
