import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { tunnelLines } from "../../../../components/tunnels/announce.ts";
import { tunnelArgs } from "../../../../components/tunnels/args.ts";
import { recordHosts } from "../../../../components/tunnels/carried-hosts.ts";
import { isChallengeDetour, tunnelProblems } from "../../../../components/tunnels/checks.ts";
import {
  type LiveRecord,
  type LiveRule,
  type LiveTunnel,
  tunnelTarget,
} from "../../../../components/tunnels/live.ts";
import { readMemory, type TunnelMemory } from "../../../../components/tunnels/memory.ts";
import { rulesToRemember, tunnelPlan } from "../../../../components/tunnels/plan.ts";
import { recordsToMake } from "../../../../components/tunnels/records.ts";
import { memoryAfter } from "../../../../components/tunnels/remember.ts";
import { matchesHost, type OriginRequest, type Rule } from "../../../../components/tunnels/rules.ts";
import { ruleFor } from "../../../../sandbox/cloudflare/ingress.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, hunter2, parse, put } from "../../stack/base.ts";

const tunnelId = "0c7a70e1-5e1f-4a5e-9d57-0123456789ab";
const nginx = "https://192.168.0.171:443";
const pomerium = "https://192.168.0.172:443";
const wiki = "wiki.example.net";
const toPomerium: Rule = { hostname: wiki, service: pomerium, originRequest: { originServerName: wiki } };
const notFound: Rule = { service: "http_status:404" };
const nothing = readMemory(undefined);

/** A stack whose only tunnel carries the wiki and nothing else. */
function stackOf(edits: Record<string, unknown> = {}): Stack {
  const raw = put(goodStack(), "tunnels.home.extraRules", []);
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}
const coexist = stackOf();
const cutover = stackOf({ phase: "cutover" });

interface Seen {
  records?: Record<string, LiveRecord>;
  originRequest?: OriginRequest;
  unwritable?: string[];
}

function live(rules: LiveRule[], { records = {}, ...settings }: Seen = {}): LiveTunnel {
  const isWhole = rules.some(({ hostname, path }) => hostname === undefined && path === undefined);
  return {
    tunnel: {
      name: "house",
      remote: true,
      rules: isWhole ? rules : [...rules, notFound],
      unwritable: [],
      ...settings,
    },
    records,
  };
}

const leadingTo = (content: string, changes: Partial<LiveRecord> = {}): LiveRecord => ({
  type: "CNAME",
  content,
  proxied: true,
  own: false,
  ...changes,
});

const plan = (stack: Stack, seen: LiveTunnel, memory: TunnelMemory = nothing) =>
  tunnelPlan(stack, stack.tunnels[0]!, seen, memory);

/** The rules that a run writes, as Cloudflare gets them. */
const written = (stack: Stack, seen: LiveTunnel, memory: TunnelMemory = nothing): Rule[] =>
  plan(stack, seen, memory).rules.map(({ movesTo: _, ...rule }) => rule);

const problems = (
  stack: Stack,
  seen: LiveTunnel,
  { memory = nothing, others = [] }: { memory?: TunnelMemory; others?: string[] } = {},
): string[] =>
  tunnelProblems(stack, { live: { home: seen }, problems: [] }, memory, { others }).map(
    ({ at, message }) => `${at}: ${message}`,
  );

const lines = (stack: Stack, seen: LiveTunnel): string[] =>
  tunnelLines(stack, { live: { home: seen }, problems: [] }, nothing).map((line) =>
    line.replace("home: ", ""),
  );

