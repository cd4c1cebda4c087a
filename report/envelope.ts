/** Version of the forms for programs. A new field does not change it; anything that misleads an older reader does. */
const formVersion = 1;

/**
 * A result for programs, as JSON.
 *
 * @param kind What the result is: `access-matrix`.
 */
export function json(kind: string, body: object): string {
  return `${JSON.stringify({ version: formVersion, kind, ...body }, null, 2)}\n`;
}
