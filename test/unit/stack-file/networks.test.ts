import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  contains,
  networkProblem,
  parseAddress,
  parseNetwork,
  sameAddress,
  withoutHostBits,
} from "../../../stack-file/networks.ts";

const inside = (network: string, address: string): boolean =>
  contains(parseNetwork(network)!, parseAddress(address)!);

describe("networks", () => {
  for (const [network, address, expected] of [
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.5/8", "10.1.1.1", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.128/25", "192.0.2.128", true],
    ["192.0.2.7", "192.0.2.7", true],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "::1", false],
    ["0.0.0.0/0", "::ffff:10.0.0.1", true],
    ["::/0", "2001:db8::1", true],
    ["::/0", "10.0.0.1", false],
    ["::ffff:10.0.0.0/104", "10.200.0.1", true],
    ["::ffff:10.0.0.1", "10.0.0.1", true],
    ["10.0.0.1", "::ffff:a00:1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
  ] as const)
    it(`${network} ${expected ? "holds" : "does not hold"} ${address}`, () => {
      assert.equal(inside(network, address), expected);
    });

  for (const wrong of [
    "",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.1",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "::1%eth0",
    "::/129",
    "x",
    "10.0.0.0/",
  ])
    it(`do not include the invalid "${wrong}"`, () => {
      assert.equal(parseNetwork(wrong), undefined);
    });

  it("hold every address that shares their leading bits, and no other", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), fc.nat(32), (a, b, bits) => {
        const text = (n: number): string => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join(".");
        const leading = (n: number): number => Math.floor(n / 2 ** (32 - bits));
        assert.equal(inside(`${text(a)}/${bits}`, text(b)), leading(a) === leading(b));
        assert.equal(inside(`${text(a)}/${bits}`, text(a)), true);
      }),
    );
  });

  it("read an IPv6 address however it is abbreviated", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        assert.ok(parseAddress(address));
        assert.ok(inside(address, address.toUpperCase()));
      }),
    );
  });

  it("say which network or host was meant where a text has host bits", () => {
    for (const [text, meant] of [
      ["192.168.1.5/16", "192.168.0.0/16"],
      ["10.0.0.1/8", "10.0.0.0/8"],
      ["2001:db8:1::7/32", "2001:db8::/32"],
      ["fd00::1/127", "fd00::/127"],
    ] as const) {
      assert.equal(withoutHostBits(text), meant);
      assert.equal(
        networkProblem(text),
        `is a host and a network at once: write ${meant} for the network, or ${text.split("/")[0]} for the host`,
      );
    }
    for (const fine of ["192.168.0.0/16", "192.168.1.5", "192.168.1.5/32", "0.0.0.0/0", "::1", "::/0"])
      assert.equal(networkProblem(fine), undefined, fine);
  });

  it("have host bits or not, but always a network without them that holds the same addresses", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), fc.ipV4(), (host, bits, candidate) => {
        const text = `${host}/${bits}`;
        const meant = withoutHostBits(text) ?? text;
        assert.equal(networkProblem(meant), undefined);
        assert.equal(inside(meant, candidate), inside(text, candidate));
        assert.ok(inside(meant, host));
      }),
    );
  });

  it("say how many bits an address has where a text has more", () => {
    assert.equal(networkProblem("192.168.0.0/33"), "has more bits than the 32 of an IPv4 address");
    assert.equal(networkProblem("fd00::/129"), "has more bits than the 128 of an IPv6 address");
    assert.match(networkProblem("192.168.0/16") ?? "", /^is neither an IP address nor a network/);
  });

  it("know an address in all its spellings, and no other text", () => {
    for (const other of ["fd00:0:0::1", "FD00::1", "fd00::0.0.0.1"])
      assert.ok(sameAddress("fd00::1", other), other);
    assert.ok(sameAddress("::ffff:10.0.0.1", "10.0.0.1"));
    for (const other of ["fd00::2", "", "fd00::1%eth0", "10.0.0.1"])
      assert.ok(!sameAddress("fd00::1", other), other);
    assert.ok(!sameAddress("wiki.example.org", "wiki.example.org"));
    assert.ok(!sameAddress("192.168.0.17", "192.168.0.171"));
  });
});
