import { strict as assert } from "node:assert";
import {
  acceptable,
  acceptSchema,
  whyNotAcceptable,
} from "../../../../../components/ingress-nginx/annotations/accept.ts";
import type { AnnotationOutcome } from "../../../../../components/ingress-nginx/annotations/judgement.ts";
import { entryOf, protections, table } from "../../../../../components/ingress-nginx/annotations/table.ts";
import { annotations } from "../../../../../policies/annotations/annotations.ts";
import { documented } from "./documented.ts";

/** Outcomes that an annotation of a class may have: the table may be more careful, never less. */
const outcomesOf: Record<keyof typeof documented, readonly AnnotationOutcome[]> = {
  // `lost` for the FastCGI value of backend-protocol.
  E: ["equivalent", "lost"],
  P: ["equivalent", "decide"],
  D: ["decide"],
  U: ["unnecessary", "decide"],
  W: ["lost"],
  B: ["lost"],
};

describe("the table of ingress-nginx's annotations", () => {
  it("has each name once", () => {
    const names = table.flatMap((entry) => entry.names);
    assert.equal(new Set(names).size, names.length);
  });

  it("has every annotation that upstream documents, and calls none better than it is", () => {
    const names = table.flatMap((entry) => entry.names);
    for (const [letter, expected] of Object.entries(outcomesOf))
      for (const name of documented[letter as keyof typeof documented]) {
        assert.ok(names.includes(name), name);
        const { outcome } = entryOf(name)!;
        assert.ok(expected.includes(outcome), `${name} is ${letter}, and not ${outcome}`);
      }
    assert.deepEqual(
      documented.E.filter((name) => entryOf(name)?.outcome === "lost"),
      ["backend-protocol"],
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
    for (const { names, says } of table) assert.match(says, /^[^\n]{5,170}[^.\n]$/, names[0]!);
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

  it("makes every protection acceptable", () => {
    for (const name of protections) assert.ok(acceptable.includes(name), name);
    assert.equal(new Set(acceptable).size, acceptable.length);
  });

  it("says what is wrong with a name that cannot be accepted", () => {
    assert.match(whyNotAcceptable("limit-rsp"), /no such annotation; did you mean "limit-rps"\?$/);
    assert.match(whyNotAcceptable("canary"), /^protects nothing/);
    assert.match(whyNotAcceptable("nginx.ingress.kubernetes.io/auth-url"), /write auth-url$/);
    assert.match(whyNotAcceptable("constructor"), /no such annotation$/);
    assert.match(
      whyNotAcceptable("/api"),
      /write "service \/api" if .*, "opens \/api" if .*, or "closes \/api" if /,
    );
  });

  it("takes an answer about a path only with its question", () => {
    const schema = acceptSchema(["network-policies"]);
    for (const name of ["service /", "opens /api/", "closes /x(/|$)(.*)", "network-policies", "limit-rps"])
      assert.deepEqual(schema.parse({ [name]: "why" }), { [name]: "why" }, name);
    for (const name of ["/", "/api", "opens", "opens api", "reads /api", "opens  /api"])
      assert.throws(() => schema.parse({ [name]: "why" }), name);
  });
});
