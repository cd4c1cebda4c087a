import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { commentOf as compose } from "../../../../cli/comment/comment.ts";
import { commentLimit } from "../../../../cli/comment/raw.ts";
import { kinds } from "../../../../policies/access/diff/diff.ts";
import { changedHouse, cli, house, makeProject, type Project, publicApp } from "../project.ts";

const golden = join(import.meta.dirname, "../../../golden/cli");
const preview = join(golden, "preview.json");

/** Compares with the recorded text; UPDATE_GOLDEN=1 records it anew. */
function sameAsRecorded(name: string, actual: string): void {
  const file = join(golden, name);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, "utf8"));
}

async function commentOf(project: Project, ...options: string[]): Promise<string> {
  const { code, out, err } = await cli(project, ["comment", ...options]);
  assert.deepEqual([code, err], [0, ""]);
  return out;
}

/** The order that a reviewer reads in. */
function assertOrder(text: string, ...parts: string[]): void {
  const places = parts.map((part) => text.indexOf(part));
  assert.ok(
    places.every((place, i) => place > (places[i - 1] ?? -1)),
    `${parts.map((part, i) => `${places[i]}: ${part}`).join("\n")}\n\n${text}`,
  );
}

const eventful = (now: ReturnType<typeof house>): void => {
  now.users.groups.readers = ["bob@gmail.com"];
  now.apps.ddns = publicApp("ddns.example.org");
  now.accessTests.apps.wiki = [{ allow: ["bob@gmail.com"] }];
  now.phase = "cutover";
};

