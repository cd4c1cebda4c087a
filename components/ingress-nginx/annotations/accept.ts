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

/**
 * What an app may do with a path of its host in another way than ingress-nginx. The name under `accept` is this word and
 * the path: `service /api/`.
 *
 * - `service`: it sends the path to another Service;
 * - `opens`: it makes the path reachable, or reachable for more callers;
 * - `closes`: nobody reaches the path any more.
 */
export type PathQuestion = "service" | "opens" | "closes";

const pathAnswer = /^(service|opens|closes) \/\S*$/;

/** Name under `accept` for one question about one path. */
export const pathName = (question: PathQuestion, path: string): string => `${question} ${path}`;

/** Why a name is not in `known`: it is unknown, has the prefix, or protects nothing. */
export function whyNotAcceptable(name: string, known: readonly string[] = acceptable): string {
  if (name.startsWith("/"))
    return `says not what of the path is accepted: write "service ${name}" if it may lead to another Service, "opens ${name}" if it may become reachable, or "closes ${name}" if nobody needs it`;
  if (name.startsWith(nginxPrefix)) return `has the prefix too: write ${name.slice(nginxPrefix.length)}`;
  if (entryOf(name) !== undefined) return "protects nothing, so there is nothing to accept: remove it";
  return `ingress-nginx has no such annotation${didYouMean(name, known)}`;
}

/**
 * The key `accept` of an app: differences to its nginx Ingresses to which nothing has to be done, and why.
 *
 * @param others Names of other subjects.
 */
export function acceptSchema(others: readonly string[] = []) {
  const known = [...acceptable, ...others];
  return z
    .record(
      text(
        (name) => known.includes(name) || pathAnswer.test(name),
        (name) => whyNotAcceptable(name, known),
      ).meta({ anyOf: [{ enum: known }, { pattern: pathAnswer.source }] }),
      someText.describe("Why nothing takes its place."),
    )
    .default({})
    .describe(
      "What may differ from before, and why. A name is a protection that has no replacement: an annotation without its prefix, or a setting of ingress-nginx's ConfigMap. Or it is `service /path` (the path leads to another Service), `opens /path` (it becomes reachable; / is the whole host) or `closes /path` (nobody reaches it any more). `network-policies` says that none of them keeps Pomerium away. Default: none.",
    );
}
