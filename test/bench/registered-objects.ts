/** A Kubernetes object for the bare program. */
export interface RegisteredObject {
  type: string;
  name: string;
  inputs: object;
}

interface PreviewStep {
  urn: string;
  newState?: { type: string; inputs?: { kind?: string } };
}

/** The Kubernetes objects that a preview registers, under names of their own. */
export function objectsOf(digest: string): RegisteredObject[] {
  const { steps } = JSON.parse(digest) as { steps: PreviewStep[] };
  // An object that is taken over is in two steps.
  const objects = new Map<string, RegisteredObject>();
  for (const { urn, newState } of steps) {
    const { type = "", inputs } = newState ?? {};
    if (!type.startsWith("kubernetes:") || !inputs?.kind) continue;
    // A secret's contents are not shown.
    const shown = { ...inputs, ...(type.endsWith(":Secret") ? { data: {}, stringData: {} } : {}) };
    objects.set(urn, { type, name: `${urn.split("::").at(-1)!}-${objects.size}`, inputs: shown });
  }
  return [...objects.values()];
}
