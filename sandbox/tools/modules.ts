/** The sources of Go modules, and the arguments that depend on them. */

import { execFile } from "node:child_process";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Family } from "./programs.ts";

const SDK = "github.com/pulumi/pulumi-kubernetes/sdk/v4";

/** Runs `go` in the folder of a family, and returns its output. */
export type RunGo = (family: Family | "cert-manager", args: string[]) => Promise<string>;

/** Folder with the sources of a module. Downloads them if they are missing. */
export async function moduleFolder(
  family: Family | "cert-manager",
  module: string,
  run: RunGo,
): Promise<string> {
  const { Dir } = JSON.parse(await run(family, ["mod", "download", "-json", module])) as { Dir: string };
  return Dir;
}

/**
 * Arguments with which Go builds this project's `main` of the provider. It embeds the schema from upstream's module,
 * and replaces one file of the SDK (`kinds/kinds.go` says why).
 *
 * @param scratch Temporary folder. The same in every call, because Go's cache identifies sources by their folder.
 */
export async function providerArgs(scratch: string, run: RunGo): Promise<string[]> {
  const family = "kubernetes-provider";
  const [upstream, sdk] = await Promise.all([
    moduleFolder(family, "github.com/pulumi/pulumi-kubernetes/provider/v4", run),
    moduleFolder(family, SDK, run),
  ]);
  const folder = join(import.meta.dirname, family);
  await rm(scratch, { recursive: true, force: true });
  await cp(join(sdk, "go.mod"), join(scratch, "sdk", "go.mod"));
  await cp(join(sdk, "go"), join(scratch, "sdk", "go"), { recursive: true });
  // Go keeps modules and their folders read-only.
  await promisify(execFile)("chmod", ["-R", "u+w", scratch]);
  await cp(
    join(folder, "kinds", "kinds.go"),
    join(scratch, "sdk", "go", "kubernetes", "yaml", "v2", "kinds.go"),
  );
  const goMod = await readFile(join(folder, "go.mod"), "utf8");
  await writeFile(join(scratch, "go.mod"), `${goMod}\nreplace ${SDK} => ${join(scratch, "sdk")}\n`);
  await cp(join(folder, "go.sum"), join(scratch, "go.sum"));
  const schema = join(upstream, "cmd", "pulumi-resource-kubernetes", "schema.json");
  const overlay = { Replace: { [join(folder, "schema.json")]: schema } };
  await writeFile(join(scratch, "overlay.json"), JSON.stringify(overlay));
  return ["-modfile", join(scratch, "go.mod"), "-overlay", join(scratch, "overlay.json")];
}
