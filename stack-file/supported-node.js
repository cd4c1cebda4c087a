/**
 * Ends the process with one clear line if this Node is older than `engines` in package.json asks for, or cannot run
 * TypeScript. Every entry of the project loads this file first. It is plain JavaScript, because an old Node cannot read the other files.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const { engines } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const needed = engines.node.replace(/^>=/, "");
const present = process.versions.node;

const isTooOld = isOlder(present, needed);

if (isTooOld || !process.features.typescript) {
  const bundled = fileURLToPath(new URL("node_modules/.bin", root));
  const lacks = isTooOld
    ? ""
    : ", and it does not run TypeScript: Node 23 does from 23.6 on, and NODE_OPTIONS can switch it off";
  console.error(
    `pomerium-migration needs Node ${needed} or newer. This is Node ${present} (${process.execPath})${lacks}. ` +
      `Install a newer one, or use the one that npm ci has installed: export PATH="${bundled}:$PATH"`,
  );
  process.exit(1);
}

/** Whether a version is older than another one. Node's own comparison of numbers in texts takes 10 ms to load. */
function isOlder(version, other) {
  const parts = other.split(".").map(Number);
  const own = version.split(".").map(Number);
  const first = parts.findIndex((part, i) => part !== own[i]);
  return first >= 0 && (own[first] ?? 0) < parts[first];
}
