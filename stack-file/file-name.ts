import { basename } from "node:path";

/** The name of a stack's file, which is beside Pulumi.yaml. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** The stack of a file: `Pulumi.octavo.yaml` → `octavo`. */
export function stackOf(path: string): string {
  const file = basename(path);
  return /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? file;
}
