/**
 * Pulumi's random provider, as much of it as the program uses: RandomPassword.
 *
 * Not implemented: every other resource, minimum counts of kinds of characters, `bcryptHash`, and imports.
 */
import { randomInt } from "node:crypto";
import { type Properties, serveProvider } from "./provider.ts";

const KINDS: readonly [input: string, characters: string][] = [
  ["lower", "abcdefghijklmnopqrstuvwxyz"],
  ["upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  ["numeric", "0123456789"],
  ["special", "!@#$%&*()-_=+[]{}<>:?"],
];

/** Inputs that this provider understands; another one is refused rather than ignored. */
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
    throw new Error("length must be a whole number from 1 on");
  return Array.from({ length: Number(length) }, () => characters[randomInt(characters.length)]).join("");
}

serveProvider({
  name: "random",
  types: {
    "random:index/randomPassword:RandomPassword": {
      fixed: [...KNOWN],
      // The SDK declares `result` to be secret.
      create: async (inputs) => ({ id: "none", outputs: { result: randomPassword(inputs) } }),
      delete: async () => {},
    },
  },
});
