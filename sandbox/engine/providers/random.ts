import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { changedPaths, formatPaths } from "../diff.ts";
import { type Properties, revealAll, secret, type Value } from "../values.ts";
import type { Provider } from "./provider.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

interface Generated {
  id: string;
  outputs: Properties;
}

/**
 * The resources of the `random` package, made here. As the real provider's, none of them can change: another
 * input makes another resource.
 *
 * Two outputs differ from the real provider's: RandomPassword has no `bcryptHash`, and RandomBytes has the id
 * `none`, where the real one puts the bytes themselves into the id, and so unsealed into the state.
 */
export function randomProvider(): Provider {
  return {
    check: async ({ inputs }) => inputs,
    diff: ({ old, inputs }) => {
      const paths = formatPaths(changedPaths(old.inputs, inputs));
      return { paths, replaces: paths, deleteBeforeReplace: false };
    },
    create: async ({ type, inputs, preview }) => {
      const generate = GENERATORS[type];
      if (!generate) throw new Error(`the stand-in engine has no ${type}; use the Pulumi CLI for it`);
      if (preview) return { outputs: inputs };
      const { id, outputs } = generate(revealAll(inputs));
      return { id, outputs: { ...inputs, ...outputs } };
    },
    read: async ({ type }) => {
      throw new Error(`the stand-in engine cannot import or read ${type}; use the Pulumi CLI for it`);
    },
    update: async ({ inputs, old }) => ({ ...old.outputs, ...inputs }),
    delete: async () => {},
    construct: async ({ type }) => {
      throw new Error(`${type} is no component`);
    },
  };
}

const GENERATORS: Record<string, (inputs: Properties) => Generated> = {
  "random:index/randomBytes:RandomBytes": ({ length }) => {
    const bytes = randomBytes(count(length, "length"));
    return {
      id: "none",
      outputs: { base64: secret(bytes.toString("base64")), hex: secret(bytes.toString("hex")) },
    };
  },
  "random:index/randomId:RandomId": ({ byteLength, prefix }) => {
    const bytes = randomBytes(count(byteLength, "byteLength"));
    const before = typeof prefix === "string" ? prefix : "";
    const id = bytes.toString("base64url");
    return {
      id,
      outputs: {
        b64Url: before + id,
        b64Std: before + bytes.toString("base64"),
        hex: before + bytes.toString("hex"),
        dec: before + BigInt(`0x${bytes.toString("hex")}`).toString(),
      },
    };
  },
  "random:index/randomPassword:RandomPassword": (inputs) => ({
    id: "none",
    outputs: { ...characterDefaults(inputs), result: secret(randomText(inputs)) },
  }),
  "random:index/randomString:RandomString": (inputs) => {
    const result = randomText(inputs);
    return { id: result, outputs: { ...characterDefaults(inputs), result } };
  },
  "random:index/randomUuid:RandomUuid": () => {
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
};

function count(value: Value | undefined, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw new Error(`${name} must be a whole number from 1 on`);
  }
  return value;
}

function characterDefaults(inputs: Properties): Properties {
  const numeric = inputs.numeric ?? inputs.number ?? true;
  const minimums = { minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 };
  return { lower: true, upper: true, special: true, ...minimums, ...inputs, numeric, number: numeric };
}

function randomText(inputs: Properties): string {
  const wanted = characterDefaults(inputs);
  const special = typeof inputs.overrideSpecial === "string" ? inputs.overrideSpecial : SPECIAL;
  const kinds: [boolean, string, Value | undefined][] = [
    [wanted.lower === true, LOWER, wanted.minLower],
    [wanted.upper === true, LOWER.toUpperCase(), wanted.minUpper],
    [wanted.numeric === true, NUMERIC, wanted.minNumeric],
    [wanted.special === true, special, wanted.minSpecial],
  ];
  const length = count(inputs.length, "length");
  const all = kinds.map(([used, characters]) => (used ? characters : "")).join("");
  const required = kinds.flatMap(([, characters, minimum]) => pick(characters, Number(minimum)));
  if (required.length > length || all === "") {
    throw new Error("length is smaller than the minimums together, or every kind of character is excluded");
  }
  return shuffle([...required, ...pick(all, length - required.length)]).join("");
}

function pick(characters: string, times: number): string[] {
  return Array.from({ length: times }, () => characters.charAt(randomInt(characters.length)));
}

function shuffle<T>(items: T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
