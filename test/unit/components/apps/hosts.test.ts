import { strict as assert } from "node:assert";
import { wantedCertificates } from "../../../../components/certificates/wanted.ts";
import { ingressNames } from "../../../../components/cluster/names.ts";
import { losses } from "../../../../components/ingress-nginx/protections.ts";
import { runAccessTests } from "../../../../policies/access/assertions/run.ts";
import { untested } from "../../../../policies/access/assertions/untested.ts";
import { matrix } from "../../../../policies/access/matrix/matrix.ts";
import { appsOf } from "../../../../policies/access/matrix/view.ts";
import { goodStack, parse, problemsOf, put, type Raw, warnings } from "../../stack/base.ts";
import { ingress } from "../../stack/state.ts";

const withAliases = (aliases: unknown): Raw => put(goodStack(), "apps.komga.aliases", aliases);
const hostsOf = (raw: Raw) =>
  parse(raw)
    .apps.filter(({ key }) => key === "komga")
    .map(({ name, host, zone, tlsSecret }) => ({ name, host, zone, tlsSecret }));

describe("the further hosts of an app", () => {
  it("are apps of their own, with a certificate and an Ingress named after the host", () => {
    assert.deepEqual(hostsOf(withAliases(["www.example.org", "komga.example.net"])), [
      { name: "komga", host: "komga.example.org", zone: "example.org", tlsSecret: "komga-tls" },
      {
        name: "komga.www.example.org",
        host: "www.example.org",
        zone: "example.org",
        tlsSecret: "www.example.org-tls",
      },
      {
        name: "komga.komga.example.net",
        host: "komga.example.net",
        zone: "example.net",
        tlsSecret: "komga.example.net-tls",
      },
    ]);
    const [, www] = parse(withAliases(["www.example.org"])).apps;
    assert.equal(ingressNames(www!)[0], "komga.www.example.org-pomerium-ingress");
  });

  it("leave the first host and each other alone when one is added, removed or moved", () => {
    const both = hostsOf(withAliases(["www.example.org", "komga.example.net"]));
    const swapped = hostsOf(withAliases(["komga.example.net", "www.example.org"]));
    const one = hostsOf(withAliases(["www.example.org"]));
    assert.deepEqual(both[0], one[0]);
    assert.deepEqual(both[1], one[1]);
    assert.deepEqual(
      new Set(both.map((each) => JSON.stringify(each))),
      new Set(swapped.map((each) => JSON.stringify(each))),
    );
  });

  it("have their own certificates, except where the zone's wildcard covers them", () => {
    const names = (raw: Raw) =>
      wantedCertificates(parse(raw))
        .filter(({ namespace }) => namespace === "komga")
        .map(({ secretName, dnsNames }) => [secretName, dnsNames]);
    const raw = withAliases(["www.example.org"]);
    assert.deepEqual(names(raw), [
      ["komga-tls", ["komga.example.org"]],
      ["www.example.org-tls", ["www.example.org"]],
    ]);
    put(raw, 'certificates.zones["example.org"].wildcard', true);
    assert.deepEqual(names(raw), []);
  });

  it("are rows of the matrix and part of every access test, and need no tests of their own", () => {
    const stack = parse(withAliases(["www.example.org"]));
    assert.deepEqual(
      matrix(appsOf(stack.apps)).apps.map(({ app }) => app.host),
      ["komga.example.org", "www.example.org", "influxdb.example.org", "wiki.example.net"],
    );
    const tested = runAccessTests(stack).filter(({ path }) => path === "/api/v1");
    assert.deepEqual(
      tested.map(({ host, passed }) => [host, passed]),
      [
        ["komga.example.org", true],
        ["www.example.org", true],
      ],
    );
    assert.deepEqual(untested(stack), []);
    assert.deepEqual(warnings(stack), warnings(parse(goodStack())));
  });

  it("are carried by the tunnel that carries the app", () => {
    const stack = parse(put(goodStack(), "apps.wiki.aliases", ["www.example.net"]));
    assert.deepEqual(stack.tunnels[0]?.apps, ["wiki", "wiki.www.example.net"]);
  });

  it("share the app's answers to what ingress-nginx protected", () => {
    const stack = parse(withAliases(["www.example.org"]));
    const guarded = ingress("komga", "komga-ingress", ["komga.example.org", "www.example.org"], {
      annotations: { "nginx.ingress.kubernetes.io/whitelist-source-range": "192.168.0.0/16" },
    });
    const found = losses(stack, [{ ingresses: [guarded], settings: {} }]);
    assert.deepEqual(
      found.map(({ app, fix }) => [app.name, fix]),
      [["komga", "pulumi config set --stack test --path apps.komga.accept.whitelist-source-range '<why>'"]],
    );
  });

  it("are refused where another app, the sign-in pages or no zone has them", () => {
    assert.deepEqual(problemsOf(withAliases(["influxdb.example.org"])), [
      "apps.influxdb.host: influxdb.example.org is already the host of apps.komga",
    ]);
    assert.deepEqual(problemsOf(withAliases(["komga.example.org"])), [
      "apps.komga.aliases[0]: komga.example.org is already the host of apps.komga",
    ]);
    assert.match(problemsOf(withAliases(["authenticate.example.org"]))[0]!, /sign-in pages/);
    assert.match(
      problemsOf(withAliases(["komga.example.com"]))[0]!,
      /aliases\[0\]: komga.example.com is in no zone/,
    );
    assert.match(problemsOf(withAliases([]))[0]!, /is empty/);
  });

  it("cannot redirect to each other, and the message says what can", () => {
    for (const key of ["redirect", "redirectFrom"])
      assert.match(problemsOf(put(goodStack(), `apps.komga.${key}`, "x"))[0]!, /let the app redirect/);
    assert.match(problemsOf(put(goodStack(), "apps.wiki.route.redirect", "x"))[0]!, /let the app redirect/);
  });
});

