import type { Properties } from "./values.ts";

/** What the program wants one resource to be. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  /** A component that a provider builds. */
  remote: boolean;
  parent?: string;
  inputs: Properties;
  options: Options;
  propertyDependencies: Record<string, string[]>;
  /** Functions in the program that may change the inputs and options of this resource and of all below it. */
  transforms: Callback[];
}

/** The options that a transform may change, too. */
export interface Options {
  dependsOn: string[];
  protect?: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  aliases: Alias[];
  /** `<urn>::<id>` of the provider to use. */
  provider: string;
  /** The same by package, for components. */
  providers: Record<string, string>;
  /** Durations, empty where the program gives none. */
  timeouts: { create: string; update: string; delete: string };
  retainOnDelete?: boolean;
  deletedWith: string;
  deleteBeforeReplace?: boolean;
  additionalSecretOutputs: string[];
  importId: string;
  hooks: HookBindings;
}

/** The moments at which a resource's hooks run. */
export const HOOK_KINDS = [
  "beforeCreate",
  "afterCreate",
  "beforeUpdate",
  "afterUpdate",
  "beforeDelete",
  "afterDelete",
] as const;

export type HookKind = (typeof HOOK_KINDS)[number];

/** Names of a resource's hooks, in the order in which they run. */
export type HookBindings = Partial<Record<HookKind, string[]>>;

/** A function of the program that the engine may call. */
export interface Callback {
  target: string;
  token: string;
}

/** A name that the resource had before. What is left out is as it is now. */
export type Alias =
  | { urn: string }
  | { name: string; type: string; project: string; stack: string; parent?: string; noParent: boolean };

/** Options of a resource for which the program gives none. */
export function noOptions(): Options {
  return {
    dependsOn: [],
    ignoreChanges: [],
    replaceOnChanges: [],
    aliases: [],
    provider: "",
    providers: {},
    timeouts: { create: "", update: "", delete: "" },
    deletedWith: "",
    additionalSecretOutputs: [],
    importId: "",
    hooks: {},
  };
}
