/** The numbers of a refusal of the program. */
export interface Refusal {
  /** Problems that are no gates. */
  problems: number;
  /** Gates before `retired` that do not hold. One gate can have several items. */
  gates: number;
}

/** The numbers of a refusal among the errors of a preview; undefined if no error is a refusal. */
export function refusalOf(errors: readonly string[]): Refusal | undefined {
  for (const text of errors) {
    const [, all] = /^Pulumi\.\S+: (\d+) problems?$/m.exec(text) ?? [];
    if (all === undefined) continue;
    const items = [...text.matchAll(/^ {2}\S.*? gate ([a-z]+): /gm)].map(([, name]) => name);
    return { problems: Number(all) - items.length, gates: new Set(items).size };
  }
  return undefined;
}