describe("a tunnel in coexist", () => {
  const access = { teamName: "house", audTag: ["aud"], required: true };
  const byHand: [string, LiveRule[]][] = [
    ["by HTTP", [{ hostname: wiki, service: "http://192.168.0.171:80" }]],
    [
      "without a look at its certificate",
      [{ hostname: wiki, service: nginx, originRequest: { noTLSVerify: true } }],
    ],
    ["behind Cloudflare Access", [{ hostname: wiki, service: nginx, originRequest: { access } }]],
    [
      "with a detour for a path",
      [
        { hostname: wiki, path: "^/.well-known", service: "http://localhost:32080" },
        { hostname: wiki, path: "^/api", service: "http://192.168.0.10:8080" },
        { hostname: wiki, service: nginx, originRequest: { httpHostHeader: "wiki.lan", connectTimeout: 10 } },
      ],
    ],
  ];
  for (const [how, rules] of byHand)
    it(`leaves the rules of a host that leads to ingress-nginx ${how} as they are`, () => {
      assert.deepEqual(written(coexist, live(rules)), [...rules, notFound]);
      assert.deepEqual(problems(coexist, live(rules)), []);
      assert.deepEqual(lines(coexist, live(rules)), []);
    });

  it("writes separate rules for a host that a wildcard or the catch-all has led to ingress-nginx", () => {
    const settings = { originRequest: { noTLSVerify: true } };
    const wildcard = { hostname: "*.example.net", service: nginx, ...settings };
    assert.deepEqual(written(coexist, live([wildcard]))[0], { ...wildcard, hostname: wiki });
    const end = { service: "http://192.168.0.171:80" };
    assert.deepEqual(written(coexist, live([end])), [{ hostname: wiki, ...end }, end]);
  });

  it("gives a host without a rule a rule that checks the origin's certificate", () => {
    assert.deepEqual(written(coexist, live([])), [
      { hostname: wiki, service: nginx, originRequest: { originServerName: wiki } },
      notFound,
    ]);
  });

  it("goes back from the cutover to exactly the rules that it had before", () => {
    for (const [, rules] of byHand) {
      const before = live(rules);
      const memory = { ...nothing, rules: rulesToRemember(coexist, { home: before }, nothing) };
      const moved = live(written(cutover, before, memory));
      const kept = { ...nothing, rules: rulesToRemember(cutover, { home: moved }, memory) };
      assert.deepEqual(kept, memory, "the cutover forgets nothing");
      assert.deepEqual(written(coexist, moved, kept), [...rules, notFound]);
    }
  });

  it("answers each path of a host as before, and does so again after the way back from the cutover", () => {
    const rule = fc.record(
      {
        hostname: fc.constantFrom(wiki, "Wiki.example.net", "*.example.net", "*.net", "other.example.net"),
        path: fc.constantFrom("^/api", "\\.php$", "^/.well-known"),
        service: fc.constantFrom(
          nginx,
          "http://192.168.0.171:80",
          "http://192.168.0.10:80",
          "http_status:403",
        ),
        originRequest: fc.constantFrom({ noTLSVerify: true }, { access }, { originServerName: "x.lan" }),
      },
      { requiredKeys: ["service"] },
    );
    const end = fc.constantFrom(notFound, { service: nginx }, { service: "http://192.168.0.11:80" });
    const paths = ["/", "/api/x", "/index.php", "/.well-known/a"];
    const answers = (rules: Rule[]) =>
      paths.map((path) => {
        const { service, originRequest = {} } = ruleFor(rules, wiki, path) ?? notFound;
        return [service, originRequest];
      });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), end, (rules, last) => {
        const isRule = ({ hostname, path }: Rule): boolean => hostname !== undefined || path !== undefined;
        const before = live([...rules.filter(isRule), last]);
        const first = written(coexist, before);
        const isAnswered = before.tunnel!.rules.some(
          ({ hostname, path, service }) =>
            path === undefined && service !== notFound.service && matchesHost({ hostname }, wiki),
        );
        if (isAnswered) assert.deepEqual(answers(first), answers(before.tunnel!.rules));
        const memory = { ...nothing, rules: rulesToRemember(coexist, { home: before }, nothing) };
        const moved = live(written(cutover, live(first), memory));
        const kept = { ...nothing, rules: rulesToRemember(cutover, { home: moved }, memory) };
        assert.deepEqual(answers(written(coexist, moved, kept)), answers(first));
      }),
      { numRuns: 500 },
    );
  });

  it("remembers the same on its second run as on its first", () => {
    for (const rules of [[], ...byHand.map(([, each]) => each)]) {
      const first = rulesToRemember(coexist, { home: live(rules) }, nothing);
      const after = live(written(coexist, live(rules)));
      assert.deepEqual(rulesToRemember(coexist, { home: after }, { rules: first }), first);
    }
  });
});

