import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  entryOf,
  noProtection,
  protections,
  table,
  type Verdict,
} from "../../../../../components/ingress-nginx/annotations/table.ts";
import { annotations } from "../../../../../policies/annotations/annotations.ts";

const reference = fileURLToPath(
  new URL("../../../../../shared/upstream/nginx-annotations.tsv", import.meta.url),
);

/** Verdicts that an annotation of a class may have: caution may differ, the direction may not. */
const verdictsOf: Record<string, readonly Verdict[]> = {
  // Direct equivalent; HTTPS of backend-protocol is one, FastCGI is not.
  E: ["equivalent", "lost"],
  P: ["equivalent", "decide"],
  D: ["decide"],
  U: ["unnecessary", "decide"],
  W: ["lost"],
  B: ["lost"],
};

describe("the table of ingress-nginx' annotations", () => {
  it("has each name once", () => {
    const names = table.flatMap((entry) => entry.names);
    assert.equal(new Set(names).size, names.length);
    assert.equal(names.length, 138);
  });

  it("holds every annotation that upstream documents, no other, and calls none better than it is", function () {
    if (!existsSync(reference)) this.skip();
    const [, ...rows] = readFileSync(reference, "utf8").trimEnd().split("\n");
    const classes = new Map(rows.map((row) => row.split("\t").slice(0, 2) as [string, string]));
    assert.deepEqual(table.flatMap((entry) => entry.names).sort(), [...classes.keys()].sort());
    for (const [name, letter] of classes) {
      const { verdict } = entryOf(name)!;
      assert.ok(verdictsOf[letter]?.includes(verdict), `${name} is ${letter}, and not ${verdict}`);
    }
    assert.deepEqual(
      [...classes].filter(([name, letter]) => letter === "E" && entryOf(name)?.verdict === "lost"),
      [["backend-protocol", "E"]],
    );
  });

  it("names route settings that exist", () => {
    let named = 0;
    for (const { names, says, byValue } of table)
      for (const text of [
        says,
        ...["HTTPS", "GRPCS", "more_set_headers x;"].map((value) => byValue?.(value)?.says),
      ])
        for (const [, key = ""] of text?.matchAll(/`route\.(\w+)`/g) ?? []) {
          assert.ok(Object.hasOwn(annotations, key), `${names[0]}: ${key}`);
          named++;
        }
    assert.ok(named > 25);
  });

  it("says each thing in one line, without a full stop", () => {
    for (const { names, says } of table) assert.match(says, /^[^\n]{5,170}[^.\n]$/, names[0]);
  });

  it("needs only annotations that it knows and that stand for themselves", () => {
    for (const { needs } of table)
      if (needs !== undefined)
        assert.ok(entryOf(needs)!.needs === undefined || entryOf(needs)!.needs === needs);
  });

  it("counts as protection whatever restricts who may call or how much", () => {
    for (const name of [
      ...["whitelist-source-range", "allowlist-source-range", "denylist-source-range"],
      ...["auth-type", "auth-secret", "auth-realm", "auth-secret-type", "auth-url", "auth-signin"],
      ...["auth-tls-secret", "auth-tls-verify-client", "auth-tls-match-cn", "enable-global-auth"],
      ...["limit-rps", "limit-rpm", "limit-connections", "limit-rate"],
      ...["enable-modsecurity", "enable-owasp-core-rules", "modsecurity-snippet"],
      ...["configuration-snippet", "server-snippet"],
    ])
      assert.ok(protections.includes(name), name);
    for (const name of ["proxy-buffer-size", "canary", "affinity", "ssl-redirect", "rewrite-target"])
      assert.ok(!protections.includes(name), name);
  });

  it("says what is wrong with a name that cannot be accepted", () => {
    assert.match(noProtection("limit-rsp"), /no such annotation; did you mean "limit-rps"\?$/);
    assert.match(noProtection("canary"), /^protects nothing/);
    assert.match(noProtection("nginx.ingress.kubernetes.io/auth-url"), /write auth-url$/);
    assert.match(noProtection("constructor"), /no such annotation$/);
  });
});
