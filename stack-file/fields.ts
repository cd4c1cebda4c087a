import { isIP } from "node:net";
import { z } from "zod";
import { asGoDuration, durationMilliseconds, durationPattern } from "./duration.ts";
import { networkProblem } from "./networks.ts";
import {
  dnsLabel,
  dnsSubdomain,
  emailPattern,
  hostPattern,
  isEmail,
  isHost,
  isObjectName,
  quantity,
} from "./values.ts";

/** What a value must be, in words. A message about a union of which no option fits says `must be …` with this text. */
export const expectations = z.registry<{ expected: string }>();

/** Explains a key that the schema does not know. Without an explanation, the usual message is used. */
export const unknownKeys = z.registry<{ explain: (key: string) => string | undefined }>();

/** A map of the stack file, before its check. */
type Given = Readonly<Record<string, unknown>>;

/**
 * The schemas whose values are secrets. The search for secrets in a stack file uses this list. A secret is always
 * needed, or only if the map around it passes the test `neededIf`.
 */
export const secretFields = z.registry<{ isSecret: true; neededIf?: (around: Given) => boolean }>();

/** What an editor can tell about a text. */
interface ForEditors {
  /** Pattern that every valid text matches. If the test is a pattern, it is that pattern. */
  pattern?: RegExp;
  examples?: readonly string[];
}

/**
 * Text that passes a test. The message `wrong` follows the key path. It must not repeat the text: somebody may
 * have put a secret at the wrong key.
 */
export function text(
  test: RegExp | ((value: string) => boolean),
  wrong: string | ((value: string) => string),
  { pattern = test instanceof RegExp ? test : undefined, examples }: ForEditors = {},
) {
  const passes = test instanceof RegExp ? (value: string) => test.test(value) : test;
  const checked = z.string().refine(passes, {
    error: (issue) => (typeof wrong === "string" ? wrong : wrong(String(issue.input))),
  });
  const forEditors = {
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
    ...(examples === undefined ? {} : { examples: [...examples] }),
  };
  return Object.keys(forEditors).length === 0 ? checked : checked.meta(forEditors);
}

/** Text that is not empty. */
export const someText = text(/\S/, "is empty");

export const hostName = text(
  isHost,
  "is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port or wildcard",
  { pattern: hostPattern, examples: ["example.org"] },
);

export const emailAddress = text(isEmail, "is not an e-mail address", {
  pattern: emailPattern,
  examples: ["you@example.org"],
});

/** An IP address of either kind. */
export const ipAddress = text((value) => isIP(value) !== 0, "is not an IP address", {
  pattern: /^[0-9a-fA-F:.%]+$/,
  examples: ["192.168.0.172"],
});

/** The URL of a server that is asked by TLS only. */
export const httpsUrl = text(
  (value) => URL.canParse(value) && new URL(value).protocol === "https:",
  "must be an https:// URL",
  { pattern: /^\s*[hH][tT][tT][pP][sS]:/, examples: ["https://sso.example.org"] },
);

export const namespaceName = text(
  dnsLabel,
  "is not a valid namespace name: lower case letters, digits and hyphens, at most 63",
  { examples: ["media"] },
);

/** @param what Kind of the object with its article: `a StorageClass`. */
export function objectName(what: string) {
  return text(isObjectName, `is no name of ${what}: lower case letters, digits, hyphens and dots`, {
    pattern: dnsSubdomain,
  });
}

/** A Secret of the cluster. */
export const secretReference = text(
  (value) => {
    const [namespace = "", name = "", ...rest] = value.split("/");
    return rest.length === 0 && dnsLabel.test(namespace) && isObjectName(name);
  },
  "is not a Secret of the cluster: write namespace/name",
  { pattern: /^[a-z0-9-]+\/[a-z0-9.-]+$/ },
);

export const network = text(
  (value) => networkProblem(value) === undefined,
  (value) => networkProblem(value) ?? "",
  { pattern: /^[0-9a-fA-F:.]+(\/\d{1,3})?$/, examples: ["192.168.0.0/16"] },
);

/** A Go duration above zero. */
export const duration = text(
  (value) => (durationMilliseconds(value) ?? 0) > 0,
  (value) => {
    const meant = asGoDuration(value);
    return `is not a duration: write hours, minutes and seconds${meant === undefined ? ", such as 720h or 1h30m" : `; did you mean "${meant}"?`}`;
  },
  { pattern: durationPattern, examples: ["720h", "1h30m"] },
);

/** A Kubernetes quantity above zero, as text or as a number. */
export const amount = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((value) => (quantity(value) ?? 0) > 0, {
    error: "is not a Kubernetes quantity, such as 500m, 2 or 1Gi",
  })
  .register(expectations, { expected: "a Kubernetes quantity, such as 500m, 2 or 1Gi" });

const outOfRange = { error: "must be a port number from 1 to 65535" };

export const portNumber = z.int().min(1, outOfRange).max(65535, outOfRange);

/**
 * A secret, encrypted by `pulumi config set --secret`; the file then holds `{ secure: … }`. The schema makes it
 * optional, because missing secrets are reported together, with the commands that set them.
 */
export const secret = newSecret().register(secretFields, { isSecret: true });

/** A secret that is needed only if the map around it passes a test. */
export function secretIf(neededIf: (around: Given) => boolean): typeof secret {
  return newSecret().register(secretFields, { isSecret: true, neededIf });
}

function newSecret() {
  return z
    .union([z.string(), z.strictObject({ secure: z.string() })])
    .optional()
    .register(expectations, { expected: "a value that `pulumi config set --secret` has encrypted" });
}
