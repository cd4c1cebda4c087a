import { strict as assert } from "node:assert";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { chromium, type Look, Viewer } from "../support/browser.ts";
import { type Picture, readPng } from "../support/png.ts";
import { accessPage, crowd, crowdedFleet, fleetReport, some, wholePage } from "../support/report-pages.ts";

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Whether there is ink at a distance from the middle of a cell, in all of eight directions. */
function ring(picture: Picture, { x, y, width, height }: Box, radius: number): boolean {
  const paper = picture.grey(x + 3, y + height / 2);
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  return Array.from({ length: 8 }, (_, i) => (i * Math.PI) / 4).every(
    (turn) =>
      Math.abs(picture.grey(middleX + Math.cos(turn) * radius, middleY + Math.sin(turn) * radius) - paper) >
      35,
  );
}

/** How much of the cell is not like its paper at all. */
function marked(picture: Picture, { x, y, width, height }: Box, threshold: number): number {
  const greys: number[] = [];
  for (let row = 2; row < height - 2; row++)
    for (let column = 2; column < width - 2; column++) greys.push(picture.grey(x + column, y + row));
  const paper = greys.toSorted((a, b) => a - b)[Math.floor(greys.length / 2)]!;
  return greys.filter((grey) => Math.abs(grey - paper) > threshold).length / greys.length;
}

const parts = ["access", "changes", "readiness", "audit"] as const;
const looks: Look[] = [390, 1280].flatMap((width) => [false, true].map((dark) => ({ width, dark })));
const named = ({ width, dark }: Look): string => `at ${width} pixels, ${dark ? "dark" : "light"}`;

/** The violations of the rules of axe, all of them, each with the nodes that break it. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found, passes } = await page.evaluate<Pick<AxeResults, "violations" | "passes">>(
    "axe.run({resultTypes: ['violations']}).then(({violations,passes})=>({violations,passes}))",
  );
  assert.ok(passes.length > 20, `only ${passes.length} rules found something to look at`);
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`,
  );
}

const sideways = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

/** Texts of the items that are seen. */
const shown = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(`${selector}:visible`).allTextContents()).map((text) => text.trim());