describe("a host that moves to Pomerium", () => {
  const access = { teamName: "house", audTag: ["aud"], required: true };

  it("gets a rule that checks the origin's certificate by the host's name", () => {
    const loose = live([{ hostname: wiki, service: nginx, originRequest: { noTLSVerify: true } }]);
    assert.deepEqual(written(cutover, loose), [toPomerium, notFound]);
    const all = live([{ hostname: wiki, service: nginx }], { originRequest: { noTLSVerify: true } });
    assert.deepEqual(written(cutover, all)[0]?.originRequest, { originServerName: wiki, noTLSVerify: false });
  });

  it("keeps the check of Cloudflare Access that its rule had, also one of a wildcard", () => {
    for (const hostname of [wiki, "*.example.net"]) {
      const [rule] = written(cutover, live([{ hostname, service: nginx, originRequest: { access } }]));
      assert.deepEqual(rule?.originRequest, { originServerName: wiki, access });
    }
  });

  it("loses no path that led to another service, except for HTTP-01 challenges", () => {
    const paths = (path: string) => [
      { hostname: wiki, path, service: "http://192.168.0.10:8080" },
      { hostname: wiki, service: nginx },
    ];
    for (const path of [
      "^/.well-known",
      "/.well-known/acme-challenge/*",
      "^/\\.well-known/acme-challenge/",
    ]) {
      assert.ok(isChallengeDetour(path), path);
      assert.deepEqual(problems(cutover, live(paths(path))), []);
    }
    for (const path of ["^/api", "/.well-known/matrix", "\\.well-known/webfinger$"]) {
      const [problem, ...others] = problems(cutover, live(paths(path)));
      assert.ok(
        problem?.includes(`keep it as {"hostname":"${wiki}","path":${JSON.stringify(path)}`),
        problem ?? "no problem",
      );
      assert.deepEqual(others, []);
      const kept = { hostname: wiki, path, service: "http://192.168.0.10:8080" };
      assert.deepEqual(
        problems(stackOf({ phase: "cutover", "tunnels.home.extraRules": [kept] }), live(paths(path))),
        [],
      );
      const dropped = stackOf({ phase: "cutover", "tunnels.home.drop": [`${wiki} ${path}`] });
      assert.deepEqual(problems(dropped, live(paths(path))), []);
    }
  });

  it("loses no path that has another check of Cloudflare Access than the rest of the host", () => {
    const behind = { hostname: wiki, path: "^/admin", service: pomerium, originRequest: { access } };
    const open = { hostname: wiki, path: "^/hook", service: pomerium };
    const whole: Rule = { hostname: wiki, service: nginx };
    const loss = problems(cutover, live([behind, whole]));
    assert.deepEqual(loss, [
      `tunnels.home.extraRules: the tunnel leads ${wiki} ^/admin to Pomerium behind Cloudflare Access, which the app's rule does not ask in this way; keep it as ${JSON.stringify(behind)}, or let it go by \`drop: ["${wiki} ^/admin"]\``,
    ]);
    assert.match(
      problems(cutover, live([open, { ...whole, originRequest: { access } }])).join(),
      /leads wiki\.example\.net \^\/hook to Pomerium past Cloudflare Access/,
    );
    const other = { originRequest: { access: { ...access, audTag: ["other"] } } };
    assert.equal(problems(cutover, live([behind, { ...whole, ...other }])).length, 1, "another audience");
    const wildcard = { ...behind, hostname: "*.example.net" };
    assert.equal(problems(cutover, live([wildcard, whole])).length, 1, "a path of every host");
    const atNginx = { ...behind, service: nginx };
    assert.match(
      problems(cutover, live([atNginx, whole])).join(),
      /"access":\{/,
      "the path led to ingress-nginx",
    );
    for (const rules of [
      [open, whole],
      [behind, { ...whole, originRequest: { access } }],
    ])
      assert.deepEqual(problems(cutover, live(rules)), [], "the check is the same");
    const kept = stackOf({ phase: "cutover", "tunnels.home.extraRules": [behind] });
    assert.deepEqual(problems(kept, live([behind, whole])), []);
    assert.deepEqual(written(kept, live([behind, whole]))[0], behind);
  });

  it("keeps each path's check of Cloudflare Access and each path to another service, or is refused", () => {
    const rule = fc.record(
      {
        hostname: fc.constantFrom(wiki, "*.example.net", "*", "other.example.net"),
        path: fc.constantFrom("^/api", "^/admin", "\\.php$"),
        service: fc.constantFrom(nginx, pomerium, "http://192.168.0.10:80"),
        originRequest: fc.constantFrom({ access }, { noTLSVerify: true }),
      },
      { requiredKeys: ["service"] },
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (list) => {
        const rules = list.filter(({ hostname, path }) => path !== undefined || (hostname ?? "*") !== "*");
        const seen = live(rules);
        if (problems(cutover, seen).length > 0) return;
        accepted += 1;
        const after = written(cutover, seen);
        for (const path of ["/", "/api/x", "/admin", "/index.php"]) {
          const [old, now] = [seen.tunnel!.rules, after].map((each) => ruleFor(each, wiki, path));
          assert.equal(now?.service, pomerium, path);
          if (old?.service === notFound.service) continue;
          assert.deepEqual(now?.originRequest?.access, old?.originRequest?.access, path);
          const isWhole = old?.path === undefined;
          assert.ok(isWhole || old?.service === pomerium, `${path} led to ${old?.service}`);
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(accepted > 50, `${accepted} were accepted`);
  });

  it("loses no path that a rule for every host has led to another service", () => {
    const rules = [
      { path: "^/health", service: "http://192.168.0.10:80" },
      { hostname: wiki, service: nginx },
    ];
    const found = problems(cutover, live(rules)).join("\n");
    assert.match(found, /keep it as \{"path":"\^\/health"/);
    assert.match(
      found,
      /keep it as \{"path":"\^\/health","service":"[^"]*","hostname":"wiki\.example\.net"\}/,
    );
    // Behind the rule of the host it has never answered there.
    assert.equal(problems(cutover, live(rules.reverse())).length, 1);
  });

  it("is refused if the whole tunnel has settings with which Pomerium cannot be reached", () => {
    for (const originRequest of [{ httpHostHeader: "nginx.lan" }, { caPool: "/etc/ca.pem" }]) {
      const seen = live([{ hostname: wiki, service: nginx }], { originRequest });
      assert.match(
        problems(cutover, seen).join(),
        /^tunnels\.home\.tunnelId: the whole tunnel has originRequest\./,
      );
      assert.deepEqual(problems(coexist, seen), []);
    }
  });
});

describe("a tunnel that is taken over", () => {
  it("is refused if it would lose a rule that is not in the stack file, with the edit that keeps the rule", () => {
    const ssh: Rule = { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" };
    assert.deepEqual(problems(coexist, live([ssh])), [
      'tunnels.home.extraRules: the tunnel leads ssh.example.net to ssh://192.168.0.10:22, which no app and no extra rule takes over; keep it as {"hostname":"ssh.example.net","service":"ssh://192.168.0.10:22"}, or let it go by `drop: ["ssh.example.net"]`',
    ]);
    assert.deepEqual(problems(stackOf({ "tunnels.home.extraRules": [ssh] }), live([ssh])), []);
    assert.deepEqual(problems(stackOf({ "tunnels.home.drop": ["ssh.example.net"] }), live([ssh])), []);
  });

  it("can keep or drop a host in any spelling at Cloudflare", () => {
    for (const hostname of ["home_assistant.example.net", "bücher.example.net", "Plex.example.net"]) {
      const rule = { hostname, service: "http://192.168.0.10:8123" };
      assert.equal(problems(coexist, live([rule])).length, 1);
      assert.deepEqual(problems(stackOf({ "tunnels.home.extraRules": [rule] }), live([rule])), []);
      assert.deepEqual(problems(stackOf({ "tunnels.home.drop": [hostname] }), live([rule])), []);
    }
  });

  it("loses no app that the stack file does not list, as long as ingress-nginx serves it", () => {
    const [problem] = problems(coexist, live([{ hostname: "komga.example.net", service: nginx }]));
    assert.match(problem ?? "", /leads komga\.example\.net to https:\/\/192\.168\.0\.171:443,/);
  });

  it("lets a rule to Pomerium go with its app, but not while another Ingress of Pomerium has the host", () => {
    for (const service of [pomerium, "https://192.168.0.172"]) {
      const seen = live([{ hostname: "demo.example.net", service }]);
      assert.deepEqual(problems(coexist, seen), []);
      assert.match(
        problems(coexist, seen, { others: ["demo.example.net"] }).join(),
        /leads demo\.example\.net to/,
      );
    }
  });

  it("loses no wildcard to Pomerium that also serves a host which no rule of the stack names", () => {
    const wildcard = { hostname: "*.example.net", service: pomerium };
    const seen = live([wildcard]);
    assert.deepEqual(problems(cutover, seen), [], "it serves only hosts that have a rule of their own now");
    for (const others of [["demo.example.net"], ["a.b.example.net"], ["*.example.net"]])
      assert.match(
        problems(cutover, seen, { others }).join(),
        /leads \*\.example\.net to https:\/\/192\.168\.0\.172:443, with .*example\.net among them, which no app/,
      );
    assert.deepEqual(problems(cutover, seen, { others: ["demo.example.org"] }), []);
    const notCarried = { phase: "cutover", "apps.komga.host": "komga.example.net" };
    assert.match(problems(stackOf(notCarried), seen).join(), /with komga\.example\.net among them/);
    const kept = stackOf({ ...notCarried, "tunnels.home.extraRules": [wildcard] });
    assert.deepEqual(problems(kept, seen, { others: ["demo.example.net"] }), []);
    const dropped = stackOf({ ...notCarried, "tunnels.home.drop": ["*.example.net"] });
    assert.deepEqual(problems(dropped, seen), []);
    const path = { hostname: "*", path: "^/hook", service: pomerium };
    assert.match(
      problems(cutover, live([path]), { others: ["demo.example.net"] }).join(),
      /leads \* \^\/hook/,
    );
  });

  it("loses no rule of a host that a wildcard Ingress of Pomerium serves", () => {
    const seen = live([{ hostname: "a.example.net", service: pomerium }]);
    assert.match(problems(cutover, seen, { others: ["*.example.net"] }).join(), /leads a\.example\.net to/);
  });

  it("takes a rule whose host is spelled with capitals or in another script as the rule of that host", () => {
    const loose = { service: nginx, originRequest: { noTLSVerify: true } };
    const seen = live([{ hostname: "Wiki.example.net", ...loose }]);
    assert.deepEqual(written(coexist, seen)[0], { hostname: wiki, ...loose });
    assert.deepEqual(problems(coexist, seen), []);
    assert.deepEqual(lines(coexist, seen), []);
    const kept = { hostname: "bücher.example.net", service: "http://192.168.0.10:80" };
    const punycode = { ...kept, hostname: "xn--bcher-kva.example.net" };
    assert.deepEqual(problems(stackOf({ "tunnels.home.extraRules": [punycode] }), live([kept])), []);
  });

  it("does not count a wildcard as a rule that keeps another rule", () => {
    const wildcard = { hostname: "*.example.net", service: "http_status:403" };
    const nas = { hostname: "nas.example.net", service: "https://192.168.0.11:5001" };
    const seen = live([nas, wildcard]);
    assert.equal(problems(stackOf({ "tunnels.home.extraRules": [wildcard] }), seen).length, 1);
    assert.deepEqual(problems(stackOf({ "tunnels.home.extraRules": [nas, wildcard] }), seen), []);
  });

  it("keeps a catch-all that leads to a service, until the stack file drops it or ingress-nginx is removed", () => {
    const end = { service: "http://192.168.0.11:80" };
    for (const stack of [coexist, cutover, stackOf({ phase: "retired" })]) {
      assert.deepEqual(written(stack, live([end])).at(-1), end);
      assert.deepEqual(problems(stack, live([end])), []);
    }
    assert.deepEqual(written(stackOf({ "tunnels.home.drop": ["*"] }), live([end])).at(-1), notFound);
    const toNginx = live([{ service: nginx }]);
    assert.deepEqual(problems(cutover, toNginx), []);
    assert.match(
      problems(stackOf({ phase: "retired" }), toNginx).join(),
      /phase retired removes; let it go by `drop: \["\*"\]`/,
    );
    assert.deepEqual(problems(stackOf({ phase: "retired", "tunnels.home.drop": ["*"] }), toNginx), []);
  });

  it("finds a catch-all to ingress-nginx by its address, and takes no similar address for it", () => {
    const atEnd = (address: string, service: string): string[] =>
      problems(stackOf({ phase: "retired", "ingressNginx.address": address }), live([{ service }]));
    for (const service of ["http://[fd00::171]", "https://[fd00:0::171]", "http://[FD00::171]:80"])
      assert.match(atEnd("fd00::171", service).join(), /phase retired removes/, service);
    assert.match(atEnd("192.168.0.17", "tcp://192.168.0.17:443").join(), /phase retired removes/);
    for (const service of [nginx, "http://192.168.0.17.example.net", "http://[fd00::1:171]:80"])
      assert.deepEqual(atEnd("192.168.0.17", service), [], service);
    assert.match(
      atEnd("192.168.0.17", "http://ingress-nginx-controller.ingress-nginx.svc.cluster.local:80").join(),
      /phase retired removes/,
    );
  });

  it("keeps the settings of the whole tunnel", () => {
    const originRequest = { noTLSVerify: true, connectTimeout: 5 };
    for (const stack of [coexist, cutover])
      assert.deepEqual(plan(stack, live([], { originRequest })).originRequest, originRequest);
  });

  it("is refused if it would lose settings that Pulumi's provider cannot write", () => {
    const bastion: LiveRule = { hostname: wiki, service: nginx, unwritable: ["bastionMode", "ipRules"] };
    assert.match(
      problems(coexist, live([bastion])).join(),
      /the rule for wiki\.example\.net has originRequest\.bastionMode, originRequest\.ipRules, which Pulumi's provider cannot write/,
    );
    assert.deepEqual(problems(cutover, live([bastion])), [], "the rule gives way to another");
    assert.match(
      lines(cutover, live([bastion]))[0] ?? "",
      /; \{\} with bastionMode, ipRules → \{"originServerName"/,
    );
    const path: LiveRule = { ...bastion, path: "^/.well-known", unwritable: ["ipRules"] };
    assert.match(lines(cutover, live([path, toPomerium])).join(), /^- .* with ipRules$/);
    assert.match(
      problems(coexist, live([], { unwritable: ["originRequest.proxyAddress"] })).join(),
      /the whole tunnel has originRequest\.proxyAddress, which Pulumi's provider cannot write/,
    );
    const other: LiveRule = { hostname: "rdp.example.net", service: "bastion", unwritable: ["bastionMode"] };
    const [advice] = problems(coexist, live([other]));
    assert.doesNotMatch(advice ?? "", /keep it as/);
    assert.match(advice ?? "", /cannot write, so give the stack's hosts a tunnel of their own/);
    assert.deepEqual(problems(stackOf({ "tunnels.home.drop": ["rdp.example.net"] }), live([other])), []);
  });

  it("that reads its rules from a local file is refused, because it would ignore the stack's rules", () => {
    const seen = live([]);
    seen.tunnel!.remote = false;
    assert.match(
      problems(coexist, seen).join(),
      /^tunnels\.home\.tunnelId: tunnel house takes its rules from a file/,
    );
  });

  it("is refused with the id of another domain's zone, where Cloudflare would make a useless record", () => {
    const misplaced = [{ host: "wiki.example.net", beside: "www.example.org" }];
    assert.deepEqual(problems(coexist, { ...live([]), misplaced }), [
      "tunnels.home.zoneId: is another zone than that of wiki.example.net: it has records such as www.example.org; correct the id",
    ]);
  });

  it("is refused under another name than the stack made it with, because Pulumi would delete it", () => {
    const memory = { ...nothing, tunnels: { house: tunnelId } };
    assert.match(
      problems(coexist, live([]), { memory }).join(),
      /^tunnels\.home\.tunnelId: is the tunnel that this stack made under the name house;/,
    );
    assert.deepEqual(
      problems(coexist, live([]), { memory: { ...nothing, tunnels: { home: tunnelId } } }),
      [],
    );
  });

  it("is refused as a new tunnel in place of one that the stack made, because that may be the same one", () => {
    const brandNew = stackOf({ "tunnels.home.tunnelId": undefined });
    const memory = (tunnels: Record<string, string>) => ({ memory: { ...nothing, tunnels } });
    assert.match(
      problems(brandNew, live([]), memory({ house: tunnelId })).join(),
      /^tunnels\.home\.tunnelId: missing: without it, Pulumi makes a new tunnel home and deletes house \(0c7a.*write its former name house again/,
    );
    assert.deepEqual(problems(brandNew, live([]), memory({})), [], "the first tunnel");
    const swapped = stackOf({
      "tunnels.house": {
        accountId: "0123456789abcdef0123456789abcdef",
        tunnelId,
        zoneId: "fedcba9876543210fedcba9876543210",
        apiToken: hunter2,
      },
      "tunnels.home.tunnelId": undefined,
    });
    assert.match(
      tunnelProblems(
        swapped,
        { live: { home: live([]), house: live([]) }, problems: [] },
        memory({ house: "b" }).memory,
        { others: [] },
      )[0]?.message ?? "",
      /makes a new tunnel home and deletes house \(b\)/,
      "another tunnel has its name",
    );
    assert.deepEqual(
      problems(brandNew, live([]), memory({ home: tunnelId, house: "b" })),
      [],
      "house was removed",
    );
    assert.deepEqual(problems(coexist, live([]), memory({ house: "b" })), [], "another tunnel is taken over");
  });
});

describe("a tunnel's DNS records", () => {
  const [tunnel] = coexist.tunnels;

  it("that the dashboard made stay unchanged", () => {
    const seen = live([], { records: { [wiki]: leadingTo(tunnelTarget(tunnelId)) } });
    assert.deepEqual(problems(coexist, seen), []);
    assert.deepEqual(recordsToMake(seen, [wiki], nothing), []);
  });

  it("do not replace a host's record that leads somewhere else", () => {
    const others = [
      leadingTo(tunnelTarget("a1f7ed00-5e1f-4a5e-9d57-0123456789ab")),
      leadingTo("203.0.113.7", { type: "A" }),
      leadingTo(tunnelTarget(tunnelId), { proxied: false }),
    ];
    for (const record of others)
      assert.match(
        problems(coexist, live([], { records: { [wiki]: record } })).join(),
        /^tunnels\.home\.zoneId: wiki\.example\.net has a DNS record of type (A|CNAME) for .*; delete it/,
      );
    const stale = { records: { [wiki]: leadingTo(tunnelTarget(tunnelId)) } };
    const brandNew = stackOf({ "tunnels.home.tunnelId": undefined });
    assert.equal(problems(brandNew, stale).length, 1, "a new tunnel has no record yet");
    const made = { ...nothing, tunnels: { home: tunnelId } };
    assert.deepEqual(problems(brandNew, stale, { memory: made }), [], "the stack made this tunnel");
  });

  it("are one for all spellings of a host", () => {
    const spellings = [
      "Plex.example.net",
      "plex.example.net",
      "bücher.example.net",
      "xn--bcher-kva.example.net",
      "home_assistant.example.net",
    ];
    const paths = ["^/a", "^/b", "^/c", "^/d", "^/e"];
    const extraRules = spellings.map((hostname, i) => ({
      hostname,
      path: paths[i],
      service: "ssh://192.168.0.10:22",
    }));
    const stack = stackOf({ "tunnels.home.extraRules": extraRules });
    assert.deepEqual(recordHosts(stack, stack.tunnels[0]!), [
      wiki,
      "plex.example.net",
      "xn--bcher-kva.example.net",
      "home_assistant.example.net",
    ]);
  });

  it("are made if they are missing, and kept if the stack made them", () => {
    const records = { "a.example.net": leadingTo("x", { own: true }), "b.example.net": leadingTo("y") };
    const hosts = ["a.example.net", "b.example.net", "c.example.net"];
    assert.deepEqual(recordsToMake(live([], { records }), hosts, nothing), [
      "a.example.net",
      "c.example.net",
    ]);
  });

  it("stay the stack's own when somebody edits their comment", () => {
    const seen = live([], { records: { [wiki]: leadingTo(tunnelTarget(tunnelId)) } });
    assert.deepEqual(recordsToMake(seen, [wiki], { ...nothing, records: [wiki] }), [wiki]);
    const moved = live([], { records: { [wiki]: leadingTo("elsewhere.example.net") } });
    assert.deepEqual(problems(coexist, moved, { memory: { ...nothing, records: [wiki] } }), []);
    assert.ok(tunnel);
  });
});

describe("the announcement of a tunnel's rules", () => {
  it("names each rule that changes, also in its settings, and no unchanged rule", () => {
    const ssh = { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" };
    const before = live(
      [
        { hostname: wiki, path: "^/.well-known", service: "http://localhost:32080" },
        { hostname: wiki, service: nginx, originRequest: { noTLSVerify: true } },
        ssh,
      ],
      { unwritable: ["warp-routing"] },
    );
    const stack = stackOf({ phase: "cutover", "tunnels.home.extraRules": [ssh] });
    assert.deepEqual(lines(stack, before), [
      `~ ${wiki}: ${nginx} → ${pomerium}; {"noTLSVerify":true} → {"originServerName":"${wiki}"}`,
      `- ${wiki} ^/.well-known → http://localhost:32080`,
      "- warp-routing, which is set for the whole tunnel",
    ]);
    assert.deepEqual(lines(stack, live(written(stack, before))), []);
  });
});

describe("a tunnel that the stack made", () => {
  const inputs = (memory: TunnelMemory) => ({
    live: live([]),
    memory,
    apiToken: pulumi.output("token"),
    served: () => pulumi.output(true),
  });
  const args = (memory: TunnelMemory, stack = coexist) =>
    tunnelArgs(stack, stack.tunnels[0]!, inputs(memory));

  it("stays the stack's own if its id is written into the stack file", () => {
    assert.equal(args({ ...nothing, tunnels: { home: tunnelId } }).tunnelId, undefined);
    assert.equal(args(nothing).tunnelId, tunnelId, "somebody else made it");
    assert.equal(args({ ...nothing, tunnels: { home: "another" } }).tunnelId, tunnelId);
    const brandNew = stackOf({ "tunnels.home.tunnelId": undefined });
    assert.equal(args(nothing, brandNew).tunnelId, undefined);
  });

  it("is remembered with its records and the way back, by the same text in every run", () => {
    const before = live([
      { hostname: wiki, service: nginx, originRequest: { noTLSVerify: true, http2Origin: true } },
    ]);
    const text = memoryAfter(coexist, { home: before }, nothing, { home: tunnelId });
    assert.deepEqual(readMemory(text), {
      tunnels: { home: tunnelId },
      records: [wiki],
      rules: { [wiki]: before.tunnel!.rules.slice(0, 1) },
    });
    const reordered = live([
      { originRequest: { http2Origin: true, noTLSVerify: true }, service: nginx, hostname: wiki },
    ]);
    assert.equal(memoryAfter(coexist, { home: reordered }, nothing, { home: tunnelId }), text);
    assert.deepEqual(readMemory("no JSON"), nothing);
  });
});
