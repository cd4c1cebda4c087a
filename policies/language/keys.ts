/**
 * Whether a line has a public key in the form of `authorized_keys`: options, type, key in base64, comment. The first
 * field of the key repeats the type. Options and comment may be absent.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4253#section-6.6
 */
export function isAuthorizedKey(line: string): boolean {
  return keyOf(line) !== undefined;
}

/** The key of a line in base64. */
export function keyOf(line: string): string | undefined {
  const words = line.trim().split(/[ \t]+/);
  return words.find((word, i) => i > 0 && namesItself(word, words[i - 1] ?? ""));
}

function namesItself(base64: string, type: string): boolean {
  const bytes = Buffer.from(base64, "base64");
  // Node ignores characters that are not base64; Pomerium does not.
  if (type === "" || bytes.toString("base64") !== base64) return false;
  const fields: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return false;
    fields.push(bytes.toString("latin1", at + 4, end));
    at = end;
  }
  const whole = at === bytes.length && fields.length > 1 && fields[0] === type;
  return whole && (type !== "ssh-ed25519" || (fields.length === 2 && fields[1]?.length === 32));
}
