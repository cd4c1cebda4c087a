import { isNode } from "yaml";
import { didYouMean } from "./nearest.ts";
import type { Place, PlaceOf } from "./place.ts";
import { type Problem, StackFileError } from "./problems.ts";
import { project } from "./project.ts";
import { keyProblems, nearestPlace, parseMap, placesBelow, valuesOf } from "./yaml-map.ts";
import { oddKey, placeAt } from "./yaml-syntax.ts";

/** The content of a stack file. */
export interface StackFile {
  /** The project's keys without their namespace, and their values as the file has them. */
  raw: Record<string, unknown>;
  /** Problems of the file that do not depend on what the keys mean. */
  problems: Problem[];
  placeOf: PlaceOf;
}

/**
 * Top-level keys of a stack file. All except `config` are Pulumi's own.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
 */
const pulumiKeys = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"] as const;

/** Namespaces of the program's providers and of Pulumi itself. The program ignores their keys. */
export const otherNamespaces: readonly string[] = ["cloudflare", "kubernetes", "pulumi", "random"];

/** The section that a key without its namespace means; undefined if it means none. */
export type Meant = (name: string, value: unknown) => string | undefined;

/**
 * Reads the text of a stack file.
 *
 * @param file Name of the file, for errors.
 * @param meant Finds sections of the project under the namespace of a provider. Default: there are none.
 * @throws StackFileError if the text is not YAML.
 */
export function readStackFile(file: string, text: string, meant?: Meant): StackFile {
  const parsed = parseMap(text, "must be a map with the key `config`");
  if (Array.isArray(parsed)) throw new StackFileError(file, parsed);
  const { root, counter } = parsed;
  const config = root.get("config", true);
  const top = { nameOf: ownKey, twice: `, with and without the namespace ${project}` };
  const problems = keyProblems(config, parsed, top);
  for (const { key } of root.items) {
    const odd = oddKey(key);
    const name = odd === undefined ? String(key) : "";
    if ((pulumiKeys as readonly string[]).includes(name)) continue;
    problems.push({
      at: name,
      message:
        odd === undefined
          ? `unknown key of a stack file${didYouMean(name, pulumiKeys)}`
          : `has ${odd} in the place of a key of the stack file`,
      ...(isNode(key) && key.range ? { place: placeAt(key.range[0], counter) } : {}),
    });
  }
  const below = valuesOf(config, parsed);
  if (Array.isArray(below)) throw new StackFileError(file, below);
  const { values } = below;
  problems.push(...foreignKeys(values, meant));
  const raw = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const own = ownKey(key);
      return own === undefined ? [] : [[own, value]];
    }),
  );
  let places: ReadonlyMap<string, Place> | undefined;
  const placeOf: PlaceOf = (at) => {
    places ??= placesBelow(config, parsed, top);
    return nearestPlace(places, at);
  };
  return { raw, problems, placeOf };
}

/** A key without the project's namespace, which is optional in Pulumi; undefined for a key of another namespace. */
function ownKey(key: string): string | undefined {
  const own = key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;
  return own.includes(":") ? undefined : own;
}

/**
 * Problems for the keys that neither the program nor a provider reads. Without these problems, a mistyped namespace
 * would silently drop a whole section.
 */
export function foreignKeys(
  values: Readonly<Record<string, unknown>>,
  meant: Meant = () => undefined,
): Problem[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (ownKey(key) !== undefined) return [];
    const name = key.split(":").at(-1)!;
    const isOfProvider = otherNamespaces.includes(key.split(":", 1)[0]!);
    const section = isOfProvider ? meant(name, value) : name;
    return section === undefined
      ? []
      : [
          {
            at: key,
            message: `nothing reads this key; write it as ${project}:${section}, or remove it`,
          },
        ];
  });
}
