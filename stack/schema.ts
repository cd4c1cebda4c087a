import { z } from "zod";
import { appSchema as app, appName } from "../components/apps/config.ts";
import { unknownAppKey } from "../components/apps/hosts.ts";
import { certificatesSchema } from "../components/certificates/config.ts";
import { clusterSchema } from "../components/cluster/config.ts";
import { acceptSchema } from "../components/ingress-nginx/annotations/accept.ts";
import { ingressNginxSchema } from "../components/ingress-nginx/config.ts";
import { acceptName } from "../components/network-policies/checks.ts";
import { appIsolation, stackIsolation } from "../components/network-policies/config.ts";
import { pomeriumSchema } from "../components/pomerium/config.ts";
import { tunnelName, tunnelSchema } from "../components/tunnels/config.ts";
import { accessTestsSchema } from "../policies/access/assertions/config.ts";
import { usersSchema } from "../policies/access/people-config.ts";
import { catalogueEntrySchema } from "../policies/catalogue/config.ts";
import { hostName, someText, unknownKeys } from "../stack-file/fields.ts";
import { nearest } from "../stack-file/nearest.ts";
import { isMap, type PathPart } from "../stack-file/paths.ts";
import { asMissing } from "../stack-file/schema-problems.ts";
import { holdsSecret, secretPaths } from "../stack-file/secrets.ts";
import { appFilesSchema } from "./app-files/config.ts";

/** An app. The names under `accept` come from the subjects that ask for an answer. */
export const appSchema = app
  .extend({ accept: acceptSchema([acceptName]), ...appIsolation })
  .register(unknownKeys, { explain: unknownAppKey });

/**
 * The sections of a stack file, `pomerium-migration:<section>` below `config:`. An unknown key is a problem everywhere.
 * Rules about more than one value are checked when the file is resolved.
 */
export const sections = {
  cluster: clusterSchema.describe("The cluster that the stack means."),
  phase: z
    .enum(["coexist", "cutover", "retired"])
    .default("coexist")
    .describe("How far the migration has come: coexist, cutover or retired. Default: coexist."),
  domain: hostName.describe("Domain of every app without a host of its own."),
  pomerium: pomeriumSchema.describe("The release of Pomerium, its address and its settings."),
  certificates: certificatesSchema.describe("Certificates from an ACME server by DNS-01."),
  users: usersSchema.describe("People, and groups of them."),
  apps: z
    .record(appName, appSchema)
    .refine((apps) => Object.keys(apps).length > 0, {
      error: "is empty: name at least one app",
      params: asMissing,
    })
    .meta({ minProperties: 1 })
    .describe("The apps behind Pomerium."),
  appFiles: appFilesSchema,
  tunnels: z.record(tunnelName, tunnelSchema).default({}).describe("Cloudflare tunnels. Default: none."),
  ingressNginx: ingressNginxSchema.optional(),
  ...stackIsolation,
  accessTests: accessTestsSchema,
  catalogue: z
    .record(someText, catalogueEntrySchema)
    .default({})
    .describe("Known apps besides the project's own catalogue. Default: none."),
};

export type SectionName = keyof typeof sections;

/** The sections with their defaults. */
export type Sections = { [K in SectionName]: z.output<(typeof sections)[K]> };

export const sectionNames = Object.keys(sections) as SectionName[];

/** Sections whose value is text. All others are maps. */
export const texts: readonly SectionName[] = ["domain", "phase"];

/**
 * The section that a key under a provider's namespace means: its name is similar, and its value has the section's form.
 * `kubernetes:cluster` as text is the provider's own setting.
 */
export function sectionMeant(name: string, value: unknown): SectionName | undefined {
  const section = nearest(name, sectionNames) as SectionName | undefined;
  return section !== undefined && isMap(value) !== texts.includes(section) ? section : undefined;
}

const whole = z.strictObject(sections);

/** Key paths of the secrets that a stack file has or lacks. */
export function secretsOf(raw: unknown): PathPart[][] {
  return secretPaths(whole, raw);
}

/** Sections that may hold a secret. The values of all others end up unencrypted in the state anyway. */
export const secretSections: readonly string[] = sectionNames.filter((name) => holdsSecret(sections[name]));
