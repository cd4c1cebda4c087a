/** The SHA-256 of a text. An import of Node's cryptography would cost each command 14 ms. */
export function sha256(text: string, encoding: "base64" | "hex" = "hex"): string {
  return process.getBuiltinModule("node:crypto").hash("sha256", text, encoding);
}