describe("a wildcard host", () => {
  const wildcard = (host: string): Raw => put(goodStack(), "apps.komga.host", host);

  it("is an app with a wildcard certificate and a row of its own", () => {
    const stack = parse(wildcard("*.lab.example.org"));
    const komga = stack.apps[0]!;
    assert.equal(komga.host, "*.lab.example.org");
    assert.deepEqual(wantedCertificates(stack).find(({ app }) => app === "komga")?.dnsNames, [
      "*.lab.example.org",
    ]);
    assert.deepEqual(matrix(appsOf(stack.apps)).apps[0]?.app.host, "*.lab.example.org");
  });

  it("uses the certificate of the zone's own wildcard where there is one", () => {
    const raw = put(wildcard("*.example.org"), 'certificates.zones["example.org"].wildcard', true);
    assert.equal(
      wantedCertificates(parse(raw)).find(({ app }) => app === "komga"),
      undefined,
    );
  });

  it("may overlap with exact hosts, which Pomerium prefers, but not with another wildcard", () => {
    assert.deepEqual(problemsOf(wildcard("*.example.org")), []);
    const raw = put(wildcard("*.example.org"), "apps.influxdb.host", "*.z.example.org");
    assert.match(
      problemsOf(raw)[0]!,
      /^apps\.influxdb\.host: \*\.z\.example\.org is below \*\.example\.org of apps\.komga/,
    );
  });

  it("needs a zone that is solved by DNS-01", () => {
    const raw = put(wildcard("*.lab.example.org"), 'certificates.zones["example.org"]', { http01: true });
    assert.match(
      problemsOf(raw)[0]!,
      /^apps\.komga\.host: \*\.lab\.example\.org needs a wildcard certificate/,
    );
  });

  it("is refused for a tunnel", () => {
    const raw = put(goodStack(), "apps.wiki.host", "*.example.net");
    assert.match(problemsOf(raw)[0]!, /^tunnels\.home\.apps\[0\]: carries \*\.example\.net/);
  });

  it("has its star in front", () => {
    for (const host of ["a.*.example.org", "*example.org", "*", "*.*.example.org"])
      assert.match(problemsOf(wildcard(host))[0]!, /^apps\.komga\.host: is not a host name/);
  });
});
