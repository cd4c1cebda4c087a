/** Runs every benchmark of this folder, one after another. Passes `--json` on. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

for (const file of readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".bench.ts"))
  .sort()) {
  console.log(`\n${file}`);
  spawnSync(process.execPath, [path.join(import.meta.dirname, file), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
}
