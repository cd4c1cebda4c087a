import { strict as assert } from "node:assert";
import type { Phase } from "../../../../components/cluster/phase.ts";
import { carriedHosts, recordHosts, servedBy } from "../../../../components/tunnels/carried-hosts.ts";
import { zoneIdOf } from "../../../../components/tunnels/dns-zones.ts";
import { origin } from "../../../../components/tunnels/origins.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put, warnings } from "../../stack/base.ts";

function edited(edits: Record<string, unknown>): Stack {
  const raw = goodStack();
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}

/** `host → address`, for each host of the only tunnel. */
function carried(stack: Stack): string[] {
  return carriedHosts(stack, stack.tunnels[0]!).map((route) => `${route.host} → ${route.origin}`);
}

describe("where a tunnel leads an app", () => {
  const expected: [Phase, boolean | undefined, string][] = [
    ["coexist", undefined, "ingress-nginx"],
    ["coexist", false, "ingress-nginx"],
    ["coexist", true, "Pomerium"],
    ["cutover", undefined, "Pomerium"],
    ["cutover", true, "Pomerium"],
    ["cutover", false, "ingress-nginx"],
    ["retired", undefined, "Pomerium"],
    ["retired", true, "Pomerium"],
  ];
  for (const [phase, migrated, server] of expected)
    it(`is ${server} in phase ${phase}${migrated === undefined ? "" : ` with migrated: ${migrated}`}`, () => {
      assert.equal(servedBy(phase, migrated === undefined ? {} : { migrated }), server);
    });

  it("is Pomerium on a cluster that stays in coexist on purpose, unless the app says otherwise", () => {
    const stays = { "ingressNginx.stays": { "www.example.org": "public" }, "ingressNginx.abandon": {} };
    assert.deepEqual(carried(edited(stays)), ["wiki.example.net → https://192.168.0.172:443"]);
    const behind = edited({ ...stays, "apps.wiki.migrated": false });
    assert.deepEqual(carried(behind), ["wiki.example.net → https://192.168.0.171:443"]);
    // No host leads to ingress-nginx, so its address does not matter.
    assert.equal(carried(edited({ ...stays, "ingressNginx.address": undefined })).length, 1);
  });

  it("is an address on 443, never on 80", () => {
    assert.equal(origin("192.168.0.172"), "https://192.168.0.172:443");
    assert.equal(origin("fd00::172"), "https://[fd00::172]:443");
  });

  it("moves from ingress-nginx's address to Pomerium's with the phase, and back with it", () => {
    const before = ["wiki.example.net → https://192.168.0.171:443"];
    assert.deepEqual(carried(edited({})), before);
    assert.deepEqual(carried(edited({ phase: "cutover" })), ["wiki.example.net → https://192.168.0.172:443"]);
    assert.deepEqual(carried(edited({ phase: "coexist" })), before);
  });

  it("is Pomerium for the sign-in pages in every phase: nothing else has them", () => {
    const signIn = {
      "pomerium.authenticateHost": "authenticate.example.net",
      "tunnels.home.authenticate": true,
    };
    for (const phase of ["coexist", "cutover", "retired"])
      assert.equal(
        carried(edited({ ...signIn, phase }))[0],
        "authenticate.example.net → https://192.168.0.172:443",
      );
  });

  it("does not need ingress-nginx's address if no host leads there", () => {
    for (const edits of [{ phase: "cutover" }, { phase: "retired" }, { "apps.wiki.migrated": true }])
      assert.ok(edited({ ...edits, "ingressNginx.address": undefined }));
  });
});

