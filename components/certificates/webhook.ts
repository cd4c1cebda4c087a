import type { InputPropertyErrorDetails } from "@pulumi/pulumi";

/** A key of a Secret in the namespace where cert-manager looks for a ClusterIssuer's Secrets. */
export interface SecretKey {
  name: string;
  key: string;
}

/**
 * What each of the webhooks for Porkbun reads from a solver's `config`. A webhook passes over keys that it does
 * not know and then says that it was given no credentials, so the names are not interchangeable.
 */
export interface SolverConfigs {
  /** Talinx/cert-manager-webhook-porkbun and its forks. */
  talinx: { apiKey: SecretKey; secretApiKey: SecretKey };
  /** mdonoughe/porkbun-webhook. */
  mdonoughe: { apiKeySecretRef: SecretKey; secretKeySecretRef: SecretKey };
}

export type WebhookFlavour = keyof SolverConfigs;

export interface WebhookArgs {
  /** Which webhook the chart installs. Default: talinx. */
  flavour?: WebhookFlavour;
  /** Helm repository. Default: Talinx's, unless `chart` says where the chart is. */
  repository?: string;
  /**
   * Chart: its name in `repository`, the path of a folder or archive (relative to the project) or an `oci://`
   * address. Default: Talinx's. Needed for mdonoughe, which publishes no repository.
   */
  chart?: string;
  /** Chart version. Default: 1.0.0 of Talinx's; a chart from elsewhere needs its own, one from a path has it. */
  version?: string;
  /** Image with its tag, never `latest`. Default: the flavour's newest release. */
  image?: string;
  /** API group that the webhook serves; no other webhook of the cluster may have it. Default: porkbun.talinx.dev. */
  groupName?: string;
  /** Further values for the chart. Group name and image have arguments of their own, which win. */
  values?: Record<string, unknown>;
  /**
   * Who gives cert-manager the right to call the webhook: the chart, or this program for a chart that does not.
   * Default: chart.
   */
  solverRbac?: "chart" | "own";
}

/** The webhook as it is installed: defaults filled in. */
export interface Webhook {
  flavour: WebhookFlavour;
  /** Name of the Helm release, and so of the objects that the chart makes. */
  release: string;
  repository?: string;
  chart: string;
  version?: string;
  image: string;
  groupName: string;
  values: Record<string, unknown>;
  solverRbac: "chart" | "own";
}

/** What a chart's own name, or a part of it, makes of the release: the webhook's ServiceAccount has the same name. */
const releases: Record<WebhookFlavour, string> = {
  talinx: "cert-manager-webhook-porkbun",
  mdonoughe: "porkbun-webhook",
};

/** The charts' own default is `latest` for Talinx. The tag is the release's: chart and image are released as one. */
const images: Record<WebhookFlavour, string> = {
  talinx: "talinx/cert-manager-webhook-porkbun:1.0.0",
  mdonoughe: "ghcr.io/mdonoughe/porkbun-webhook:v0.1.5",
};

const talinx = {
  repository: "https://talinx.github.io/cert-manager-webhook-porkbun",
  chart: "cert-manager-webhook-porkbun",
  version: "1.0.0",
};

/** Fills in what was left to the defaults. To be called with arguments that have no {@link webhookProblems}. */
export function resolveWebhook(args: WebhookArgs = {}): Webhook {
  const { flavour = "talinx", chart = talinx.chart } = args;
  const repository = args.repository ?? (args.chart === undefined ? talinx.repository : undefined);
  const version = args.version ?? (args.chart === undefined ? talinx.version : undefined);
  return {
    flavour,
    release: releases[flavour],
    chart,
    ...(repository === undefined ? {} : { repository }),
    ...(version === undefined ? {} : { version }),
    image: args.image ?? images[flavour],
    groupName: args.groupName ?? "porkbun.talinx.dev",
    values: args.values ?? {},
    solverRbac: args.solverRbac ?? "chart",
  };
}

const apiGroup = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;

/** Everything that is wrong with a webhook's arguments, by property. */
export function webhookProblems(args: WebhookArgs): InputPropertyErrorDetails[] {
  const { flavour = "talinx", chart, repository, version, image, groupName } = args;
  const problems: InputPropertyErrorDetails[] = [];
  const report = (propertyPath: string, reason: string): void => {
    problems.push({ propertyPath, reason });
  };
  if (flavour === "mdonoughe" && chart === undefined)
    report("chart", "missing: mdonoughe publishes no Helm repository; name the chart's folder in a checkout");
  const isRemote = repository !== undefined || chart?.startsWith("oci://");
  if (chart !== undefined && isRemote && version === undefined)
    report("version", "missing: without it, the newest chart of the day would be installed");
  if (image !== undefined) {
    const tag = imageParts(image)?.tag;
    if (tag === undefined) report("image", `"${image}" has no tag: write <repository>:<tag>`);
    else if (tag === "latest") report("image", "must not be latest, which is another image every so often");
  }
  if (groupName !== undefined && !apiGroup.test(groupName))
    report("groupName", `"${groupName}" is no API group: a domain name in lower case`);
  return problems;
}

/** Values that every one of the charts takes, beside those of the stack's own. */
export interface WebhookValues {
  groupName: string;
  /** The account under which cert-manager calls its webhooks. */
  certManager: { namespace: string; serviceAccountName: string };
  image: { repository?: string; tag?: string };
}

/** @param namespace Where cert-manager runs, unless the values say otherwise. */
export function webhookValues({ image, groupName, values }: Webhook, namespace: string): WebhookValues {
  const { certManager, image: imageValues, ...rest } = values as Partial<WebhookValues>;
  return {
    ...rest,
    groupName,
    certManager: { namespace, serviceAccountName: "cert-manager", ...certManager },
    image: { ...imageValues, ...imageParts(image) },
  };
}

/** A digest stays with the tag, since charts write the image as `<repository>:<tag>`. */
function imageParts(image: string): { repository: string; tag: string } | undefined {
  const [, repository, tag] = /^([^\s@]+):([A-Za-z0-9_][\w.-]*(?:@sha256:[0-9a-f]{64})?)$/.exec(image) ?? [];
  return repository === undefined || tag === undefined ? undefined : { repository, tag };
}
