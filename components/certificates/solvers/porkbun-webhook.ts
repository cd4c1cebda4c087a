import { z } from "zod";
import { someText, text } from "../../../stack-file/fields.ts";
import { dnsSubdomain } from "../../../stack-file/values.ts";
import { challengesRight, credentialsRight, type Right, type SolverInstallation } from "./installation.ts";

/** `certificates.webhook` in the stack file. */
export const webhookSchema = z
  .strictObject({
    flavour: z
      .enum(["talinx", "mdonoughe"])
      .default("talinx")
      .describe(
        "Whose webhook the chart installs: they read the credentials under different names. Default: talinx.",
      ),
    repository: someText
      .optional()
      .describe("Helm repository. Default: Talinx's, unless `chart` says where the chart is."),
    chart: someText
      .optional()
      .describe(
        "Chart: name in the repository, path of a folder or archive (relative to the project), or oci:// address. Default: Talinx's.",
      ),
    version: someText
      .optional()
      .describe("Chart version. Default: 1.0.0 of Talinx's; a chart from a path has its own."),
    groupName: text(
      (value) => dnsSubdomain.test(value) && value.includes("."),
      "is not a valid API group: a domain name",
    )
      .optional()
      .describe(
        "API group that the webhook serves, of no other webhook in the cluster. Default: porkbun.talinx.dev.",
      ),
    image: text(
      (value) => imageParts(value) !== undefined && imageParts(value)?.tag !== "latest",
      "must be an image with its tag, and not latest, which is another image every so often",
    )
      .optional()
      .describe("Image with its tag, never latest. Default: the flavour's release."),
    values: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Further values for the chart; they are no place for secrets. Default: none."),
    solverRbac: z
      .enum(["chart", "own"])
      .default("chart")
      .describe(
        "Who lets cert-manager call the webhook: the chart, or this program for a chart that does not. Default: chart.",
      ),
  })
  .superRefine(({ flavour, chart, repository, version }, context) => {
    if (flavour === "mdonoughe" && chart === undefined)
      context.addIssue({
        code: "custom",
        path: ["chart"],
        message: "missing: mdonoughe publishes no Helm repository; name the chart's folder in a checkout",
      });
    const isRemote = repository !== undefined || chart?.startsWith("oci://") === true;
    if (chart !== undefined && isRemote && version === undefined)
      context.addIssue({
        code: "custom",
        path: ["version"],
        message: "missing: without it, the newest chart of the day would be installed",
      });
  });

export type WebhookInput = z.output<typeof webhookSchema>;

/** The webhook's settings, with defaults filled in. */
export interface Webhook extends Pick<WebhookInput, "flavour" | "solverRbac"> {
  /** Name of the Helm release and of the chart's objects. */
  release: string;
  repository?: string;
  chart: string;
  version?: string;
  image: string;
  groupName: string;
  values: Record<string, unknown>;
}

/** Names of the releases. Each contains the chart's name, so the chart names the ServiceAccount like the release. */
const releases: Record<WebhookInput["flavour"], string> = {
  talinx: "cert-manager-webhook-porkbun",
  mdonoughe: "porkbun-webhook",
};

/** Talinx's chart runs `latest` by default. Chart and image are released together, so the tags agree. */
const images: Record<WebhookInput["flavour"], string> = {
  talinx: "talinx/cert-manager-webhook-porkbun:1.0.0",
  mdonoughe: "ghcr.io/mdonoughe/porkbun-webhook:v0.1.5",
};

/** The chart of the webhook where the stack file names no other. */
export const talinx = {
  repository: "https://talinx.github.io/cert-manager-webhook-porkbun",
  chart: "cert-manager-webhook-porkbun",
  version: "1.0.0",
};

export function resolveWebhook(input: WebhookInput): Webhook {
  const { flavour, solverRbac } = input;
  const repository = input.repository ?? (input.chart === undefined ? talinx.repository : undefined);
  const version = input.version ?? (input.chart === undefined ? talinx.version : undefined);
  return {
    flavour,
    release: releases[flavour],
    chart: input.chart ?? talinx.chart,
    ...(repository === undefined ? {} : { repository }),
    ...(version === undefined ? {} : { version }),
    image: input.image ?? images[flavour],
    groupName: input.groupName ?? "porkbun.talinx.dev",
    values: input.values ?? {},
    solverRbac,
  };
}

/**
 * The Helm release of the webhook, and the rights that its chart does not give.
 *
 * @param namespace Namespace of cert-manager.
 * @param credentials Names of the Secrets with the zones' credentials.
 */
export function porkbunInstallation(
  webhook: Webhook,
  { namespace, credentials }: { namespace: string; credentials: readonly string[] },
): SolverInstallation {
  const { release, chart, version, repository, groupName } = webhook;
  const part = "webhook";
  const values = chartValues(webhook, namespace);
  const { serviceAccountName: name, namespace: place } = values.certManager;
  // Names that no chart uses. If the chart had the same object, Helm would refuse to share it.
  const rights: Right[] = [];
  if (webhook.solverRbac === "own")
    rights.push(challengesRight({ part, name: release }, groupName, { name, namespace: place }));
  // mdonoughe's chart lacks this right; upstream has a separate manifest.
  if (webhook.flavour === "mdonoughe")
    rights.push(
      credentialsRight({ part, name: release }, namespace, credentials, { name: release, namespace }),
    );
  return {
    at: "certificates.webhook.groupName",
    apiGroup: groupName,
    release: {
      part,
      name: release,
      chart,
      ...(version === undefined ? {} : { version }),
      ...(repository === undefined ? {} : { repository }),
      values: { ...values },
    },
    rights,
  };
}

/** Values that all the charts have. */
interface ChartValues {
  groupName: string;
  /** The ServiceAccount with which cert-manager calls its webhooks. */
  certManager: { namespace: string; serviceAccountName: string };
  image: { repository?: string; tag?: string };
}

function chartValues({ image, groupName, values }: Webhook, namespace: string): ChartValues {
  const { certManager, image: imageValues, ...rest } = values as Partial<ChartValues>;
  return {
    ...rest,
    groupName,
    certManager: { namespace, serviceAccountName: "cert-manager", ...certManager },
    image: { ...imageValues, ...imageParts(image) },
  };
}

/** The digest stays with the tag, since the charts write the image as `<repository>:<tag>`. */
function imageParts(image: string): { repository: string; tag: string } | undefined {
  const [, repository, tag] = /^([^\s@]+):([A-Za-z0-9_][\w.-]*(?:@sha256:[0-9a-f]{64})?)$/.exec(image) ?? [];
  return repository === undefined || tag === undefined ? undefined : { repository, tag };
}
