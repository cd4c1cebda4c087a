/** A text inside `[…]` or `{…}` of a YAML file, in quotes where YAML would read it otherwise. */
export function inFlow(text: string): string {
  return /^[/A-Za-z][\w./@~+-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** A path that is open to anybody, as a stack file writes it in a list. */
export function apiPathInFlow({ path, exact }: { path: string; exact?: boolean }): string {
  return exact ? `{path: ${inFlow(path)}, exact: true}` : inFlow(path);
}
