/** The only file that writes an overlay to the disk. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { stringify } from "yaml";
import { sha256 } from "../../stack-file/sha256.ts";
import { overlayFolders } from "./overlay.ts";

/**
 * Writes an overlay into a folder of the cache. The folder is named by its contents, so the same overlay has the same
 * folder in every run, and a folder never changes.
 *
 * @param files What `overlay` returned.
 * @param baseDirectory Absolute path of the kustomization to build on.
 * @param cacheDir Cache of this program.
 * @returns The folder with `foundation` and `workload` in it.
 */
export async function writeOverlay(
  files: Record<string, string>,
  baseDirectory: string,
  cacheDir: string,
): Promise<string> {
  const overlays = join(cacheDir, "overlay");
  await mkdir(overlays, { recursive: true });
  const name = sha256(JSON.stringify([Object.entries(files).sort(), baseDirectory]));
  const directory = join(await realpath(overlays), name);
  if (existsSync(directory)) return directory;

  // kustomize refuses an absolute base, and it resolves links before it follows `..`.
  const base = relative(join(directory, overlayFolders.base), await realpath(baseDirectory));
  const all = { ...files, [`${overlayFolders.base}/kustomization.yaml`]: stringify({ resources: [base] }) };

  const scratch = await mkdtemp(join(overlays, ".write-"));
  try {
    for (const [file, text] of Object.entries(all)) {
      await mkdir(dirname(join(scratch, file)), { recursive: true });
      await writeFile(join(scratch, file), text);
    }
    await rename(scratch, directory).catch((error: NodeJS.ErrnoException) => {
      // Another run was faster, and it wrote the same.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return directory;
}
