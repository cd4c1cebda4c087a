import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../stack-file/sha256.ts";
import { goPlatform } from "./go.ts";
import {
  COMPILER_FLAGS,
  FAMILIES,
  type Family,
  linkerFlags,
  readVersions,
  type ToolVersions,
} from "./programs.ts";

/** Raise this number when the build of the same sources changes, so that older caches are not used. */
const LAYOUT = 2;

/** Everything that decides how the programs are built. */
export interface BuildRecipe {
  /** Folder of each family: its name, and a hash of everything that its programs are built from. */
  folders: Record<Family, string>;
  linkerFlags: Record<Family, string>;
  versions: ToolVersions;
  /** The oldest Go version that can build the programs, from the `go` lines of the go.mod files. */
  goVersion: string;
}

export async function readRecipe(): Promise<BuildRecipe> {
  const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, file), "utf8");
  const [controlPlane, pulumi, provider, certManager, providerSources] = await Promise.all([
    read("control-plane/go.mod"),
    read("pulumi/go.mod"),
    read("kubernetes-provider/go.mod"),
    read("cert-manager/go.mod"),
    Promise.all(["main.go", "kinds/kinds.go"].map((file) => read(`kubernetes-provider/${file}`))),
  ]);
  const goMods = {
    "control-plane": controlPlane,
    pulumi,
    "kubernetes-provider": provider,
    "cert-manager": certManager,
  };
  const versions = readVersions(goMods);
  const flags = (family: Family): string => linkerFlags(family, versions);
  const folder = (family: Family): string => {
    // Without go.sum, which only confirms the versions in go.mod.
    const sources = [goMods[family], family === "kubernetes-provider" ? providerSources : certManager];
    const all = [LAYOUT, sources, flags(family), COMPILER_FLAGS, goPlatform()];
    return `${family}-${sha256(JSON.stringify(all)).slice(0, 12)}`;
  };
  const byFamily = (of: (family: Family) => string): Record<Family, string> =>
    Object.fromEntries(FAMILIES.map((family) => [family, of(family)])) as Record<Family, string>;
  return {
    folders: byFamily(folder),
    linkerFlags: byFamily(flags),
    versions,
    goVersion: /^go (\S+)$/m.exec(pulumi)?.[1] ?? "",
  };
}
