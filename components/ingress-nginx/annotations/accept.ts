import { z } from "zod";
import { someText, text } from "../../../stack-file/fields.ts";
import { didYouMean } from "../../../stack-file/nearest.ts";
import { nginxPrefix } from "./judgement.ts";
import { protectingSettings } from "./settings.ts";
import { entryOf, protections } from "./table.ts";

/** Protections that may go without a replacement: annotations without their prefix, and settings. Each name once. */
export const acceptable: readonly string[] = [
  ...new Set([...protections, ...protectingSettings.map(({ name }) => name)]),
];

/** Why a name is not in `acceptable`: it is unknown, has the prefix, or protects nothing. */
export function whyNotAcceptable(name: string): string {
  if (name.startsWith(nginxPrefix)) return `has the prefix too: write ${name.slice(nginxPrefix.length)}`;
  if (entryOf(name) !== undefined) return "protects nothing, so there is nothing to accept: remove it";
  return `ingress-nginx has no such annotation${didYouMean(name, acceptable)}`;
}

/** The key `accept` of an app: differences to its nginx Ingresses to which nothing has to be done, and why. */
export const acceptSchema = z
  .record(
    text((name) => acceptable.includes(name) || name.startsWith("/"), whyNotAcceptable).meta({
      anyOf: [{ enum: acceptable }, { pattern: "^/" }],
    }),
    someText.describe("Why nothing takes its place."),
  )
  .default({})
  .describe(
    "What may differ from the nginx Ingresses of the app, and why. A name is a protection that has no replacement: an annotation without its prefix, or a setting of ingress-nginx's ConfigMap. A path is one that leads to another Service, or becomes reachable; / is the whole host. Default: none.",
  );
