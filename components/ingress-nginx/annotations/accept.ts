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

/** The key `accept` of an app: protections of its nginx Ingresses that go without a replacement, and why. */
export const acceptSchema = z
  .record(
    text((name) => acceptable.includes(name), whyNotAcceptable).meta({ enum: acceptable }),
    someText.describe("Why nothing takes its place."),
  )
  .default({})
  .describe(
    "Protections of the replaced Ingresses that go without a replacement: ingress-nginx' annotation without its prefix, or a setting of its ConfigMap, and why. Default: none.",
  );