describe("the comment on a pull request", () => {
  it("equals the golden file for a change that has everything", async () => {
    const text = await commentOf(changedHouse(eventful), "--preview", preview);
    sameAsRecorded("comment.md.txt", text);
    assertOrder(
      text,
      "<!-- pomerium-migration:house -->\n### ✖ house: ",
      "**Resources**: `+ 2 to create`",
      "newly public",
      "#### Who gains and who loses",
      "users.groups.readers&#91;0&#93;",
      "**Access tests**",
      "#### Phase: coexist → cutover",
      "pulumi up --stack house",
      "Way back:\n\n```\npulumi config set --stack house phase coexist && pulumi up --stack house\n```",
      "<details>",
      "41 unchanged\n```\n\n</details>\n",
    );
  });

  it("equals the golden file if nothing changes", async () => {
    const text = await commentOf(changedHouse());
    sameAsRecorded("comment-quiet.md.txt", text);
    assert.match(text, /^### ✔ house: nobody gains or loses access$/m);
  });

  it("equals the golden file for a failed preview, with the provider's message", async () => {
    const text = await commentOf(changedHouse(), "--preview", join(golden, "preview-failed.json"));
    sameAsRecorded("comment-failed.md.txt", text);
    assert.match(text, /^### ✖ house: the preview fails with 1 error$/m);
    assert.match(text, /not counted, because the preview ended early/);
    assert.ok(!text.includes("\u001b"));
  });

  it("equals the golden file for a refused stack file", async () => {
    const project = changedHouse((now) => {
      now.apps.komga!.access = { groups: ["readrs"] };
    });
    const text = await commentOf(project, "--preview", preview);
    sameAsRecorded("comment-refused.md.txt", text);
    assert.match(text, /^### ✖ house: the stack file is refused$/m);
    assert.match(text, /did you mean "readers"/);
  });

  it("has the access diff alone where there are no credentials, and says so", async () => {
    const text = await commentOf(changedHouse(eventful));
    assert.match(
      text,
      /^\*\*Resources\*\*: no preview, because this run has no credentials for the cluster/m,
    );
    assert.match(text, /newly public/);
    assert.doesNotMatch(text, /<details>/);
  });

  it("is written for a preview that ended before it began, with what it said", async () => {
    const project = changedHouse();
    project.put("preview.json", "");
    project.put("preview.txt", "error: no stack named 'house' found\n");
    const text = await commentOf(project, "--preview", "preview.json", "--raw", "preview.txt");
    assert.match(text, /^### ✖ house: the preview ended before it began$/m);
    assert.match(text, /```\nerror: no stack named 'house' found\n```/);
  });

  it("is written where the revision before cannot be read, and says why", async () => {
    const project = makeProject({ house: { ...house(), phase: "cutovre" } });
    project.commit();
    project.write("house", house());
    const text = await commentOf(project);
    assert.match(text, /^### ⚠ house: the access diff cannot be made$/m);
    assert.match(text, /Pulumi\.house\.yaml at HEAD: 1 problem/);
  });

  it("takes the access diff from a file", async () => {
    const project = changedHouse(eventful);
    await cli(project, ["diff", "--json", "--output", "diff.json"]);
    const text = await commentOf(project, "--diff", "diff.json", "--phase", "coexist");
    assert.equal(text, await commentOf(project));
    project.put("diff.json", '{"version":1,"kind":"access-matrix"}');
    const { code, err } = await cli(project, ["comment", "--diff", "diff.json"]);
    assert.equal(code, 1);
    assert.match(err, /--diff: not an access diff .*write it with `npx pomerium-migration diff --json/);
  });

  it("says that there is no way back before it is too late", async () => {
    const project = makeProject({ house: { ...house(), phase: "cutover" } });
    project.commit();
    project.write("house", { ...house(), phase: "retired" });
    const text = await commentOf(project);
    assert.match(
      text,
      /^### ⚠ house: the phase goes from cutover to retired, from which there is no way back$/m,
    );
    assert.match(text, /^Way back: none, once ingress-nginx is gone$/m);
  });

  it("shows no property's value, only where it changes", async () => {
    const text = await commentOf(changedHouse(), "--preview", preview);
    assert.match(text, /~ metadata\.annotations\["ingress\.pomerium\.io\/policy"\]/);
    assert.doesNotMatch(text, /a value that no comment shows|\[secret\]/);
  });

  it("shows names from a preview as text, whatever they hold", async () => {
    const project = changedHouse();
    const name = "a`b|c</details>@everyone\n# <img src=x>";
    const text = `${"`".repeat(40)}\n</details>\n\n# not a title\n@everyone ${"`".repeat(5)}\n`;
    project.put(
      "preview.json",
      JSON.stringify({
        steps: [{ op: "delete", urn: `urn:pulumi:house::p::t::${name}` }],
        diagnostics: [{ severity: "error", message: `error: ${text}` }],
        changeSummary: { delete: 1 },
      }),
    );
    project.put("preview.txt", text);
    const comment = await commentOf(project, "--preview", "preview.json", "--raw", "preview.txt");
    const outside = withoutFences(comment);
    assert.doesNotMatch(outside, /@everyone|<img|not a title/);
    assert.equal(outside.match(/<details>/g)?.length, 1);
    assert.equal(outside.match(/<\/details>/g)?.length, 1);
  });

  it("fits GitHub's limit whatever the names and reasons are", () => {
    const text = fc.oneof(
      { weight: 30, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }).map((count) => "`|<x>@".repeat(count)) },
    );
    const row = fc.record({
      kind: fc.constantFrom(...kinds),
      person: text,
      host: text,
      path: text,
      paths: fc.array(text, { maxLength: 3 }),
      before: fc.constantFrom("allow" as const, "deny" as const),
      after: fc.constantFrom("allow" as const, "unknown" as const),
      rule: text,
      keyPath: text,
      reason: text,
    });
    const diff = fc.record({
      before: fc.string(),
      after: fc.string(),
      rows: fc.array(row, { maxLength: 30 }),
      public: fc.array(text, { maxLength: 20 }),
      open: fc.constant({ paths: 1, apps: 1, before: { paths: 2, apps: 1 }, entered: 0, left: 1 }),
      unreadable: fc.array(fc.record({ view: text, at: text, reason: text }), { maxLength: 5 }),
    });
    const preview = fc.record({
      steps: fc.array(
        fc.record({
          op: fc.constantFrom("delete", "create"),
          type: text,
          name: text,
          changes: fc.constant([]),
        }),
        { maxLength: 30 },
      ),
      counts: fc.constant({ delete: 3 }),
      said: fc.array(fc.record({ severity: fc.constantFrom("error", "info"), text }), { maxLength: 9 }),
    });
    fc.assert(
      fc.property(diff, preview, fc.option(text, { nil: undefined }), (found, planned, refused) => {
        const written = compose({
          name: "house",
          access: { diff: found, notes: [] },
          preview: planned,
          ...(refused === undefined ? {} : { refused }),
        });
        assert.ok(written.length <= commentLimit, String(written.length));
        assert.ok(written.startsWith("<!-- pomerium-migration:house -->\n### "));
        assert.ok(written.endsWith("\n\n</details>\n"));
        withoutFences(written);
      }),
      { numRuns: 25 },
    );
  });

  it("fits GitHub's limit with every row of a large change counted, and the end of the preview", async () => {
    const project = changedHouse((now) => {
      for (let i = 0; i < 400; i++)
        now.apps[`app${i}`] = {
          namespace: "many",
          service: { name: `app${i}`, port: 80 },
          access: { groups: ["readers"], api: [`/a${i}`, `/b${i}`] },
        };
    });
    project.put(
      "preview.txt",
      `${"+ kubernetes:core/v1:Service\n".repeat(9000)}Resources:\n    + 800 to create\n`,
    );
    const text = await commentOf(project, "--preview", preview, "--raw", "preview.txt");
    assert.ok(text.length <= commentLimit, String(text.length));
    assert.match(text, /800 paths open to anonymous callers$/m);
    assert.match(text, /^- 785 more paths open to callers without a session$/m);
    assert.match(text, /\d+ more changes: `npx pomerium-migration diff house` shows them\./);
    assert.match(text, /#### Phase: coexist/);
    assert.match(text, /The raw preview: the last \d+ of 9002 lines; all of it is in the job’s log/);
    assert.ok(text.endsWith("Resources:\n    + 800 to create\n```\n\n</details>\n"));
  });
});

/** What is left to GitHub's renderer as Markdown: fenced blocks, as CommonMark closes them, are not. */
function withoutFences(text: string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const run = /^ {0,3}(`{3,})([^`]*)$/.exec(line);
    if (fence === undefined && run) fence = run[1];
    else if (fence !== undefined && run && run[1]!.length >= fence.length && run[2]!.trim() === "")
      fence = undefined;
    else if (fence === undefined) kept.push(line);
  }
  assert.equal(fence, undefined, "every fence is closed");
  return kept.join("\n");
}