describe("the page of a report in a browser (Chromium on the PATH, or as CHROMIUM names it)", function () {
  this.timeout(240_000);
  let viewer: Viewer;
  before(async function () {
    if (chromium === undefined) this.skip();
    viewer = await Viewer.start();
  });
  after(() => viewer?.stop());

  for (const look of looks)
    it(`breaks no rule of axe, asks for nothing and fits the window ${named(look)}`, async () => {
      const { page, complaints } = await viewer.open(wholePage(), look);
      await page.evaluate(axe.source);
      for (const part of parts) {
        await page.click(`#tab-${part}`);
        if (part === "access") await page.locator("summary").nth(2).click();
        assert.deepEqual(await violations(page), [], part);
        assert.equal(await sideways(page), 0, part);
      }
      assert.deepEqual(complaints, []);
      await page.close();
    });

  for (const look of [
    { width: 390, dark: true },
    { width: 1280, dark: false },
  ])
    it(`breaks no rule of axe with several stacks ${named(look)}`, async () => {
      const { page, complaints } = await viewer.open(fleetReport(), look);
      await page.evaluate(axe.source);
      for (const id of ["fleet", "stack-1", "stack-2"]) {
        await page.click(`#tab-${id}`);
        for (const summary of await page.locator(`#${id} .part > summary`).all()) await summary.click();
        assert.deepEqual(await violations(page), [], id);
        assert.equal(await sideways(page), 0, id);
      }
      assert.deepEqual(complaints, []);
      await page.close();
    });

  it("leads from the table of a fleet to each stack, whose app links open the parts around them", async () => {
    const { page } = await viewer.open(fleetReport(), { width: 1280 });
    await page.click("#fleet tbody a[href='#stack-2']");
    assert.match(
      (await page.locator(".panel:visible").textContent()) ?? "",
      /stack file not read.*unknown group/,
    );
    await page.goto(`${page.url().split("#")[0]}#stack-1-app-2-in`);
    assert.ok(await page.isVisible("#stack-1-app-2 .why"));
    assert.equal(await page.isVisible("#stack-1-readiness"), false);
    await page.fill("#stack-1-apps-text", "komga");
    assert.deepEqual(await shown(page, "#stack-1 .apps .name b"), ["komga"]);
    await page.click("#tab-stack-0");
    await page.locator("#stack-0 .part > summary").first().click();
    assert.equal((await shown(page, "#stack-0 .apps .name b")).length, 9);
    await page.close();
  });

  it("has each part of each stack without its script", async () => {
    const { page } = await viewer.open(fleetReport(), { width: 1280, scripts: false });
    for (const id of ["fleet", "stack-0", "stack-1", "stack-2"])
      assert.ok(await page.isVisible(`#${id}`), id);
    await page.click("#fleet tbody a[href='#stack-1']");
    for (const summary of await page.locator("#stack-1 .part > summary").all()) await summary.click();
    for (const part of ["access", "readiness", "audit"])
      assert.ok(await page.isVisible(`#stack-1-${part}`), part);
    await page.goto(`${page.url().split("#")[0]}#stack-0-app-2-in`);
    assert.ok(await page.isVisible("#stack-0-app-2 .why"));
    await page.close();
  });

  it("stays usable with 10 stacks of 100 apps", async () => {
    const html = crowdedFleet(10, 100, 40);
    for (const width of [390, 1280]) {
      const { page } = await viewer.open(html, { width });
      await page.click("#tab-stack-7");
      await page.locator("#stack-7 .part > summary").first().click();
      assert.equal(await sideways(page), 0);
      await page.fill("#stack-7-apps-text", "person17.");
      const found = await shown(page, "#stack-7 .apps .name b");
      assert.ok(found.length > 0 && found.length < 20, `${found.length} apps`);
      await page.close();
    }
  });

  it("keeps names of any kind inside the window and inside their place", async () => {
    const evil = `</script><svg onload="alert(1)">${"long".repeat(40)}\u202e`;
    const { page, complaints } = await viewer.open(
      wholePage((plain) => plain + evil),
      { width: 390 },
    );
    for (const part of parts) {
      await page.click(`#tab-${part}`);
      assert.equal(await sideways(page), 0, part);
    }
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("shows one part at a time, by click and by keyboard, and keeps it in the address", async () => {
    const { page } = await viewer.open(wholePage(), { width: 1280 });
    assert.deepEqual(await page.locator(".panel:visible").count(), 1);
    await page.focus("#tab-access");
    for (const [key, id] of [
      ["ArrowRight", "changes"],
      ["End", "audit"],
      ["ArrowRight", "access"],
      ["ArrowLeft", "audit"],
      ["Home", "access"],
      ["ArrowRight", "changes"],
    ] as const) {
      await page.keyboard.press(key);
      assert.equal(await page.evaluate("document.activeElement.id"), `tab-${id}`, key);
      assert.equal(await page.locator(".panel:visible").getAttribute("id"), id);
    }
    assert.match(page.url(), /#changes$/);
    await page.reload();
    assert.ok(await page.isVisible("#changes"));
    await page.close();
  });

  it("gives the reasons to a keyboard and to a finger", async () => {
    const { page } = await viewer.open(wholePage(), { width: 1280 });
    const reasons = page.locator("#app-2 .why");
    assert.equal(await reasons.isVisible(), false);
    await page.focus("#app-2 summary");
    await page.keyboard.press("Enter");
    assert.match((await reasons.textContent()) ?? "", /group readers/);
    assert.ok(await reasons.isVisible());
    await page.keyboard.press("Enter");
    assert.equal(await reasons.isVisible(), false);
    // From the table, also twice to the same place.
    for (let i = 0; i < 2; i++) {
      await page.click(".grid a[href='#app-2-in']");
      assert.ok(await reasons.isVisible());
      await page.click("#app-2 summary");
    }
    assert.deepEqual(await page.locator("[title]").count(), 0);
    await page.close();
  });

  it("filters by name, by person and by state, and says when nothing matches", async () => {
    const { page } = await viewer.open(wholePage(), { width: 1280 });
    const apps = "#access .apps .name b";
    const status = page.locator("#access .status");
    const all = (await shown(page, apps)).length;
    await page.fill("#apps-text", "komga");
    assert.deepEqual(await shown(page, apps), ["komga"]);
    assert.deepEqual(await shown(page, "#access .grid tbody tr th"), ["komga"]);
    assert.equal(await status.textContent(), `1 of ${all}`);
    await page.fill("#apps-text", "bob@gmail.com");
    // Whether a policy about claims, or one that cannot be read, lets Bob in is not known.
    assert.deepEqual(await shown(page, apps), ["audiobookshelf", "headlamp", "broken"]);
    assert.deepEqual(await shown(page, "#access .grid th.person"), ["bob@gmail.com"]);
    await page.fill("#apps-text", "nobody has this");
    assert.deepEqual([await shown(page, apps), await status.textContent()], [[], "Nothing matches."]);
    assert.equal(await status.getAttribute("role"), "status");
    await page.fill("#apps-text", "");
    await page.selectOption("#apps-state", "public");
    assert.deepEqual(await shown(page, apps), ["ddns-updater"]);
    await page.selectOption("#apps-state", "");
    assert.deepEqual([(await shown(page, apps)).length, await status.textContent()], [all, ""]);
    await page.click("#tab-changes");
    await page.selectOption("#moves-state", "unclear");
    assert.equal((await shown(page, "#changes .move")).length, 1);
    await page.click("#tab-audit");
    await page.fill("#audit-0-text", "host7.");
    assert.equal((await shown(page, "#audit tbody tr")).length, 1);
    await page.close();
  });

  it("prints each closed part of a fleet", async () => {
    const { page } = await viewer.open(fleetReport(), { width: 794 });
    await page.emulateMedia({ media: "print" });
    const hidden = await page.evaluate<string[]>(
      `[...document.querySelectorAll(".panel, .part > div, .gate, .why tr")]
        .filter((node) => !node.checkVisibility({contentVisibilityAuto: true}) || node.getBoundingClientRect().height === 0)
        .map((node) => node.id || node.outerHTML.slice(0, 80))`,
    );
    assert.deepEqual(hidden, []);
    assert.equal(await sideways(page), 0);
    await page.evaluate(axe.source);
    assert.deepEqual(await violations(page), []);
    await page.close();
  });

  it("prints everything, whatever is filtered, closed or on another tab", async () => {
    const { page } = await viewer.open(wholePage(), { width: 794, dark: true });
    await page.fill("#apps-text", "nobody has this");
    await page.emulateMedia({ media: "print" });
    const hidden = await page.evaluate<string[]>(
      `[...document.querySelectorAll(".panel, .item, .row, .gate, .in, .why tr, .asked tr, .grid tr, h2, h3, svg, footer")]
        .filter((node) => !node.checkVisibility({contentVisibilityAuto: true}) || node.getBoundingClientRect().height === 0)
        .map((node) => node.id || node.outerHTML.slice(0, 80))`,
    );
    assert.deepEqual(hidden, []);
    assert.equal(await sideways(page), 0);
    assert.ok((await page.locator(".filter:visible, .tabs:visible").count()) === 0);
    // Paper is white, whatever the screen is.
    const picture = readPng(await page.screenshot());
    assert.equal(picture.grey(2, 2), 255);
    await page.evaluate(axe.source);
    assert.deepEqual(await violations(page), []);
    await page.emulateMedia({ media: null });
    const pages = (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type \/Page\b/g)!.length;
    assert.ok(pages >= parts.length, `${pages} pages`);
    await page.close();
  });

  it("is complete without its script", async () => {
    const { page } = await viewer.open(wholePage(), { width: 1280, scripts: false });
    for (const part of parts) assert.ok(await page.isVisible(`#${part}`), part);
    assert.equal(await page.locator(".filter:visible").count(), 0);
    await page.click(".grid a[href='#app-2-in']");
    assert.ok(await page.isVisible("#app-2 .why"));
    await page.close();
  });

  it("stays usable with 300 apps and 200 people", async () => {
    const html = crowd(300, 200);
    for (const width of [390, 1280]) {
      const { page } = await viewer.open(html, { width });
      assert.equal(await sideways(page), 0);
      await page.fill("#apps-text", "person17.");
      const found = await shown(page, ".apps .name b");
      assert.ok(found.length > 0 && found.length < 20, `${found.length} apps`);
      await page.close();
    }
  });

  const marks = { people: "td.p", api: "td.a", public: "td.u", unknown: "td.q", none: "td.n" } as const;

  for (const dark of [false, true])
    it(`tells people, API and public apart by their shape, ${dark ? "dark" : "light"}`, async () => {
      const { page } = await viewer.open(accessPage(some), { width: 1280, height: 2400, dark });
      const picture = readPng(await page.screenshot());
      const paper = picture.grey(2, 2);
      assert.ok(dark ? paper < 60 : paper > 200, `the paper is ${paper}`);
      const box = async (mark: keyof typeof marks): Promise<Box> => {
        const found = await page.locator(`.grid ${marks[mark]}`).first().boundingBox();
        assert.ok(found && found.width >= 30 && found.y + found.height < 2400, `${mark} is on the picture`);
        return found;
      };
      const [disc, circle, target] = [await box("people"), await box("api"), await box("public")];
      const is = (at: Box, radius: number): boolean => ring(picture, at, radius);
      assert.ok(is(disc, 0) && is(disc, 5) && !is(disc, 11), "people: a disc");
      assert.ok(!is(circle, 0) && !is(circle, 3) && is(circle, 8.5), "API: a ring");
      assert.ok(is(target, 0) && !is(target, 7) && is(target, 11.5), "public: a ring with a dot");
      assert.ok(marked(picture, target, 4) > marked(picture, circle, 4) + 0.15, "public: on stripes");
      assert.ok(marked(picture, await box("unknown"), 35) > 0.02, "unknown: a question mark");
      assert.equal(marked(picture, await box("none"), 4), 0, "none: blank");
      await page.close();
    });
});
