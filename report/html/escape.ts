import { visible } from "../text.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text from a stack file or a cluster, for HTML or SVG, between tags or in a quoted attribute. */
export function esc(text: string): string {
  return visible(text).replace(/[&<>"']/g, (one) => entities[one]!);
}

/** A sentence of the program as HTML. Text between backticks becomes code. */
export function prose(text: string): string {
  return esc(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}
