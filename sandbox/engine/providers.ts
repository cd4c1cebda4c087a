import { randomUUID } from "node:crypto";
import { changedPaths, formatPaths } from "./diff.ts";
import type { Ledger } from "./ledger.ts";
import { cloudflareProvider } from "./providers/cloudflare.ts";
import { kubernetesProvider } from "./providers/kubernetes/provider.ts";
import type { Provider, ProviderFactory, Surroundings } from "./providers/provider.ts";
import { randomProvider } from "./providers/random.ts";
import { isProviderType, packageOf, parseProviderReference } from "./urn.ts";
import { type Properties, revealAll } from "./values.ts";

/** The packages whose resources this engine can manage. */
export const PROVIDERS: Record<string, ProviderFactory> = {
  cloudflare: cloudflareProvider,
  kubernetes: kubernetesProvider,
  random: randomProvider,
};

/** Finds the provider of each resource: an explicit one by its resource in the stack, else its package's default. */
export class Providers {
  readonly #factories: Record<string, ProviderFactory>;
  readonly #surroundings: Surroundings;
  readonly #config: Record<string, string>;
  readonly #made = new Map<string, Provider>();

  /** @param config the stack's configuration, by full key: what default providers take their settings from. */
  constructor(
    factories: Record<string, ProviderFactory>,
    surroundings: Surroundings,
    config: Record<string, string>,
  ) {
    this.#factories = factories;
    this.#surroundings = surroundings;
    this.#config = config;
  }

  /** @throws Error for a package that has no provider here, or whose default provider the stack forbids. */
  of(type: string, reference: string | undefined, ledger: Ledger): Provider {
    if (isProviderType(type)) return PROVIDER_RESOURCES;
    const name = packageOf(type);
    const factory = this.#factories[name];
    if (!factory) {
      const known = Object.keys(this.#factories).sort().join(", ");
      throw new Error(
        `the stand-in engine has no provider for ${type} (it has: ${known}); use the Pulumi CLI for it`,
      );
    }
    const config = reference ? explicitConfig(reference, ledger) : this.#defaultConfig(name);
    const key = `${name} ${JSON.stringify(config)}`;
    let provider = this.#made.get(key);
    if (!provider) {
      provider = factory(this.#surroundings, config);
      this.#made.set(key, provider);
    }
    return provider;
  }

  #defaultConfig(name: string): Properties {
    const disabled = JSON.parse(this.#config["pulumi:disable-default-providers"] ?? "[]") as string[];
    const strict = this.#config[`${name}:strictMode`] === "true";
    if (strict || disabled.includes(name) || disabled.includes("*")) {
      throw new Error(`the default provider of ${name} is disabled for this stack; pass \`provider\``);
    }
    const prefix = `${name}:`;
    return Object.fromEntries(
      Object.entries(this.#config)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value]),
    );
  }
}

function explicitConfig(reference: string, ledger: Ledger): Properties {
  const { urn } = parseProviderReference(reference);
  const resource = ledger.get(urn);
  if (!resource) throw new Error(`the provider ${urn} is not in the stack`);
  return revealAll(resource.inputs);
}

/** Provider resources themselves: nothing but their settings. */
const PROVIDER_RESOURCES: Provider = {
  check: async ({ inputs }) => inputs,
  diff: ({ old, inputs }) => ({
    paths: formatPaths(changedPaths(old.inputs, inputs)),
    replaces: [],
    deleteBeforeReplace: false,
  }),
  create: async ({ inputs, preview }) => ({ ...(preview ? {} : { id: randomUUID() }), outputs: inputs }),
  read: async () => undefined,
  update: async ({ inputs }) => inputs,
  delete: async () => {},
  construct: async ({ type }) => {
    throw new Error(`${type} is no component`);
  },
};
