import { styleText } from "node:util";

/**
 * Whether the output to a stream is coloured. FORCE_COLOR decides if it is set: `0` and `false` mean no. Otherwise only a
 * terminal gets colours, without NO_COLOR and if it is not a dumb one.
 *
 * @see https://no-color.org and https://force-color.org
 */
export function isColoured(
  stream: { isTTY?: boolean },
  { FORCE_COLOR, NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (FORCE_COLOR) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
}

type Style = "bold" | "dim" | "red" | "green" | "yellow";

/** The text in a style, if the output is coloured. */
export function paint({ colour }: { colour: boolean }, style: Style, text: string): string {
  return colour ? styleText(style, text, { validateStream: false }) : text;
}
