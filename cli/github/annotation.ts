import type { Place } from "../../stack-file/place.ts";

/** A message for GitHub's view of a change: an error fails nothing by itself. */
export interface Annotation {
  level: "error" | "warning" | "notice";
  /** Path of the file, from the root of the repository. */
  file: string;
  place?: Place;
  title?: string;
  message: string;
}

/**
 * A command of GitHub's runner that shows a message at a line of a file.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function annotationText({ level, file, place, title, message }: Annotation): string {
  const properties = Object.entries({ file, line: place?.line, col: place?.column, title }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`${name}=${property(String(value))}`]),
  );
  return `::${level} ${properties.join(",")}::${data(message)}`;
}

/** A text that cannot begin another command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
