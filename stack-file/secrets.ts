import { setSecret } from "./commands.ts";
import { isMap, type PathPart, valueAt } from "./paths.ts";
import type { Report } from "./problems.ts";
import { SecretText } from "./secret-text.ts";

/**
 * A secret: hidden text in the program; sealed on the command line, which reads stack files without their
 * key and sees no secret.
 */
export type Secret = SecretText | Sealed;

/** A secret as it stands in a stack file, encrypted by Pulumi; empty when it has yet to be set. */
export interface Sealed {
  secure: string;
}

/** How a stack file's secrets arrive. */
export interface SecretOptions {
  /**
   * Whether a secret given as text stands unencrypted in the stack file, which is refused. Default: always,
   * as in a file; the program knows which ones Pulumi has decrypted.
   */
  plain?: (path: readonly PathPart[], text: string) => boolean;
  /** A secret that is absent is refused, or mentioned only. Default: refused. */
  missingSecrets?: "error" | "warning";
}

/** Top-level keys that may hold secrets. All other values end up in plain state anyway. */
export const secretSections: readonly string[] = ["pomerium", "certificates", "tunnels"];

/**
 * Where the stack file has, or lacks, a secret: what its own choices (solver, storage, tunnels) ask for.
 * Reads the file as it stands, well-formed or not.
 */
export function secretPaths(raw: unknown): PathPart[][] {
  const paths: PathPart[][] = [["pomerium", "identityProvider", "clientSecret"]];
  if (isMap(valueAt(raw, ["pomerium", "storage", "postgres"])))
    paths.push(["pomerium", "storage", "postgres", "connection"]);
  for (const zone of keys(raw, ["certificates", "zones"])) {
    const at = ["certificates", "zones", zone];
    if (isMap(valueAt(raw, [...at, "porkbun"])))
      paths.push([...at, "porkbun", "apiKey"], [...at, "porkbun", "secretApiKey"]);
    if (isMap(valueAt(raw, [...at, "cloudflare"]))) paths.push([...at, "cloudflare", "apiToken"]);
  }
  for (const tunnel of keys(raw, ["tunnels"]))
    if (isMap(valueAt(raw, ["tunnels", tunnel]))) paths.push(["tunnels", tunnel, "apiToken"]);
  return paths;
}

function keys(raw: unknown, path: readonly PathPart[]): string[] {
  const value = valueAt(raw, path);
  return isMap(value) ? Object.keys(value) : [];
}

/** Reports secrets that are missing, empty or in plain, each with the command that sets it. */
export function checkSecrets(stack: string, raw: unknown, options: SecretOptions, report: Report): void {
  for (const path of secretPaths(raw)) {
    const value = valueAt(raw, path);
    // A section that is absent or of the wrong type has been reported as a whole.
    if (value === undefined && !isMap(valueAt(raw, path.slice(0, -1)))) continue;
    if (value === undefined || value === "") {
      if (options.missingSecrets === "warning") report.warning(path, `missing; ${setSecret(stack, path)}`);
      else report.problem(path, value === "" ? "is empty" : "missing", setSecret(stack, path));
    } else if (typeof value === "string" && (options.plain?.(path, value) ?? true))
      report.problem(
        path,
        "stands unencrypted in the stack file: replace it at its source, then encrypt the new one",
        setSecret(stack, path),
      );
  }
}

/** A secret of the stack; one that is absent, where that is allowed, is sealed and empty. */
export function asSecret(value: string | { secure: string } | undefined): Secret {
  return typeof value === "string" ? new SecretText(value) : (value ?? { secure: "" });
}
