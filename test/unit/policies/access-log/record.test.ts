import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { clientOf } from "../../../../policies/access-log/client.ts";
import { type Decision, readRecord } from "../../../../policies/access-log/record.ts";
import { isPage, isProbe, shapeOf, varying } from "../../../../policies/access-log/shape.ts";
import { answered, decision, firefox } from "./lines.ts";

describe("a line of Pomerium's log", () => {
  it("has host, path, method, person and decision", () => {
    const line = decision({
      host: "Komga.example.org:443",
      path: "//sse/v1?key=abc",
      email: "alice@example.org",
      allow: true,
    });
    assert.deepEqual(readRecord(line), {
      kind: "decision",
      time: Date.parse("2026-11-01T08:00:00Z"),
      requestId: (JSON.parse(line) as Record<string, string>)["request-id"],
      host: "komga.example.org",
      path: "//sse/v1",
      method: "GET",
      allowed: true,
      email: "alice@example.org",
      hasSession: true,
    });
  });

  it("is a refusal if a deny rule holds, or if somebody is asked to sign in", () => {
    const allowed = (line: string): boolean => (readRecord(line) as Decision).allowed;
    assert.equal(allowed(decision({ allow: true })), true);
    assert.equal(allowed(decision({ allow: true, deny: true })), false);
    assert.equal(allowed(decision({ allow: false })), false);
    // A deny rule about people asks a caller without a session to sign in, although an allow rule holds.
    assert.equal(
      allowed(
        decision({ allow: true }).replace('"deny-why-false":[]', '"deny-why-false":["user-unauthenticated"]'),
      ),
      false,
    );
  });

  it("may have kubectl's marks in front of it, and names the client if Pomerium logs headers", () => {
    const line = `[pod/pomerium-0/pomerium] 2026-11-01T08:00:00Z ${decision({ headers: { "User-Agent": "KOReader/1" } })}`;
    assert.equal((readRecord(line) as Decision).userAgent, "KOReader/1");
    assert.deepEqual(readRecord(answered("a", "KOReader/1")), {
      kind: "answered",
      requestId: "a",
      userAgent: "KOReader/1",
    });
    assert.deepEqual(readRecord('{"level":"info","message":"starting"}'), { kind: "other" });
  });

  it("is unreadable without JSON, without a host, or without a result, and never an error", () => {
    for (const line of ["starting", "{", "[]", "{}x", '{"message":"authorize check","host":"a","path":"/"}'])
      assert.equal(readRecord(line), undefined, line);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readRecord(text);
        readRecord(
          `{"message":"authorize check","allow":true,"host":${JSON.stringify(text)},"path":${text}}`,
        );
      }),
    );
  });
});

describe("a client", () => {
  for (const [agent, kind, name] of [
    ["KOReader/2024.04 (Kobo)", "program", "KOReader"],
    ["okhttp/4.9.3", "program", "okhttp"],
    ["Home Assistant/2026.1 (io.robbie; build:1)", "program", "Home Assistant"],
    [
      "Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/1 Mobile Safari/1 Nextcloud/3.2",
      "program",
      "Nextcloud",
    ],
    [
      "Mozilla/5.0 (Linux; U; Android 2.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/538.1 (Kobo Touch 0376/4.38)",
      "program",
      "Kobo",
    ],
    [firefox, "browser", ""],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0",
      "browser",
      "",
    ],
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "scanner", ""],
    ["Mozilla/5.0 zgrab/0.x", "scanner", ""],
    ["", "untold", ""],
  ] as const)
    it(`is a ${kind} if it calls itself ${JSON.stringify(agent.slice(0, 40))}`, () => {
      assert.deepEqual(clientOf(agent), { kind, name });
    });

  for (const [agent, name] of [
    ["sk_live_AbcDefGhiJklMn", "a program without a name"],
    ["ghp_abcdefghijklmnop/1.0", "a program without a name"],
    ["x7Gk2mQp9Zt", "a program without a name"],
    ["kQmZrTyUiOpAsDfGhJ/1.0", "a program without a name"],
    ["correcthorsebatterystaple", "a program without a name"],
    ["Paperless Mobile", "Paperless Mobile"],
    ["Home Assistant/2024.5 (Android)", "Home Assistant"],
    ["Audiobookshelf iOS 1.2", "Audiobookshelf iOS"],
  ] as const)
    it(`is named ${name} if it calls itself ${agent}`, () => {
      assert.deepEqual(clientOf(agent), { kind: "program", name });
    });

  it("has a short name without digits, so that no credential is in it", () => {
    fc.assert(
      fc.property(fc.string(), (agent) => {
        const { name } = clientOf(agent);
        assert.match(name, /^[A-Za-z _-]{0,32}$/);
      }),
    );
  });
});

