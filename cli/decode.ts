/**
 * The encoding that the first bytes of a text name. PowerShell's `>` writes UTF-16, and names it so; everything else that
 * the commands read is UTF-8.
 */
export function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** The text of some bytes, without a byte order mark. */
export const decoded = (bytes: Uint8Array): string => new TextDecoder(encodingOf(bytes)).decode(bytes);
