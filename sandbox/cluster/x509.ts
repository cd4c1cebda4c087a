import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate and its key, both PEM. */
export interface KeyPair {
  certificate: string;
  /** PKCS #8. */
  privateKey: string;
}

export interface SelfSignedArgs {
  /** DNS names (also wildcards such as `*.example.com`) and IPv4 addresses of the certificate. */
  names: string[];
  /** Days until the certificate expires. Default: 90, as at Let's Encrypt. */
  days?: number;
  /** Start of the validity. Default: now. */
  now?: Date;
}

/**
 * Makes a self-signed P-256 certificate. Node reads X.509 certificates but cannot write them, so this file writes the
 * few DER structures itself.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc5280#section-4.1
 */
export function selfSigned({ names, days = 90, now = new Date() }: SelfSignedArgs): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const name = sequence(set(sequence(oid(2, 5, 4, 3), der(0x0c, Buffer.from("pomerium-migration sandbox")))));
  const signatureAlgorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2)); // ecdsa-with-SHA256
  const altNames = names.map((each) =>
    isIPv4(each)
      ? der(0x87, Buffer.from(each.split(".").map(Number)))
      : der(0x82, Buffer.from(each, "ascii")),
  );
  const certificate = sequence(
    der(0xa0, integer(Buffer.from([2]))), // X.509 v3
    serialNumber(),
    signatureAlgorithm,
    name,
    sequence(time(now), time(new Date(now.getTime() + days * 86_400_000))),
    name,
    publicKey,
    der(
      0xa3,
      sequence(
        sequence(oid(2, 5, 29, 17), der(0x04, sequence(...altNames))),
        // Marked as an authority, so that clients accept the certificate as its own CA.
        sequence(oid(2, 5, 29, 19), der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
      ),
    ),
  );
  const signature = sign("sha256", certificate, createPrivateKey(privateKey));
  const whole = sequence(
    certificate,
    signatureAlgorithm,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  return { certificate: pem("CERTIFICATE", whole), privateKey };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, "0"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, content]);
}

function sequence(...items: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(items));
}

function set(...items: Buffer[]): Buffer {
  return der(0x31, Buffer.concat(items));
}

/** An INTEGER from bytes whose first byte is between 1 and 127, so it needs no padding and is not negative. */
function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return integer(bytes);
}

function oid(first: number, second: number, ...rest: number[]): Buffer {
  const bytes = rest.flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let high = arc >> 7; high > 0; high >>= 7) digits.unshift((high & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** A UTCTime. RFC 5280 requires this format for dates until 2049. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
