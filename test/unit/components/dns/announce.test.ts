import { strict as assert } from "node:assert";
import { nameLines } from "../../../../components/dns/announce.ts";
import type { NamesStack } from "../../../../components/dns/names.ts";

const [pomerium, nginx] = ["192.168.0.172", "192.168.0.171"];

function names(changes: Partial<NamesStack> = {}): NamesStack {
  return {
    phase: "cutover",
    exposure: "direct",
    signIn: "authenticate.example.org",
    hosts: [{ host: "komga.example.org", isNginx: false }],
    ...{ pomerium, nginx, publicPort: 443, ownPort: 443 },
    ...changes,
  };
}

const both = (address: string | string[]) =>
  new Map(["authenticate", "komga"].map((name) => [`${name}.example.org`, [address].flat()]));

const coexist = { phase: "coexist", publicPort: 8443 } as const;

describe("what a preview says about the DNS", () => {
  it("is the general step while nothing was asked", () => {
    assert.deepEqual(nameLines(names(), new Map()), [
      `DNS: if your network has its own names that lead to ${nginx}, let them lead to ${pomerium}`,
    ]);
    assert.deepEqual(nameLines(names(coexist), new Map()), [
      "DNS: records for authenticate.example.org and komga.example.org that lead to the router, as those of your other hosts do",
    ]);
    assert.deepEqual(nameLines(names({ phase: "retired" }), new Map()), []);
  });

  it("is a record for each host that is new, and for no host that ingress-nginx serves", () => {
    const step = (changes: Partial<NamesStack>): string[] =>
      nameLines(names({ ...coexist, ...changes }), new Map());
    const served = { host: "komga.example.org", isNginx: true };
    const fresh = ["a", "b", "c"].map((name) => ({ host: `${name}.example.org`, isNginx: false }));
    assert.deepEqual(step({ hosts: [served] }), [
      "DNS: a record for authenticate.example.org that leads to the router, as those of your other hosts do",
    ]);
    assert.deepEqual(step({ hosts: [served, ...fresh] }), [
      "DNS: records for authenticate.example.org, a.example.org and 2 more that lead to the router, as those of your other hosts do",
    ]);
    assert.deepEqual(step({ exposure: "tunnelOnly", hosts: fresh.slice(0, 1) }), [
      `DNS: records for authenticate.example.org and a.example.org that lead to ${pomerium}`,
    ]);
    // A tunnel carries the sign-in pages, and makes their record.
    const { signIn: _, ...carried } = names({ ...coexist, hosts: [served, ...fresh.slice(0, 1)] });
    assert.deepEqual(nameLines(carried, new Map()), [
      "DNS: a record for a.example.org that leads to the router, as those of your other hosts do",
    ]);
    assert.deepEqual(nameLines({ ...carried, hosts: [served] }, new Map()), []);
  });

  it("is nothing once all names lead to Pomerium", () => {
    for (const phase of ["cutover", "retired"] as const)
      assert.deepEqual(nameLines(names({ phase }), both(pomerium)), []);
  });

  it("is nothing certain about public addresses, which the program does not know", () => {
    assert.deepEqual(nameLines(names({ phase: "retired" }), both("203.0.113.7")), []);
    assert.deepEqual(nameLines(names(coexist), both(["203.0.113.7", "2001:db8::7"])), []);
  });

  it("names hosts without an address, and where they must lead", () => {
    const found = new Map([...both("203.0.113.7"), ["komga.example.org", []] as [string, string[]]]);
    assert.deepEqual(nameLines(names({ phase: "retired" }), found), [
      `DNS, seen from here: komga.example.org has no address; let it lead to ${pomerium} or the router`,
    ]);
    assert.deepEqual(nameLines(names({ phase: "retired", exposure: "tunnelOnly" }), both([])), [
      `DNS, seen from here: authenticate.example.org and komga.example.org have no address; let them lead to ${pomerium}`,
    ]);
  });

  it("names hosts that still lead to ingress-nginx after the cutover, in any spelling of its address", () => {
    assert.deepEqual(nameLines(names({ phase: "retired" }), both(nginx)), [
      `DNS, seen from here: authenticate.example.org and komga.example.org lead to ${nginx}, which is ingress-nginx; Pomerium is ${pomerium}`,
    ]);
    const six = names({ phase: "retired", nginx: "fd00::1", pomerium: "fd00::2" });
    assert.match(nameLines(six, both("fd00:0::1")).join(), /which is ingress-nginx/);
  });

  it("says in coexist that neither address inside the network answers the port of the rehearsal", () => {
    for (const address of [nginx, pomerium])
      assert.deepEqual(nameLines(names({ ...coexist, hosts: [] }), both(address)).slice(1), [
        `DNS, seen from here: authenticate.example.org leads to ${address}, where nothing answers port 8443; the router does`,
      ]);
  });

  it("asks nothing of hosts that ingress-nginx still serves", () => {
    const served = { hosts: [{ host: "komga.example.org", isNginx: true }] };
    const found = new Map([...both("203.0.113.7"), ["komga.example.org", [nginx]] as [string, string[]]]);
    assert.deepEqual(nameLines(names({ ...coexist, ...served }), found), []);
  });

  it("doubts another address of the network, which may be a proxy in front of Pomerium", () => {
    assert.deepEqual(nameLines(names({ phase: "retired", hosts: [] }), both("10.0.0.9")), [
      `DNS, seen from here: authenticate.example.org leads to 10.0.0.9, which is not Pomerium (${pomerium}); that is right only if it forwards to Pomerium`,
    ]);
    assert.deepEqual(nameLines(names({ phase: "retired", hosts: [], pomerium: "" }), both("10.0.0.9")), []);
  });

  it("counts hosts with the same mistake, and asks for a name below a wildcard", () => {
    const hosts = ["a", "b", "*"].map((name) => ({ host: `${name}.example.net`, isNginx: false }));
    const found = new Map(["a", "b", "any"].map((name) => [`${name}.example.net`, [nginx]]));
    assert.deepEqual(nameLines(names({ phase: "retired", signIn: "a.example.net", hosts }), found), [
      `DNS, seen from here: a.example.net, b.example.net and 1 more lead to ${nginx}, which is ingress-nginx; Pomerium is ${pomerium}`,
    ]);
  });
});
