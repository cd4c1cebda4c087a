import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type Picture, readPng } from "./png.ts";

const run = promisify(execFile);

/** Chromium as the environment names it, or the one on the PATH; undefined without a browser. */
export const chromium: string | undefined =
  process.env.CHROMIUM ??
  (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
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
  height: number;
  dark?: boolean;
}

/** Where the page has put a node, in pixels from the window's upper left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Seen {
  picture: Picture;
  /** Width that the page asks for; more than the window's means that it scrolls sideways. */
  pageWidth: number;
  /** Boxes of the nodes that each selector finds, in the order of the page. */
  boxes: Record<string, Box[]>;
}

/** Writes down where the nodes are, in the page itself. */
function measuring(selectors: readonly string[]): string {
  return `const boxes={};
for(const one of ${JSON.stringify(selectors)})boxes[one]=[...document.querySelectorAll(one)].map((node)=>{
  const {x,y,width,height}=node.getBoundingClientRect();
  return {x,y,width,height};
});
const textContent=JSON.stringify({pageWidth:document.documentElement.scrollWidth,boxes});
document.body.append(Object.assign(document.createElement("pre"),{id:"measured",hidden:true,textContent}));`;
}

/**
 * Opens a page in a headless browser without any network, for its picture and for where its nodes are. The
 * page's own content security policy stays in force; the measuring script is named in it.
 */
export async function look(
  html: string,
  { width, height, dark = false }: Look,
  selectors: string[],
): Promise<Seen> {
  const folder = await mkdtemp(join(tmpdir(), "access-page-"));
  try {
    const script = measuring(selectors);
    const hash = createHash("sha256").update(script).digest("base64");
    const page = join(folder, "page.html");
    const shot = join(folder, "page.png");
    await writeFile(
      page,
      `${html.replace("script-src ", `script-src 'sha256-${hash}' `)}<script>${script}</script>`,
    );
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--hide-scrollbars",
      "--force-device-scale-factor=1",
      `--user-data-dir=${join(folder, "profile")}`,
      `--window-size=${width},${height}`,
      `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`,
      `--screenshot=${shot}`,
      "--dump-dom",
    ];
    const { stdout } = await run(chromium!, [...flags, `file://${page}`], {
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    const json = /<pre id="measured" hidden="">([^<]*)<\/pre>/.exec(stdout)?.[1];
    if (json === undefined) throw new Error("the browser did not measure the page");
    const measured = JSON.parse(json.replaceAll("&quot;", '"').replaceAll("&gt;", ">")) as Omit<
      Seen,
      "picture"
    >;
    return { picture: readPng(await readFile(shot)), ...measured };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
