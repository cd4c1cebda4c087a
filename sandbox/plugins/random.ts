/**
 * Stand-in for Pulumi's random provider.
 *
 * Imitates: RandomPassword. Does not imitate: other resources, minimum counts of character kinds, `bcryptHash`, or
 * imports.
 */
import { randomInt } from "node:crypto";
import { type Properties, serveProvider } from "./provider.ts";

const KINDS: readonly [input: string, characters: string][] = [
  ["lower", "abcdefghijklmnopqrstuvwxyz"],
  ["upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  ["numeric", "0123456789"],
  ["special", "!@#$%&*()-_=+[]{}<>:?"],
];

/** Supported inputs. Other inputs are refused, not ignored. */
const KNOWN = new Set(["length", "overrideSpecial", "keepers", ...KINDS.map(([input]) => input)]);

function randomPassword(inputs: Properties): string {
  const unknown = Object.keys(inputs).filter((key) => !KNOWN.has(key));
  if (unknown.length > 0)
    throw new Error(`the sandbox's pulumi-resource-random does not implement ${unknown.join(", ")}`);
  const { length, overrideSpecial } = inputs;
  const characters = KINDS.filter(([input]) => inputs[input] !== false)
    .map(([input, usual]) => (input === "special" ? String(overrideSpecial ?? usual) : usual))
    .join("");
  if (characters === "") throw new Error("every kind of character is excluded");
  if (!Number.isInteger(length) || Number(length) < 1)
    throw new Error("length must be a whole number of at least 1");
  return Array.from({ length: Number(length) }, () => characters[randomInt(characters.length)]).join("");
}

serveProvider({
  name: "random",
  types: {
    "random:index/randomPassword:RandomPassword": {
      fixed: [...KNOWN],
      // The SDK declares `result` to be secret.
      create: async (inputs) => ({ id: "none", outputs: { result: randomPassword(inputs) } }),
      // Nothing outside the state has the value, so a refresh has nothing to compare with.
      read: async (_, known) => {
        if (Object.keys(known).length === 0)
          throw new Error("the sandbox's pulumi-resource-random does not implement imports");
        return { inputs: {}, outputs: {} };
      },
      delete: async () => {},
    },
  },
});
