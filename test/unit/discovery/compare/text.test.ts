import { strict as assert } from "node:assert";
import type { Asked } from "../../../../discovery/compare/ask-all.ts";
import { compareHosts } from "../../../../discovery/compare/compare.ts";
import { compareText, type TextOptions } from "../../../../discovery/compare/text.ts";
import { stackOf } from "../../stack/state.ts";
import { answer, certificate, now, place, question, signIn, to } from "./answers.ts";

const stack = stackOf();

function text(hosts: Readonly<Record<string, Asked[]>>, all = false): string {
  const results = compareHosts(
    Object.entries(hosts).map(([host, asked]) => ({
      plan: { host, at: "apps.komga", replaces: true, questions: [], places: [place()] },
      asked,
      unasked: [],
    })),
    stack,
    now,
  );
  return compareText(results, { ...options, all });
}

const options: TextOptions = {
  ...{ stack: "home", old: "192.0.2.1:443", fresh: "192.0.2.2:443", requests: 4, milliseconds: 2100 },
  all: false,
  coexistPort: 8443,
  authenticateHost: stack.pomerium.authenticateHost,
  place: () => "12:5",
  paint: (severity, line) => (severity === "danger" ? `<${line}>` : line),
};

const asked = (path: string, fresh = answer(404), old = answer(200)): Asked => ({
  question: question({ path, purpose: "path" }),
  old,
  fresh,
});

describe("a comparison for a terminal", () => {
  it("reports a difference of several requests of a host once, with its setting", () => {
    const told = text({ "komga.example.org": [asked("/a"), asked("/b"), asked("/c", answer(400))] });
    assert.equal(
      told,
      `home: old 192.0.2.1:443, new 192.0.2.2:443 · 1 host, 4 requests, 3 s

host               old  new  result
komga.example.org  200  404  ! 3 unexpected

komga.example.org (apps.komga)
  ! GET /a (path) and 1 more request: 200 → 404
      apps.komga.route (Pulumi.home.yaml:12:5)
      + preserve_host_header: true
  ! GET /c (path): 200 → 400

Differences: 3 unexpected, 0 wanted
`,
    );
  });

  it("folds what is wanted, and lists it on request", () => {
    const hosts = {
      "komga.example.org": [{ ...asked("/", signIn), question: question({ expected: "sign-in" }) }],
    };
    assert.match(
      text(hosts),
      /^komga\.example\.org +200 +sign-in +as wanted\n\nDifferences: 0 unexpected, 1 wanted \(/m,
    );
    assert.match(text(hosts, true), /^ {4}GET \/ \(site\): 200 → sign-in$/m);
  });

  it("gives a note about several hosts once", () => {
    const distrust = "SELF_SIGNED_CERT_IN_CHAIN";
    const shown = (host: string): Asked => ({
      question: question({ host }),
      fresh: answer(200, { certificate: certificate({ names: [host], distrust }) }),
    });
    const told = text({
      "a.example.org": [shown("a.example.org")],
      "b.example.org": [shown("b.example.org")],
    });
    assert.equal(told.match(/SELF_SIGNED/g)?.length, 1);
    assert.match(told, /^· at 2 hosts: this machine does not trust the new certificate/m);
  });

  it("marks what is dangerous, and lets nothing of an answer move the cursor or widen a line", () => {
    const evil = answer(302, to("x\u001b[31m.example.org", `/${"long/ ".repeat(30)}`));
    const host = `${"very-long-label.".repeat(6)}example.org`;
    const told = text({
      [host]: [{ question: question({ host, expected: "closed" }), old: answer(200), fresh: evil }],
    });
    assert.match(told, /<.*✖ GET \/ \(site\)/);
    assert.ok(!told.includes("\u001b"));
    assert.match(told, /^very-long-label\.[a-z.-]*… +200 +302 +✖ 1 dangerous$/m);
  });

  it("says which host was not compared, and what was not sent", () => {
    const [result, late] = compareHosts(
      [
        {
          plan: {
            host: "ssh.example.org",
            at: "apps.ssh",
            replaces: false,
            questions: [],
            places: [],
            skipped: "a stream of bytes: no",
          },
          asked: [],
          unasked: [],
        },
        {
          plan: { host: "komga.example.org", at: "apps.komga", replaces: false, questions: [], places: [] },
          asked: [asked("/a", answer(200))],
          unasked: [question({ path: "/b" })],
        },
      ],
      stack,
      now,
    );
    assert.equal(result?.result, "skipped");
    assert.deepEqual(
      late?.differences.map(({ severity, message }) => `${severity} ${message}`),
      ["unexpected 1 of 2 requests were not sent: the time was up"],
    );
  });

  it("fits 80 columns with long hosts, results and key paths", () => {
    const skipped = "a stream of bytes: no";
    const host = `${"long-".repeat(8)}host.example.org`;
    const at = `apps.${"long-".repeat(9)}name`;
    const empty = { at, replaces: false, questions: [], places: [place()] };
    const told = compareText(
      compareHosts(
        [
          { plan: { ...empty, host, skipped }, asked: [], unasked: [] },
          { plan: { ...empty, host: `b.${host}` }, asked: [asked("/a"), asked("/b", signIn)], unasked: [] },
        ],
        stack,
        now,
      ),
      options,
    );
    assert.match(told, /^long-[a-z-]*… +– +– +not compared: a stream of bytes$/m);
    for (const line of told.split("\n")) assert.ok([...line].length <= 80, line);
    // Without a long result, a host has more room.
    const short = text({ [`b.${host}`]: [asked("/a")] });
    const cellOf = (report: string): number => /^b\.long-.*…/m.exec(report)![0].length;
    assert.ok(cellOf(short) > cellOf(told));
  });
});
