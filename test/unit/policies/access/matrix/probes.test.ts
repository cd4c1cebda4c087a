import { strict as assert } from "node:assert";
import { mentions } from "../../../../../policies/access/matrix/mentions.ts";
import { probes } from "../../../../../policies/access/matrix/probes.ts";
import type { Criterion } from "../../../../../policies/language/types.ts";

const asked = (...criteria: Criterion[]) => probes(mentions([[{ allow: { or: criteria } }]]));
const paths = (...criteria: Criterion[]): string[] => [
  ...new Set(asked(...criteria).map(({ path }) => path)),
];

describe("the requests that a matrix asks for", () => {
  it("are one where a policy asks for people alone", () => {
    assert.deepEqual(asked({ email: "alice@gmail.com" }), [
      { path: "/", base: "/", relation: "site", method: "GET" },
    ]);
  });

  it("have every method that a policy names, and one that it does not", () => {
    assert.deepEqual(
      asked({ http_method: { in: ["POST", "PUT"] } }).map(({ method }) => method),
      ["GET", "POST", "PUT"],
    );
  });

  it("come from each network that a policy names, and from outside all of them", () => {
    const from = (...networks: string[]) => asked({ source_ip: networks }).map(({ sourceIp }) => sourceIp);
    assert.deepEqual(from("10.244.0.0/16", "192.168.0.7"), ["10.244.0.0", "192.168.0.7", "203.0.113.1"]);
    assert.deepEqual(from("203.0.113.0/24"), ["203.0.113.0", "198.51.100.1"]);
    assert.deepEqual(from("0.0.0.0/0"), ["0.0.0.0", "2001:db8::1"]);
    assert.deepEqual(from("0.0.0.0/0", "::/0"), ["0.0.0.0", "::"]);
  });

  it("find what a policy asks of the end or the middle of a path", () => {
    assert.ok(paths({ http_path: { ends_with: ".png" } }).includes("/x.png"));
    assert.ok(paths({ http_path: { contains: "/public/" } }).includes("/public"));
    // Beside what is asked for there is a page that is not.
    assert.ok(paths({ http_path: { ends_with: ".png" } }).includes("/xz"));
  });

  it("leave out what is no path", () => {
    assert.deepEqual(paths({ http_path: { in: ["", "api"] } }), ["/"]);
  });
});
