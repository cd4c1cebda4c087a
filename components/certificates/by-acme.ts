import type { ForeignCertificate } from "./live-certificate.ts";

/** Fields of a Certificate that no ACME server issues. */
const fields = [
  "isCA",
  "ipAddresses",
  "uris",
  "emailAddresses",
  "otherNames",
  "literalSubject",
  "nameConstraints",
];

/**
 * The keys that Let's Encrypt accepts, by algorithm and size. Other public authorities accept no more algorithms.
 *
 * @see https://letsencrypt.org/docs/integration-guide/#supported-key-algorithms
 */
const keys: Readonly<Record<string, readonly number[]>> = {
  RSA: [2048, 3072, 4096],
  ECDSA: [256, 384],
};

/**
 * The parts of a Certificate that an ACME server refuses, in words. Empty if the server can issue it.
 *
 * @param dnsNames All names that the Certificate will have.
 * @param server ACME directory.
 */
export function notByAcme(
  { spec }: Pick<ForeignCertificate, "spec">,
  dnsNames: readonly string[],
  server: string,
): string[] {
  const refused = fields.filter((field) => isSet(spec[field]));
  const key = refusedKey(spec.privateKey, server);
  const { commonName } = spec;
  return [
    ...(refused.length === 0 ? [] : [`${refused.join(", ")}, which no ACME server issues`]),
    ...(key === undefined ? [] : [`${key}, for which the ACME server issues no certificate`]),
    ...(typeof commonName !== "string" || commonName === "" || dnsNames.includes(commonName)
      ? []
      : [`the commonName ${commonName}, which is not among its dnsNames, so no ACME server issues it`]),
  ];
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" && value !== null ? Object.values(value).some(isSet) : Boolean(value);
}

/** `an Ed25519 key`, `an ECDSA key of 521 bits`; undefined for an accepted key. */
function refusedKey(privateKey: unknown, server: string): string | undefined {
  const { algorithm = "RSA", size } = (privateKey ?? {}) as { algorithm?: string; size?: number };
  const sizes = keys[algorithm];
  if (sizes === undefined) return `an ${algorithm} key`;
  // Other servers may accept more sizes.
  const isLetsEncrypt = /^https:\/\/[^/]*\bletsencrypt\.org\//.test(server);
  return size === undefined || sizes.includes(size) || !isLetsEncrypt
    ? undefined
    : `an ${algorithm} key of ${size} bits`;
}
