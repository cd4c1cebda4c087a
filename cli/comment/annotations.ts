/** A message at a line of a file, for GitHub's view of the changes. */
export interface Annotation {
  level: "error" | "warning";
  file: string;
  line?: number;
  message: string;
}

/**
 * A command of GitHub's runner that shows a message at a line of a file.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function annotationText({ level, file, line, message }: Annotation): string {
  const place = [`file=${property(file)}`, ...(line === undefined ? [] : [`line=${line}`])].join(",");
  return `::${level} ${place}::${data(message)}`;
}

/** A text that cannot begin another command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
