import { z } from "zod";
import { annotationPrefix } from "../../policies/annotations/annotations.ts";
import { text } from "../../stack-file/fields.ts";
import { dnsSubdomain } from "../../stack-file/values.ts";

/** Annotations and labels that an app's Ingress carries for other tools. */
export interface ToolMetadata {
  annotations: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
}

/** A key of other tools that would change what this program, Pomerium or cert-manager does with the Ingress. */
interface Reserved {
  matches: (key: string) => boolean;
  why: (key: string) => string;
}

const below =
  (...prefixes: string[]) =>
  (key: string): boolean =>
    prefixes.some((prefix) => key.startsWith(prefix));

/** Pomerium lets everybody in, without any policy, where an Ingress has this label of cert-manager's solver. */
const solver = "acme.cert-manager.io/";

const reservedAnnotations: readonly Reserved[] = [
  {
    matches: below(annotationPrefix),
    why: (key) =>
      `is Pomerium's own: write ${key.slice(annotationPrefix.length) || "it"} under \`route\`, and who may pass under \`access\``,
  },
  {
    matches: below("cert-manager.io/", solver, "kubernetes.io/tls-acme"),
    why: () =>
      "would make cert-manager issue a second certificate for the host, which goes with the Ingress; the certificate comes from `certificates`",
  },
  {
    matches: (key) => key === "kubernetes.io/ingress.class",
    why: () => "contradicts the class of the Ingress, which is Pomerium's",
  },
  { matches: below("pulumi.com/"), why: () => "is Pulumi's: it changes how this program waits and writes" },
  {
    matches: (key) => key === "kubectl.kubernetes.io/last-applied-configuration",
    why: () => "is written by kubectl",
  },
  {
    matches: below("nginx.ingress.kubernetes.io/", "nginx.org/"),
    why: () => "does nothing behind Pomerium; its counterpart, if there is one, belongs under `route`",
  },
];

const reservedLabels: readonly Reserved[] = [
  {
    matches: below(solver),
    why: () =>
      "marks an Ingress of a certificate's challenge: Pomerium lets everybody in there, whatever the policy says",
  },
  {
    matches: (key) => key === "app.kubernetes.io/managed-by",
    why: () => "says who manages the object, and that is this program",
  },
];

/** A qualified name of Kubernetes: a name of at most 63 characters, with a DNS prefix if it belongs to a tool. */
function isQualifiedName(key: string): boolean {
  const [name = "", prefix, ...more] = key.split("/").reverse();
  return (
    more.length === 0 &&
    (prefix === undefined || (prefix.length <= 253 && dnsSubdomain.test(prefix))) &&
    isShortName(name)
  );
}

function isShortName(name: string): boolean {
  return name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name);
}

const keyOf = (reserved: readonly Reserved[]) =>
  text(
    (key) => isQualifiedName(key) && !reserved.some(({ matches }) => matches(key)),
    (key) =>
      reserved.find(({ matches }) => matches(key))?.why(key) ??
      "is not a valid key: at most 63 letters, digits, hyphens, dots and underscores. A DNS name and a slash may come before them",
  );

export const metadataSchema = {
  annotations: z
    .record(keyOf(reservedAnnotations), z.string())
    .default({})
    .describe(
      'Annotations of the app\'s Ingress for other tools, such as external-dns or homepage. Values are text: write "true" in quotes. Default: none.',
    )
    .meta({ examples: [{ "gethomepage.dev/enabled": "true", "gethomepage.dev/name": "Komga" }] }),
  labels: z
    .record(
      keyOf(reservedLabels),
      text(
        (value) => value === "" || isShortName(value),
        "is not a label's value: at most 63 letters, digits, hyphens, dots and underscores",
      ),
    )
    .default({})
    .describe("Labels of the app's Ingress for other tools. Default: none.")
    .meta({ examples: [{ "external-dns": "public" }] }),
};
