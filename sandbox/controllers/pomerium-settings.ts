import { createPrivateKey } from "node:crypto";
import type { KubernetesObject } from "../cluster/api.ts";
import { type Lookup, type Secret, secretValue } from "./objects.ts";

/** The fields of `Pomerium/global` that refer to other objects or can contradict each other. */
export interface Settings extends KubernetesObject {
  spec: {
    secrets: string;
    identityProvider?: { provider: string; secret?: string };
    certificates?: string[];
    caSecrets?: string[];
    storage?: {
      file?: { path: string };
      postgres?: { secret: string; tlsSecret?: string; caSecret?: string };
    };
    timeouts?: { read?: string; write?: string };
  };
  status?: { settingsStatus?: Outcome; ingress?: Record<string, Outcome> };
}

/** The status that the controller writes about one object. */
export interface Outcome {
  reconciled: boolean;
  observedGeneration?: number;
  /** RFC 3339. */
  observedAt?: string;
  error?: string;
  warnings?: string[];
}

export interface SettingsVerdict {
  /** Why the settings are rejected; absent if they are in force. */
  error?: string;
  warnings: string[];
  /** Parts that were skipped without rejecting the settings. */
  skipped: string[];
}

/**
 * Checks settings as Pomerium does.
 *
 * One rule is stricter than in the real Pomerium: `signing_key` is required. Some versions can derive it.
 */
export function checkSettings({ spec }: Settings, lookup: Lookup): SettingsVerdict {
  const warnings: string[] = [];
  const skipped: string[] = [];
  try {
    checkBootstrap(requireSecret(lookup, "bootstrap secret", spec.secrets), spec.secrets);
    const { identityProvider, storage, timeouts } = spec;
    if (identityProvider?.secret !== undefined) {
      const secret = requireSecret(lookup, "secret", identityProvider.secret);
      requireKeys(secret, ["client_id", "client_secret"]);
    }
    for (const reference of spec.caSecrets ?? []) {
      requireKeys(requireSecret(lookup, "ca", reference), ["ca.crt"]);
    }
    for (const reference of spec.certificates ?? []) {
      const secret = find(lookup, reference);
      if (secret === undefined) skipped.push(`certificate secret ${reference} not found, skipping`);
      else if (secret.type !== "kubernetes.io/tls") {
        throw new Error(
          `certificates: ${reference}: expected secret type kubernetes.io/tls, got ${secret.type}`,
        );
      }
    }
    if (storage === undefined) warnings.push("storage: please specify a persistent storage backend");
    else if (storage.postgres !== undefined) {
      requireKeys(requireSecret(lookup, "storage", storage.postgres.secret), ["connection"]);
    } else if (storage.file === undefined) {
      throw new Error("storage: specify either file or postgres");
    }
    const { read, write } = timeouts ?? {};
    if (read !== undefined && write !== undefined && seconds(read) >= seconds(write)) {
      throw new Error(`timeouts: read timeout (${read}) must be less than write timeout (${write})`);
    }
    return { warnings, skipped };
  } catch (error) {
    return { error: (error as Error).message, warnings, skipped };
  }
}

function find(lookup: Lookup, reference: string): Secret | undefined {
  const [namespace, name, ...rest] = reference.split("/");
  if (!namespace || !name || rest.length > 0) throw new Error(`expected namespace/name, got ${reference}`);
  return lookup.secret(namespace, name);
}

function requireSecret(lookup: Lookup, what: string, reference: string): Secret {
  const secret = find(lookup, reference);
  if (secret === undefined) {
    const name = reference.split("/")[1];
    throw new Error(`secrets: ${what}: get ${reference}: Secret "${name}" not found`);
  }
  return secret;
}

function requireKeys(secret: Secret, keys: string[]): void {
  for (const key of keys) {
    if (secretValue(secret, key) === undefined) throw new Error(`secrets: ${key} key is required`);
  }
}

function checkBootstrap(secret: Secret, reference: string): void {
  for (const key of ["shared_secret", "cookie_secret"]) {
    const length = secretValue(secret, key)?.length ?? 0;
    if (length !== 32) throw new Error(`secret ${reference}, key ${key} should be 32 bytes, got ${length}`);
  }
  if (!isP256PrivateKey(secretValue(secret, "signing_key"))) {
    throw new Error(`secret ${reference}, key signing_key should be a PEM-encoded EC P-256 private key`);
  }
}

function isP256PrivateKey(pem: Buffer | undefined): boolean {
  try {
    const key = pem && createPrivateKey({ key: pem, format: "pem" });
    return key?.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";
  } catch {
    return false;
  }
}

const UNITS: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

function seconds(duration: string): number {
  let sum = 0;
  for (const [, amount, unit = ""] of duration.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)) {
    sum += Number(amount) * (UNITS[unit] ?? 0);
  }
  return sum;
}
