import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { labelOf } from "../../policies/guardrails/resource.ts";

/** The state of a resource, as `pulumi preview --json` prints it. */
const state = z.object({
  /** False for a component, which is not a real object. */
  custom: z.boolean().nullish(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  outputs: z.record(z.string(), z.unknown()).nullish(),
  provider: z.string().nullish(),
});

/**
 * The part of `pulumi preview --json` that a comment needs. Pulumi masks secrets in it.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/display/json.go
 */
const schema = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        provider: z.string().nullish(),
        oldState: state.nullish(),
        newState: state.nullish(),
        // Paths of the changed properties. Some providers give only top-level names, as `diffReasons`.
        detailedDiff: z.record(z.string(), z.object({ kind: z.string() })).nullish(),
        diffReasons: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z.array(z.object({ message: z.string(), severity: z.string() })).nullish(),
  /** Absent if the preview ended before the program. */
  changeSummary: z.record(z.string(), z.number()).nullish(),
});

export type Properties = Readonly<Record<string, unknown>>;

/** The change of one object in a preview. */
export interface PlannedObject {
  op: Operation;
  /** `kubernetes:networking.k8s.io/v1:Ingress`. */
  type: string;
  urn: string;
  /** `Ingress komga/komga-ingress` for an object of Kubernetes, type and logical name for others. */
  label: string;
  /** What the last run asked for. Absent for a new object. */
  asked?: Properties;
  /** The object in the cluster, with everything that others have set. Absent for a new object. */
  live?: Properties;
  /** What this run asks for. Absent for an object that it deletes. */
  asks?: Properties;
  /** URN of the provider, which stands for a cluster. */
  provider?: string;
  /** Paths of the changed properties, if known. */
  changes: readonly string[];
}

export type Operation = "same" | "create" | "import" | "update" | "replace" | "delete";

/** A part of a run that its preview does not show. */
export interface Gap {
  /** Label of the object, or `the preview`. */
  resource: string;
  /** Empty for the whole preview. */
  urn: string;
  reason: string;
  fix: string;
}

/** A preview. */
export interface Plan {
  /** The objects by label: neither components nor providers. Pulumi's own order differs from run to run. */
  objects: readonly PlannedObject[];
  /** Whether the preview succeeded. Otherwise it does not show everything that a run would do. */
  complete: boolean;
  /** Parts that the preview does not show, so that nobody can judge them. */
  gaps: readonly Gap[];
  /** Messages of the program and the providers, without the severity in front. */
  said: readonly { severity: string; text: string }[];
}

/** The output is not a preview: the command ended before the preview began. */
export class NoPlan extends Error {}

/** Operations that neither change nor keep an object. */
const silent = [
  "refresh",
  "read",
  "read-replacement",
  "discard-replaced",
  "remove-pending-replace",
  "diff",
  "extend-parameterize",
];

/** Pulumi's operations that a plan shows. */
const operations: Readonly<Record<string, Operation>> = {
  same: "same",
  create: "create",
  import: "import",
  "import-replacement": "import",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
  // The state forgets the object, and the object stays.
  discard: "delete",
};

/**
 * Reads the output of `pulumi preview --json`.
 *
 * @throws NoPlan if the output is not a preview.
 */