describe("the shape of a path", () => {
  for (const [path, shape] of [
    ["/api/v1/books", "/api/v1/books"],
    ["//sse/v1/events", "//sse/v1/events"],
    ["/api/items/42/cover.jpg", `/api/items/${varying}/cover.jpg`],
    ["/kobo/9f8e7d6c-1a2b-4c3d-8e9f-0a1b2c3d4e5f/v1/library", `/kobo/${varying}/v1/library`],
    ["/api/opds/4bd1f7e3a9c84e0f", `/api/opds/${varying}`],
    ["/share/x7Kq2", `/share/${varying}`],
    ["/users/alice@example.org/inbox", `/users/${varying}/inbox`],
    ["/log/2026-11-01", `/log/${varying}`],
    ["/a;token=secret/b", `/${varying}/b`],
    ["/System/Info/Public", "/System/Info/Public"],
    ["/rest/getAlbumList2.view", "/rest/getAlbumList2.view"],
    ["/audiobookshelf/socket.io/", "/audiobookshelf/socket.io/"],
    // What follows an announcing word is never shown, whatever it looks like.
    ["/services/T0AB1CD2E/B0ZX9YW8V/geheimnis", `/services/${varying}`],
    ["/api/webhooks/4711/geheimnis", `/api/webhooks/${varying}`],
    ["/hooks/x7Gk2mQp9Zt", `/hooks/${varying}`],
    ["/invite/correcthorsebatterystaple", `/invite/${varying}`],
    ["/s/geheimnis", `/s/${varying}`],
    ["/share//geheimnis/photo", `/share//${varying}/photo`],
    ["/feed/ABCDEFGHIJKLMNOPQRSTUVWX", `/feed/${varying}`],
    ["/share/", "/share/"],
    // Other parts vary if they look like a key.
    ["/api/C4hkGmr_sdfLkds", `/api/${varying}`],
    ["/api/kQmZrTyUiOpAsDfGhJkLxCvB/x", `/api/${varying}/x`],
    ["/api/ABCDEFGHIJKLMNOPQR", `/api/${varying}`],
    ["/api/x7gk2mqp9zt", `/api/${varying}`],
    // Names of APIs are words.
    ["/Users/AuthenticateWithQuickConnect", "/Users/AuthenticateWithQuickConnect"],
    ["/rest/createInternetRadioStation.view", "/rest/createInternetRadioStation.view"],
    ["/Microsoft-Server-ActiveSync", "/Microsoft-Server-ActiveSync"],
    ["/api/v1/persistentvolumeclaims", "/api/v1/persistentvolumeclaims"],
  ] as const)
    it(`of ${path} is ${shape}`, () => {
      assert.equal(shapeOf(path), shape);
    });

  it("is bounded, whatever the path", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 300 }), { maxLength: 40 }), (segments) => {
        assert.ok(shapeOf(`/${segments.join("/")}`).length <= 11 * 41);
      }),
    );
  });

  it("distinguishes pages, and searches for weak hosts, from calls", () => {
    for (const path of ["/", "/favicon.ico", "/assets/index.js", "/robots.txt"])
      assert.ok(isPage(path), path);
    for (const path of ["/.env", "/wp-login.php", "/a/.git/config", "/cgi-bin/x"])
      assert.ok(isProbe(path), path);
    for (const path of ["/api/v1/books", "/.well-known/caldav", "/rest/ping.view", "/sse"]) {
      assert.ok(!isPage(path), path);
      assert.ok(!isProbe(path), path);
    }
  });
});
