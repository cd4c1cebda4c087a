import { z } from "zod";
import { accessSchema } from "../../policies/access/config.ts";
import { routeSchema } from "../../policies/annotations/annotations.ts";
import { unknownAnnotation } from "../../policies/annotations/check.ts";
import { newestRelease } from "../../policies/language/releases.ts";
import {
  expectations,
  hostName,
  namespaceName,
  portNumber,
  someText,
  text,
  unknownKeys,
} from "../../stack-file/fields.ts";
import { dnsLabel, dnsSubdomain, isPortName } from "../../stack-file/values.ts";

/** What follows an app's name in its Ingress's, which must fit into a label of 63 characters. */
const longestAppName = 63 - "-pomerium-ingress".length;

export const appName = text(
  (value) => dnsLabel.test(value) && value.length <= longestAppName,
  `is no app name: lower case letters, digits and hyphens, at most ${longestAppName}, because Kubernetes objects are named after it`,
);

const objectName = text(
  (value) => value.length <= 253 && dnsSubdomain.test(value),
  "is no name of a Kubernetes object: lower case letters, digits, hyphens and dots",
);

const serviceSchema = z.strictObject({
  name: text(
    (value) => dnsLabel.test(value) && /^[a-z]/.test(value),
    "is no Service name: lower case letters, digits and hyphens, a letter first",
  ).describe("Name of the Service, in the app's namespace."),
  port: z
    .union([
      portNumber,
      text(isPortName, (value) =>
        /^\d+$/.test(value)
          ? "is text, which names a port: write the number without quotes"
          : "is no port name: at most 15 lower case letters, digits and hyphens",
      ),
    ])
    .register(expectations, { expected: "a port number, or the name of one of the Service's ports" })
    .describe(
      "Port of the Service, by number or name. Never the pods' target port, which ingress-nginx accepts and Pomerium does not.",
    ),
});

export const appSchema = z.strictObject({
  namespace: namespaceName.describe("Namespace of the app's Service and Ingress."),
  host: hostName.optional().describe("Public host. Default: `<app>.<domain>`."),
  service: serviceSchema.describe("Where Pomerium sends the requests."),
  access: accessSchema,
  profile: someText
    .optional()
    .describe(
      "Entry of the catalogue whose route settings the app follows; `none` for no entry. Default: the entry of the app's own name, where there is one.",
    ),
  route: routeSchema
    .register(unknownKeys, { explain: (name) => unknownAnnotation(name, newestRelease) })
    .optional()
    .describe("Route settings, over those of the catalogue entry."),
  tls: z
    .strictObject({ secretName: objectName.describe("Secret of the certificate, in the app's namespace.") })
    .optional()
    .describe("Certificate of the host. Default: Secret `<app>-tls`, one for each app."),
  replaces: z
    .union([objectName, z.array(objectName)])
    .optional()
    .register(expectations, { expected: "the name of an Ingress, or a list of names" })
    .describe("nginx Ingresses of the same namespace that the app takes over from. Default: none."),
  migrated: z
    .boolean()
    .optional()
    .describe(
      "Where its tunnel's rule leads: true, to Pomerium ahead of the phase; false, to ingress-nginx after the cutover. Default: follows the phase.",
    ),
});

/** An app as the stack file has it. `accept` comes with the schema of the whole stack, which knows ingress-nginx. */
export type AppInput = z.output<typeof appSchema> & { accept: Record<string, string> };
