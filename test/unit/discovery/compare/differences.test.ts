import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { Answer, Observation } from "../../../../discovery/compare/answer.ts";
import type { Context } from "../../../../discovery/compare/context.ts";
import type { Difference } from "../../../../discovery/compare/difference.ts";
import { differencesOf } from "../../../../discovery/compare/differences.ts";
import type { Question } from "../../../../discovery/compare/questions.ts";
import {
  answer,
  context,
  fakeCertificate,
  noAnswer,
  place,
  question,
  refusal,
  signIn,
  to,
} from "./answers.ts";

function differences(
  old: Observation | undefined,
  fresh: Observation,
  asked: Partial<Question> = {},
  more: Partial<Context> = {},
): Difference[] {
  return differencesOf(question(asked), old, fresh, context(more));
}

/** Severity, and the setting where there is one. */
function brief(...args: Parameters<typeof differences>): string[] {
  return differences(...args).map(({ severity, setting }) =>
    setting === undefined ? severity : `${severity}: ${setting.at} ${setting.write}`,
  );
}

const closed = { expected: "sign-in" } as const;

describe("a path that the stack file keeps from anonymous callers", () => {
  it("is as wanted when Pomerium asks for a sign-in, whatever ingress-nginx did", () => {
    for (const old of [answer(200), answer(401), answer(403), answer(302, to("komga.example.org", "/login"))])
      assert.deepEqual(brief(old, signIn, closed), ["wanted"]);
    assert.deepEqual(brief(answer(200), refusal(403), { expected: "closed" }), ["wanted"]);
    assert.deepEqual(brief(answer(204), refusal(401), { ...closed, purpose: "preflight" }), ["wanted"]);
  });

  it("is unexpected when Pomerium asks for a sign-in at an app that nobody may reach", () => {
    const nobody = {
      place: { ...place(), access: { kind: "apiOnly", api: [{ path: "/query" }], from: [] } },
    } as const;
    for (const purpose of ["site", "near miss"] as const) {
      const [found] = differences(answer(200), signIn, { expected: "closed", purpose }, nobody);
      assert.equal(found?.severity, "unexpected");
      assert.match(found.message, /^200 → sign-in in place of Pomerium's refusal: .* lets nobody in$/);
    }
    assert.deepEqual(brief(answer(200), refusal(403), { expected: "closed" }, nobody), ["wanted"]);
    assert.deepEqual(brief(answer(200), signIn, { expected: "closed" }), ["wanted"]);
  });

  it("is dangerous when the app answers there", () => {
    const fromApp: Answer[] = [
      answer(200),
      answer(302, to("komga.example.org", "/login")),
      answer(302, to("authenticate.example.org", "/login")),
      answer(101),
    ];
    for (const fresh of fromApp)
      for (const expected of ["sign-in", "closed"] as const) {
        const [found] = differences(answer(200), fresh, { expected });
        assert.equal(found?.severity, "danger");
        assert.equal(found?.command, "npx pomerium-migration diff home --from live");
      }
    // The app's own answer for a path that it does not have.
    assert.deepEqual(brief(answer(404), answer(404), { ...closed, purpose: "near miss" }), ["danger"]);
    assert.deepEqual(brief(answer(401), answer(401), { ...closed, purpose: "near miss" }), ["danger"]);
  });

  it("is dangerous when the app itself refuses, whatever the request asks for", () => {
    for (const status of [401, 403])
      for (const expected of ["sign-in", "closed"] as const)
        for (const purpose of ["site", "near miss", "preflight", "upload"] as const) {
          assert.deepEqual(brief(answer(status), answer(status), { purpose, expected }), ["danger"]);
          assert.deepEqual(brief(answer(200), answer(status), { purpose, expected }), ["unexpected"]);
        }
    assert.deepEqual(brief(answer(401), answer(401), { purpose: "websocket", expected: "closed" }), [
      "danger",
    ]);
    // Pomerium's own refusal says so, also where the app gave the same status before.
    for (const status of [401, 403] as const)
      assert.deepEqual(brief(answer(status), refusal(status), { expected: "closed" }), ["wanted"]);
    assert.deepEqual(brief(answer(404), answer(404, { byPomerium: true }), closed), ["unexpected"]);
  });

  it("is not as wanted when the sign-in pages have another scheme or port", () => {
    for (const [more, site] of [
      [{ scheme: "http", port: "81" }, "http://authenticate.example.org:81"],
      [{ scheme: "http" }, "http://authenticate.example.org"],
      [{ port: "8444" }, "https://authenticate.example.org:8444"],
    ] as const) {
      const fresh = answer(302, to("authenticate.example.org", "/.pomerium/sign_in", more));
      const [found] = differences(answer(200), fresh, closed);
      assert.deepEqual(
        [found?.severity, found?.message],
        ["unexpected", `200 → a sign-in at ${site}, and not at authenticate.example.org`],
      );
    }
    const rehearsal = to("authenticate.example.org", "/.pomerium/sign_in", { port: "8443" });
    assert.deepEqual(brief(answer(200), answer(302, rehearsal), closed), ["wanted"]);
  });

  it("is unexpected when something else than the sign-in pages refuses", () => {
    for (const fresh of [
      answer(403),
      answer(404),
      answer(502),
      answer(302, to("id.example.net", "/.pomerium/x")),
    ])
      assert.deepEqual(brief(answer(200), fresh, closed), ["unexpected"]);
  });

  it("is not the app's when another Pomerium asks for the sign-in, and the report names both hosts", () => {
    const other = answer(302, to("id.example.net", "/.pomerium/sign_in", { query: ["pomerium_signature"] }));
    const [found] = differences(answer(200), other, closed);
    assert.equal(found?.message, "200 → a sign-in at id.example.net, and not at authenticate.example.org");
    // An answer with such a header that is no redirect comes from somebody else.
    assert.deepEqual(brief(answer(200), { ...other, status: 200 }, closed), ["danger"]);
  });

  it("is never passed over when anonymous callers get through", () => {
    const status = fc.oneof(fc.integer({ min: 200, max: 299 }), fc.constant(101));
    fc.assert(
      fc.property(
        status,
        fc.integer({ min: 100, max: 599 }),
        fc.constantFrom("site", "path", "near miss", "websocket", "preflight", "slow", "upload"),
        fc.constantFrom("sign-in", "closed"),
        (fresh, old, purpose, expected) => {
          assert.deepEqual(brief(answer(old), answer(fresh), { purpose, expected }), ["danger"]);
        },
      ),
    );
  });
});

describe("a path that the stack file opens", () => {
  it("is the same when both answers are, also a refusal by the app", () => {
    for (const status of [200, 204, 301, 401, 403, 404, 418])
      assert.deepEqual(differences(answer(status), answer(status)), []);
  });

  it("has no difference from itself", () => {
    const any = fc.record({
      status: fc.integer({ min: 200, max: 499 }),
      contentType: fc.constantFrom("text/html", "application/json"),
      headers: fc.dictionary(fc.constantFrom("referrer-policy", "x-frame-options"), fc.string()),
      cookies: fc.array(fc.record({ name: fc.string(), flags: fc.array(fc.string()) })),
      body: fc.constantFrom("complete" as const, "cut" as const, "running" as const),
      milliseconds: fc.nat(),
    });
    const purpose = fc.constantFrom("site", "path", "open path", "preflight", "slow", "upload");
    fc.assert(
      fc.property(any, purpose, (one, why) => assert.deepEqual(differences(one, one, { purpose: why }), [])),
    );
  });

  it("is unexpected when Pomerium asks for a sign-in, with the command that shows what the cluster enforces", () => {
    const [found] = differences(answer(401), signIn, { purpose: "open path", path: "/api" });
    assert.equal(found?.severity, "unexpected");
    assert.match(found?.message ?? "", /^401 → sign-in, and the stack file opens the path/);
    assert.match(found?.command ?? "", /diff home --from live/);
  });

  it("is unexpected when Pomerium refuses it with the status that the app had", () => {
    for (const purpose of ["open path", "upload", "preflight"] as const)
      assert.match(
        differences(answer(401), refusal(401), { purpose })[0]?.message ?? "",
        /^401 → 401 by Pomerium, and the stack file opens the path/,
      );
  });

  it("names the setting that most likely makes the answers alike", () => {
    const cases: [Observation, Observation, string | undefined, Context["place"]?][] = [
      [answer(200), answer(502), "secure_upstream: true"],
      [answer(200), answer(503), "tls_skip_verify: true", place({ secure_upstream: true })],
      [answer(200), answer(503), undefined, place({ secure_upstream: true, tls_skip_verify: true })],
      [answer(200), answer(504), "timeout: 0s"],
      [answer(200), answer(504), undefined, place({ timeout: "0s" })],
      [answer(200), answer(400), "preserve_host_header: true"],
      [answer(200), answer(404), "preserve_host_header: true"],
      [answer(200), answer(404), undefined, place({ preserve_host_header: true })],
      [answer(200), answer(404), undefined, place({ host_rewrite: "other" })],
      [
        answer(302, to("komga.example.org", "/login")),
        answer(302, to("10.0.0.7", "/login", { port: "8080" })),
        "preserve_host_header: true",
      ],
      [answer(200), answer(204), undefined],
      [answer(500), answer(200), undefined],
      [answer(200), noAnswer, undefined],
    ];
    for (const [old, fresh, write, at = place()] of cases)
      assert.deepEqual(
        brief(old, fresh, {}, { place: at }),
        [write === undefined ? "unexpected" : `unexpected: apps.komga.route ${write}`],
        JSON.stringify([old, fresh]),
      );
  });

  it("may redirect to the port of the rehearsal, and nowhere else", () => {
    const old = answer(302, to("komga.example.org", "/login"));
    assert.deepEqual(differences(old, answer(302, to("komga.example.org", "/login", { port: "8443" }))), []);
    for (const other of [
      to("komga.example.org", "/"),
      to("komga.example.org", "/login", { scheme: "http" }),
      to("komga.example.org", "/login", { query: ["next"] }),
    ])
      assert.equal(differences(old, answer(302, other))[0]?.kind, "redirect");
  });

  it("is not called equal when nothing could be compared", () => {
    assert.match(differences(noAnswer, answer(200))[0]!.message, /^nothing to compare with: nothing listens/);
    assert.match(
      differences(answer(503), answer(502))[0]!.message,
      /the app is down, so nothing was compared/,
    );
    const unserved = answer(404, { certificate: fakeCertificate });
    assert.deepEqual(brief(unserved, answer(200)), ["unexpected"]);
    assert.deepEqual(brief(unserved, answer(200), {}, { replaces: false }), ["wanted"]);
    // A certificate of its own means that ingress-nginx serves the host, and the app says 404.
    assert.deepEqual(brief(answer(404), answer(200), {}, { replaces: false }), ["unexpected"]);
  });

  it("reports a changed type of content", () => {
    const types = ["text/html", "application/json"].map((contentType) => answer(200, { contentType }));
    assert.match(differences(types[0], types[1]!)[0]!.message, /type text\/html → application\/json/);
  });
});

describe("a path about which the policy decides by something else", () => {
  const unknown = { expected: "unknown" } as const;

  it("is as wanted when Pomerium refuses, and compared with a note when it does not", () => {
    for (const fresh of [signIn, refusal(403), refusal(401)])
      assert.deepEqual(brief(answer(200), fresh, unknown), ["wanted"]);
    assert.deepEqual(brief(answer(200), answer(200), unknown), ["note"]);
    assert.deepEqual(brief(answer(200), answer(500), unknown), ["note", "unexpected"]);
    // The app's own refusal.
    assert.deepEqual(brief(answer(401), answer(401), unknown), ["note"]);
  });
});

describe("a WebSocket", () => {
  const upgrade = { purpose: "websocket" } as const;
  const allowed = { place: place({ allow_websockets: true }) };

  it("that only the old address opens needs a setting, also where people have to sign in first", () => {
    for (const expected of ["app", "sign-in"] as const) {
      assert.deepEqual(brief(answer(101), answer(403), { ...upgrade, expected }), [
        "unexpected: apps.komga.route allow_websockets: true",
      ]);
      assert.deepEqual(brief(answer(101), answer(403), { ...upgrade, expected }, allowed), ["unexpected"]);
    }
    assert.deepEqual(brief(answer(101), answer(400), upgrade, allowed), [
      "unexpected: apps.komga.route preserve_host_header: true",
    ]);
  });

  it("is no matter where the old address opens none, or the new one opens it too", () => {
    assert.deepEqual(brief(answer(400), answer(403), upgrade), ["wanted"]);
    assert.deepEqual(brief(answer(200), answer(404), upgrade), []);
    assert.deepEqual(brief(answer(101), answer(101), upgrade), []);
    assert.deepEqual(brief(answer(101), signIn, { ...upgrade, ...closed }), ["wanted"]);
    assert.deepEqual(brief(answer(101), refusal(401), { ...upgrade, ...closed }), ["wanted"]);
    assert.deepEqual(brief(answer(101), refusal(403), { ...upgrade, ...closed }, allowed), ["wanted"]);
  });
});

describe("a question of a browser about another website", () => {
  const preflight = { purpose: "preflight", method: "OPTIONS" } as const;
  const allows = answer(204, { headers: { "access-control-allow-origin": "*" } });

  it("matters only if the old address allowed it", () => {
    assert.deepEqual(brief(allows, answer(404), preflight), [
      "unexpected: apps.komga.route preserve_host_header: true",
    ]);
    assert.deepEqual(brief(allows, answer(204), preflight), ["unexpected"]);
    assert.deepEqual(brief(allows, allows, preflight), []);
    assert.deepEqual(brief(answer(405), answer(200), preflight), []);
  });

  it("passes a sign-in with a setting, if the old address allowed it", () => {
    const asked = { ...preflight, ...closed };
    for (const fresh of [signIn, refusal(401), refusal(403)]) {
      assert.deepEqual(brief(allows, fresh, asked), [
        "unexpected: apps.komga.route cors_allow_preflight: true",
      ]);
      assert.deepEqual(brief(answer(204), fresh, asked), ["wanted"]);
    }
    assert.deepEqual(brief(allows, answer(204), asked), ["danger"]);
  });
});

describe("a slow answer", () => {
  const slow = { purpose: "slow" } as const;
  const running = answer(200, { body: "running", milliseconds: 45_000 });

  it("that the new address ends earlier needs more time", () => {
    for (const body of ["cut", "complete"] as const)
      assert.deepEqual(brief(running, answer(200, { body, milliseconds: 30_000 }), slow), [
        "unexpected: apps.komga.route timeout: 0s",
      ]);
    assert.match(
      differences(running, answer(200, { body: "cut", milliseconds: 30_000 }), slow)[0]!.message,
      /ends too early: runs after 45 s → cut after 30 s/,
    );
    assert.deepEqual(brief(answer(200), answer(504), slow), ["unexpected: apps.komga.route timeout: 0s"]);
  });

  it("may last longer than before", () => {
    assert.deepEqual(brief(running, running, slow), []);
    assert.deepEqual(brief(answer(200, { body: "cut" }), running, slow), ["wanted"]);
  });
});

describe("an upload", () => {
  const upload = { purpose: "upload", method: "POST" } as const;
  const cut = {
    failure: "the server closed the connection (ECONNRESET) after 3.0 MiB",
    milliseconds: 30_000,
  };

  it("that only ingress-nginx refuses for its size is wanted", () => {
    assert.deepEqual(brief(answer(413), answer(404), upload), ["wanted"]);
    assert.deepEqual(brief(answer(413), answer(413), upload), []);
    assert.deepEqual(brief(answer(404), answer(404), upload), []);
  });

  it("that is cut at the new address needs time to arrive", () => {
    assert.deepEqual(brief(answer(404), cut, upload), ["unexpected"]);
    assert.deepEqual(brief(answer(404), cut, upload, { readsForever: false }), [
      "unexpected: pomerium.settings.timeouts read: 0s",
    ]);
    assert.deepEqual(brief(answer(404), answer(413), upload), ["unexpected"]);
  });
});

describe("Pomerium's own pages", () => {
  it("answer 200", () => {
    const own = { expected: "pomerium", purpose: "sign-in pages" } as const;
    assert.deepEqual(differences(undefined, answer(200), own), []);
    assert.deepEqual(brief(undefined, answer(404), own), ["unexpected"]);
    assert.deepEqual(brief(undefined, noAnswer, own), ["unexpected"]);
  });

  it("are no failure of an app that had something at the same path, and are told where it is lost", () => {
    const ping = { expected: "pomerium", purpose: "path", path: "/ping" } as const;
    const [lost, ...others] = differences(answer(204), answer(200), ping);
    assert.deepEqual(others, []);
    assert.equal(lost?.severity, "note");
    assert.match(lost!.message, /^204 → 200: Pomerium answers this path itself.*not reached there any more$/);
    for (const old of [answer(404), answer(401), noAnswer])
      assert.deepEqual(brief(old, answer(200), ping), ["wanted"]);
    // What its pages answer depends on the path and on who asks.
    for (const status of [302, 401, 404, 405])
      assert.deepEqual(brief(answer(404), answer(status), { ...ping, path: "/.pomerium/user" }), ["wanted"]);
    assert.deepEqual(brief(answer(200), answer(503), ping), ["unexpected"]);
  });
});

describe("the robots.txt that Pomerium gives in place of a refusal", () => {
  const own = answer(200, { contentType: "text/plain", byPomerium: true });
  const robots = { purpose: "path", path: "/robots.txt" } as const;

  it("is as wanted where the stack file closes the path, whatever the app had", () => {
    for (const expected of ["closed", "sign-in", "unknown"] as const)
      for (const old of [answer(200), answer(404), own])
        assert.deepEqual(brief(old, own, { ...robots, expected }), ["wanted"], expected);
    assert.match(
      differences(answer(200), own, { ...robots, expected: "closed" })[0]!.message,
      /^200 → 200 with the robots\.txt that Pomerium itself gives$/,
    );
  });

  it("is told from the app's, which is dangerous there", () => {
    for (const expected of ["closed", "sign-in"] as const)
      assert.deepEqual(brief(answer(200), answer(200), { ...robots, expected }), ["danger"]);
  });

  it("is unexpected where the stack file opens the path, unless the app has the same text", () => {
    assert.deepEqual(brief(answer(200, { contentType: "text/plain" }), own, robots), ["unexpected"]);
    assert.deepEqual(brief(own, own, robots), []);
  });
});
