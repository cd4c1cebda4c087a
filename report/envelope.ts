/** Version of the JSON forms. A new field does not change it. A change that misleads older programs does. */
const formVersion = 1;

/**
 * A result for programs, as JSON.
 *
 * @param kind What the result is: `access-matrix`.
 */
export function json(kind: string, body: object): string {
  return `${JSON.stringify({ version: formVersion, kind, ...body }, null, 2)}\n`;
}
