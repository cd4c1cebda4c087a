import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { isProperties, isSecret, mapChildren, type Properties, secret, type Value } from "./values.ts";

/** What a state file keeps of its encryption: enough to derive the key again and to notice a wrong passphrase. */
export interface Encryption {
  kdf: "scrypt";
  /** Base64. */
  salt: string;
  /** A known text, sealed. */
  check: string;
}

/** Key of a sealed secret in a state file. */
const SEALED = "sealed";
const CHECK = "pomerium-migration";

/** Seals and opens the secrets of one state file with AES-256-GCM under a key derived from a passphrase. */
export class Vault {
  readonly encryption: Encryption;
  readonly #key: Buffer;
  /** Sealed once, written the same way each time: a state file changes only where its resources do. */
  readonly #sealed = new WeakMap<Properties, string>();

  private constructor(key: Buffer, salt: string, check?: string) {
    this.#key = key;
    this.encryption = { kdf: "scrypt", salt, check: check ?? this.seal(CHECK) };
  }

  /**
   * @param encryption as found in the state file; undefined for a new one.
   * @throws Error when the passphrase does not open what the file holds.
   */
  static open(passphrase: string, encryption?: Encryption): Vault {
    const salt = encryption?.salt ?? randomBytes(16).toString("base64");
    const key = scryptSync(passphrase, Buffer.from(salt, "base64"), 32, {
      N: 2 ** 15,
      r: 8,
      maxmem: 2 ** 26,
    });
    const vault = new Vault(key, salt, encryption?.check);
    try {
      vault.unseal(vault.encryption.check);
    } catch {
      throw new Error(
        "the state's secrets were sealed with another passphrase; set PULUMI_CONFIG_PASSPHRASE to it",
      );
    }
    return vault;
  }

  seal(text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString("base64");
  }

  /** @throws Error when the text was altered or sealed with another key. */
  unseal(text: string): string {
    const bytes = Buffer.from(text, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
  }

  /** The value with every secret sealed: what may be written to a disk. */
  hide(value: Value): Value {
    if (!isSecret(value)) return mapChildren(value, (child) => this.hide(child));
    let sealed = this.#sealed.get(value);
    if (sealed === undefined) {
      sealed = this.seal(JSON.stringify(value.value));
      this.#sealed.set(value, sealed);
    }
    return { ...secret(null), value: { [SEALED]: sealed } };
  }

  /** The reverse of {@link hide}. */
  show(value: Value): Value {
    if (!isSecret(value)) return mapChildren(value, (child) => this.show(child));
    const inner = value.value;
    if (!isProperties(inner) || typeof inner[SEALED] !== "string") return value;
    const opened = secret(JSON.parse(this.unseal(inner[SEALED])) as Value);
    this.#sealed.set(opened, inner[SEALED]);
    return opened;
  }
}
