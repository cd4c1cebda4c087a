import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium as driver, type Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Chromium as the environment names it, or the one on the PATH; undefined without a browser. */
export const chromium: string | undefined =
  process.env.CHROMIUM ??
  (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

export interface Look {
  width: number;
  height?: number;
  dark?: boolean;
  /** Default: true. */
  scripts?: boolean;
}

/** One browser for all tests, which opens pages from files, as people do. */
export class Viewer {
  readonly #browser: Browser;
  readonly #folder: string;
  #count = 0;

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  static async start(): Promise<Viewer> {
    const browser = await driver.launch({
      executablePath: chromium!,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
      ],
    });
    return new Viewer(browser, await mkdtemp(join(tmpdir(), "report-page-")));
  }

  /**
   * Opens a page. Whatever it complains about, and every request of its own, ends up in `complaints`.
   *
   * @param anchor The part after `#` of the address.
   */
  async open(
    html: string,
    { width, height = 900, dark = false, scripts = true }: Look,
    anchor = "",
  ): Promise<{ page: Page; complaints: string[] }> {
    const file = join(this.#folder, `${this.#count++}.html`);
    await writeFile(file, html);
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: scripts,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    const { href } = pathToFileURL(file);
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== href) complaints.push(`asks for ${request.url()}`);
    });
    await page.goto(`${href}${anchor}`);
    return { page, complaints };
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