describe("the DNS records of a tunnel", () => {
  it("are for the hosts of its apps and extra rules, without wildcards and hosts of other zones", () => {
    const stack = edited({
      "tunnels.home.extraRules": [
        { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" },
        { hostname: "nas.example.org", service: "https://192.168.0.11:5001" },
        { hostname: "*.example.net", service: "http_status:403" },
        { path: "^/\\.well-known", service: "http_status:404" },
      ],
    });
    assert.deepEqual(recordHosts(stack, stack.tunnels[0]!), ["wiki.example.net", "ssh.example.net"]);
  });
});

describe("a tunnel in the stack file", () => {
  it("keeps an extra rule exactly as Cloudflare has it", () => {
    const rule = {
      hostname: "nas.example.net",
      path: "^/photo",
      service: "https://192.168.0.11:5001",
      originRequest: {
        noTLSVerify: true,
        httpHostHeader: "nas.local",
        connectTimeout: 10,
        access: { teamName: "house", audTag: ["0123456789abcdef"], required: true },
      },
    };
    assert.deepEqual(edited({ "tunnels.home.extraRules": [rule] }).tunnels[0]?.extraRules, [rule]);
  });

  it("may have a rule for a path of an app's host, which comes before the app's rule", () => {
    const rule = { hostname: "wiki.example.net", path: "^/\\.well-known", service: "http_status:404" };
    assert.ok(edited({ "tunnels.home.extraRules": [rule] }));
  });

  it("runs two connector pods by default, if it has a connector", () => {
    assert.equal(edited({}).tunnels[0]?.connector, undefined);
    assert.deepEqual(edited({ "tunnels.home.connector": {} }).tunnels[0]?.connector, { replicas: 2 });
  });

  it("causes a warning if it is new and has no connector, because nothing would answer", () => {
    const raw = { "tunnels.home.tunnelId": undefined };
    assert.match(warnings(edited(raw)).join(), /^tunnels\.home: is a new tunnel that nothing connects to/);
    assert.deepEqual(warnings(edited({ ...raw, "tunnels.home.connector": {} })), []);
  });

  it("is warned of rules that lead past Pomerium in part: a path, another host, hosts below a wildcard", () => {
    const of = (...rules: object[]) =>
      warnings(edited({ "apps.komga.host": "komga.example.net", "tunnels.home.extraRules": rules }));
    assert.deepEqual(
      of(
        { hostname: "wiki.example.net", path: "^/photo/", service: "http://192.168.0.12:80" },
        { hostname: "open.example.net", service: "http://wiki.monitoring.svc.cluster.local:80" },
        { hostname: "*.example.net", service: "https://192.168.0.11" },
      ),
      [
        "tunnels.home.extraRules[0]: leads wiki.example.net ^/photo/ to http://192.168.0.12:80, past Pomerium: the access of apps.wiki does not apply there",
        "tunnels.home.extraRules[1]: leads open.example.net to http://wiki.monitoring.svc.cluster.local:80, past Pomerium, straight to the Service of apps.wiki: its access does not apply there",
        "tunnels.home.extraRules[2]: leads *.example.net to https://192.168.0.11, past Pomerium, and no tunnel carries komga.example.net: requests for it that reach this tunnel would go there; name its app under `apps`",
      ],
    );
    assert.match(
      of({ path: "/", service: "https://192.168.0.11" }).join(),
      /no tunnel carries komga.* and 1 more/,
    );
  });

  it("is not warned of rules to Pomerium, to ingress-nginx where the phase leads there, to nothing, or for challenges", () => {
    const to = (service: string, more = {}) => ({ service, ...more });
    const rules = [
      to("https://192.168.0.172", { hostname: "wiki.example.net", path: "^/a" }),
      to("https://192.168.0.171:443", { hostname: "wiki.example.net", path: "/" }),
      to("http://192.168.0.9:80", { hostname: "wiki.example.net", path: "^/.well-known/acme-challenge/" }),
      to("http_status:404", { hostname: "wiki.example.net", path: ".*" }),
      to("https://pomerium-proxy.pomerium.svc", { hostname: "influxdb.example.org" }),
      to("http://192.168.0.171:80", { hostname: "komga.example.org" }),
      to("http://other.monitoring:80", { hostname: "other.example.net" }),
      to("http://wiki.monitoring.example.com:80", { hostname: "elsewhere.example.net" }),
    ];
    assert.deepEqual(warnings(edited({ "tunnels.home.extraRules": rules })), []);
  });

  it("names the app of a further host, where the file has it", () => {
    const alias = "www.far.wiki.example.net";
    const stack = edited({ "apps.wiki.aliases": [alias], "tunnels.home.apps": ["wiki"] });
    const [first, ...others] = warnings(stack);
    assert.match(first!, /^tunnels\.home\.apps\[0\]: www\.far\.wiki\.example\.net is more than one level/);
    assert.deepEqual(others, []);
    const idle = { "apps.komga.aliases": ["books.example.org"], "apps.komga.migrated": true };
    assert.deepEqual(warnings(edited(idle)), [
      "apps.komga.migrated: has no effect: no tunnel carries this app",
    ]);
    const closed = edited({
      ...idle,
      "apps.komga.migrated": undefined,
      "cluster.exposure": "tunnelOnly",
      "tunnels.home.authenticate": false,
    });
    const uncarried = warnings(closed).filter((line) => line.includes("no tunnel carries this app"));
    assert.deepEqual(
      uncarried.map((line) => line.split(":")[0]),
      ["apps.komga", "apps.influxdb"],
    );
  });

  it("warns of a flag that has no effect", () => {
    assert.deepEqual(warnings(edited({ "apps.komga.migrated": true })), [
      "apps.komga.migrated: has no effect: no tunnel carries this app",
    ]);
  });
});

describe("the zones of a tunnel", () => {
  const [org, net] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];
  const both = {
    "tunnels.home.apps": ["wiki", "komga"],
    "tunnels.home.zoneId": { "example.org": org, "example.net": net },
  };

  it("may be several: each host has its record in the longest zone that contains it", () => {
    const stack = edited({
      ...both,
      "tunnels.home.extraRules": [
        { hostname: "ssh.example.org", service: "ssh://192.168.0.10:22" },
        { hostname: "elsewhere.example.com", service: "ssh://192.168.0.11:22" },
        { hostname: "*.example.net", service: "http://192.168.0.12:80" },
      ],
    });
    const [tunnel] = stack.tunnels;
    assert.deepEqual(recordHosts(stack, tunnel!), [
      "wiki.example.net",
      "komga.example.org",
      "ssh.example.org",
    ]);
    assert.equal(zoneIdOf(tunnel!.zoneId, "ssh.example.org"), org);
    assert.equal(zoneIdOf(tunnel!.zoneId, "elsewhere.example.com"), undefined);
    assert.equal(zoneIdOf({ "example.org": org, "lab.example.org": net }, "a.lab.example.org"), net);
    assert.equal(zoneIdOf(org, "anything.example.com"), org);
  });

  it("may be one Cloudflare zone that holds several zones with certificates", () => {
    const lab = { "example.org": { cloudflare: { apiToken: "hunter2-hunter2" } } };
    const stack = edited({
      "certificates.zones": {
        ...lab,
        "lab.example.org": lab["example.org"],
        "example.net": lab["example.org"],
      },
      "apps.wiki.host": "wiki.lab.example.org",
      "tunnels.home.apps": ["wiki", "komga"],
      "tunnels.home.extraRules": [],
      "tunnels.home.zoneId": { "example.org": org },
    });
    assert.deepEqual(recordHosts(stack, stack.tunnels[0]!), ["wiki.lab.example.org", "komga.example.org"]);
    // Cloudflare's own certificate covers one level below its zone, not below ours.
    assert.ok(
      warnings(stack).some((line) =>
        line.startsWith("tunnels.home.apps[0]: wiki.lab.example.org is more than one"),
      ),
    );
  });

  it("may be shared by several tunnels", () => {
    const stack = edited({
      "tunnels.other": {
        accountId: org,
        tunnelId: "a1f7ed00-5e1f-4a5e-9d57-0123456789ab",
        zoneId: { "example.net": net, "example.org": org },
        apiToken: "hunter2-hunter2",
        apps: ["komga"],
        extraRules: [{ hostname: "nas.example.net", service: "http://192.168.0.12:80" }],
      },
    });
    assert.deepEqual(
      stack.tunnels.map((tunnel) => recordHosts(stack, tunnel)),
      [
        ["wiki.example.net", "ssh.example.net"],
        ["komga.example.org", "nas.example.net"],
      ],
    );
  });
});