export function parsePlan(text: string): Plan {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new NoPlan();
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new NoPlan();
  const { steps, diagnostics, changeSummary } = parsed.data;
  // The steps of a replacement are one replaced object.
  const objects = new Map<string, PlannedObject>();
  const gaps: Gap[] = [];
  for (const { urn, op, ...step } of steps ?? []) {
    const operation = operations[op];
    const type = typeOf(urn);
    if (!isObject(type, step.newState ?? step.oldState)) continue;
    if (operation === undefined) {
      if (!silent.includes(op)) gaps.push(unknownOperation(op, type, urn, step.newState?.inputs ?? {}));
      continue;
    }
    const known = objects.get(urn);
    const asked = step.oldState?.inputs ?? known?.asked;
    const live = step.oldState?.outputs ?? known?.live;
    const asks = operation === "delete" ? undefined : (step.newState?.inputs ?? known?.asks);
    const provider = providerOf(step.newState?.provider ?? step.provider) ?? known?.provider;
    const changes = step.detailedDiff
      ? Object.keys(step.detailedDiff)
      : (step.diffReasons ?? known?.changes ?? []);
    objects.set(urn, {
      op: operation,
      type,
      urn,
      label: labelOf({ type, urn, props: asks ?? asked }),
      ...(asked ? { asked } : {}),
      ...(live ? { live } : {}),
      ...(asks ? { asks } : {}),
      ...(provider ? { provider } : {}),
      changes,
    });
  }
  const said = (diagnostics ?? []).map(({ severity, message }) => ({ severity, text: textOf(message) }));
  gaps.push(
    ...[...objects.values()].filter(isEmpty).map(emptyObject),
    ...missing(steps ?? [], changeSummary ?? {}),
  );
  const complete = Boolean(changeSummary) && said.every(({ severity }) => severity !== "error");
  return {
    objects: [...objects.values()].sort((one, other) => one.label.localeCompare(other.label, "en")),
    complete,
    gaps,
    said: said.filter(({ text }) => text !== "" && !isNoise(text)),
  };
}

function unknownOperation(op: string, type: string, urn: string, props: Properties): Gap {
  return {
    resource: labelOf({ type, urn, props }),
    urn,
    reason: `what the operation ${JSON.stringify(op)} does is not known here`,
    fix: "look at it yourself, and use a newer release of this project",
  };
}

/** Whether an object of Kubernetes is shown without its content. Every real request has some content. */
function isEmpty({ op, type, asked, asks }: PlannedObject): boolean {
  return type.startsWith("kubernetes:") && (op === "delete" ? asked : asks) === undefined;
}

function emptyObject({ op, label, urn }: PlannedObject): Gap {
  return {
    resource: label,
    urn,
    reason: `the preview shows that it would ${op === "same" ? "stay" : op}, but not what the object is`,
    fix: "give the whole output of `pulumi preview --json --show-sames`, without --target",
  };
}

/** Pulumi counts every unchanged resource, and shows them only with `--show-sames`. */
function missing(steps: readonly { op: string }[], { same = 0 }: Readonly<Record<string, number>>): Gap[] {
  const shown = steps.filter(({ op }) => op === "same").length;
  if (same <= shown) return [];
  return [
    {
      resource: "the preview",
      urn: "",
      reason: `it shows ${shown} of ${same} unchanged resources, and the rules also judge unchanged ones`,
      fix: "run it with --show-sames: pulumi preview --json --show-sames",
    },
  ];
}

/** Whether the message only says that a plugin is on the PATH. */
export const isNoise = (text: string): boolean =>
  /^(?:warning: )?using pulumi-\S+ from \$PATH at /.test(text);

/** A message that was given once or several times. */
export interface Said {
  text: string;
  times: number;
}

/**
 * The errors of a preview, each once, the cause first. Pulumi adds "preview failed" to every failed preview. A provider
 * that does not reach its cluster gives the reason as a warning, and then the same error for every object.
 */
export function errorsOf({ said }: Pick<Plan, "said">): Said[] {
  const counts = (texts: readonly string[]): Said[] =>
    [...Map.groupBy(texts, (text) => text)].map(([text, all]) => ({ text, times: all.length }));
  const of = (severity: string): string[] =>
    said.flatMap((one) => (one.severity === severity ? [one.text] : []));
  const errors = of("error");
  const telling = errors.filter((text) => text !== "preview failed");
  if (errors.length === 0) return [];
  const causes = of("warning").filter((text) => /unreachable|unable to load Kubernetes client/.test(text));
  return [...counts(causes), ...counts(telling.length > 0 ? telling : errors)];
}

function textOf(message: string): string {
  return stripVTControlCharacters(message)
    .replace(/^(?:error|warning): /, "")
    .replace(/^Preview failed: /, "")
    .trim();
}

/** The URN in a reference to a provider. The ID at its end is not known before a provider is made. */
function providerOf(reference: string | null | undefined): string | undefined {
  return reference?.slice(0, reference.lastIndexOf("::"));
}

/** The type in a URN. The types of the parents are in front of it. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function isObject(type: string, known: { custom?: boolean | null | undefined } | null | undefined): boolean {
  return !type.startsWith("pulumi:") && known?.custom !== false;
}
