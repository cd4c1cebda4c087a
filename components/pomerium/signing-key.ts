/** A P-256 private key as a pure function of random bytes, so that the random bytes can be a Pulumi resource. */

import { createECDH, createPrivateKey } from "node:crypto";

/** Length of the seed in bytes: 128 bits more than the order of the curve, so that the remainder has no bias. */
export const signingKeySeedBytes = 48;

/** Order of the base point of P-256. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Derives a private key from a seed, in the PEM form that Pomerium reads (`EC PRIVATE KEY`, SEC 1; it ignores PKCS #8).
 * The same seed gives the same key.
 *
 * @param seed 48 random bytes.
 * @throws RangeError if the seed has another length.
 * @see https://nvlpubs.nist.gov/nistpubs/FIPS/NIST.FIPS.186-5.pdf A.2.1, key pair generation using extra random bits
 */
export function signingKey(seed: Uint8Array): string {
  if (seed.length !== signingKeySeedBytes) {
    throw new RangeError(`the seed of a signing key has ${signingKeySeedBytes} bytes, not ${seed.length}`);
  }
  const random = BigInt(`0x${Buffer.from(seed).toString("hex")}`);
  const d = Buffer.from(((random % (order - 1n)) + 1n).toString(16).padStart(64, "0"), "hex");

  const pair = createECDH("prime256v1");
  pair.setPrivateKey(d);
  const point = pair.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: d.toString("base64url"),
    // An uncompressed point is the byte 4, x and y.
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  return createPrivateKey({ key: jwk, format: "jwk" }).export({ type: "sec1", format: "pem" }).toString();
}
