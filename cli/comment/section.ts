/** A part of the comment under a title, with an empty line at its end. */
export function section(title: string, ...body: string[]): string {
  return `#### ${title}\n\n${body.map((one) => one.trimEnd()).join("\n\n")}\n`;
}
