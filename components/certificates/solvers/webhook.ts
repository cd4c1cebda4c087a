import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { secret, someText, text } from "../../../stack-file/fields.ts";
import { isMap, keyPath } from "../../../stack-file/paths.ts";
import { dnsSubdomain } from "../../../stack-file/values.ts";
import {
  challengesRight,
  credentialsRight,
  type InstallationZone,
  type SolverInstallation,
} from "./installation.ts";
import type { Solver, ZoneProblem } from "./solver.ts";

const objectName = (what: string) => text(dnsSubdomain, `is not a valid ${what}`);

const schema = z
  .strictObject({
    groupName: text(
      (value) => dnsSubdomain.test(value) && value.includes("."),
      "is not a valid API group: a domain name",
    ).describe("API group that the webhook serves."),
    solverName: someText.describe("Name of the webhook's solver, from its documentation."),
    config: z
      .record(z.string(), z.unknown())
      .default({})
      .describe(
        "Configuration, as the webhook's documentation says. It names the zone's secrets by their Secret, `webhook-<zone>`. Default: none.",
      ),
    secrets: z
      .record(
        text(/^[-._a-zA-Z0-9]{1,253}$/, "is not a valid key of a Secret"),
        secret.describe("Value of this key of the Secret; encrypted."),
      )
      .default({})
      .describe("Keys of the Secret `webhook-<zone>` in cert-manager's namespace. Default: no Secret."),
    solverRbac: z
      .enum(["chart", "own"])
      .default("chart")
      .describe("Who lets cert-manager call the webhook: its chart, or this program. Default: chart."),
    serviceAccount: objectName("name of a ServiceAccount")
      .optional()
      .describe(
        "ServiceAccount of the webhook, in cert-manager's namespace, to which this program gives the right to read the Secret. Default: the webhook has the right.",
      ),
    install: z
      .strictObject({
        release: objectName("name of a Helm release").describe("Name of the Helm release."),
        repository: someText
          .optional()
          .describe("Helm repository. Default: `chart` says where the chart is."),
        chart: someText.describe(
          "Chart: name in the repository, path of a folder or archive (relative to the project), or oci:// address.",
        ),
        version: someText.optional().describe("Chart version; only a chart from a path needs none."),
        values: z
          .record(z.string(), z.unknown())
          .default({})
          .describe(
            "Values for the chart, which are no place for secrets. `groupName` and `certManager` are set as in cert-manager's example webhook. Default: none.",
          ),
      })
      .superRefine(({ chart, repository, version }, context) => {
        if ((repository !== undefined || chart.startsWith("oci://")) && version === undefined)
          context.addIssue({
            code: "custom",
            path: ["version"],
            message: "missing: without it, the newest chart of the day would be installed",
          });
      })
      .optional()
      .describe(
        "Helm chart of the webhook, installed in cert-manager's namespace. Default: it is installed already.",
      ),
  })
  .meta({
    description: "DNS by any other webhook for cert-manager, which is installed or already there.",
    examples: [
      {
        groupName: "acme.example.org",
        solverName: "hetzner",
        config: {
          secretName: "webhook-example.org",
          zoneName: "example.org",
          apiUrl: "https://dns.hetzner.com/api/v1",
        },
        secrets: {},
      },
    ],
  });

type WebhookZone = z.output<typeof schema>;
type Settings = Omit<WebhookZone, "secrets">;

/**
 * Any webhook for cert-manager. Each reads its configuration in another form, so it is passed on unchanged.
 *
 * @see https://cert-manager.io/docs/configuration/acme/dns01/webhook/
 */
export const webhook: Solver = {
  schema,
  examples: [
    {
      groupName: "acme.example.org",
      solverName: "hetzner",
      config: { secretName: "webhook-example.org", zoneName: "example.org" },
      secrets: { "api-key": undefined },
    },
    {
      groupName: "acme.example.com",
      solverName: "netcup",
      config: { apiKeyRef: { name: "webhook-example.org", key: "key" } },
      secrets: { key: undefined },
      solverRbac: "own",
      serviceAccount: "netcup-webhook",
      install: { release: "netcup-webhook", chart: "./charts/netcup-webhook" },
    },
    { groupName: "dns.example.net", solverName: "ambient" },
  ],
  secrets: {},
  type: "DNS-01",
  divide: (value) => {
    const { secrets = {}, ...settings } = value as Partial<WebhookZone>;
    return { secrets, settings };
  },
  challenge: ({ settings }) => {
    const { groupName, solverName, config = {} } = settings as Partial<Settings>;
    return {
      dns01: {
        webhook: { groupName, solverName, ...(Object.keys(config).length > 0 ? { config } : {}) },
      },
    };
  },
  fromLive: ({ webhook: given }) =>
    given && {
      groupName: given.groupName,
      solverName: given.solverName,
      ...(isMap(given.config) ? { config: given.config } : {}),
    },
  installation: (zones, { namespace }) => {
    const groups = Map.groupBy(zones, ({ settings }) => (settings as Settings).groupName);
    return [...groups.values()].map((ofGroup) => installationOf(ofGroup, namespace));
  },
  problems: (zones) => [
    ...Object.entries(zones).flatMap(([zone, value]) => unreadSecrets(zone, value as WebhookZone)),
    ...differentInstallations(zones as Record<string, WebhookZone>),
  ],
};

/** What the zones of one API group need. They all have the same installation. */
function installationOf(zones: readonly InstallationZone[], namespace: string): SolverInstallation {
  const all = zones.map(({ settings }) => settings as Settings);
  const { groupName } = all[0]!;
  const install = all.find((each) => each.install !== undefined)?.install;
  const reader = all.find((each) => each.serviceAccount !== undefined)?.serviceAccount;
  const credentials = zones.flatMap((zone) => zone.credentials ?? []);
  // The rights are about the API group. The release has another name.
  const right = { part: `webhook-${groupName}`, name: `webhook-${groupName}` };
  const certManager = { namespace, serviceAccountName: "cert-manager" };
  return {
    at: keyPath(["certificates", "zones", zones[0]!.zone, "webhook", "groupName"]),
    apiGroup: groupName,
    ...(install === undefined
      ? {}
      : {
          release: {
            part: `webhook-${install.release}`,
            name: install.release,
            chart: install.chart,
            ...(install.version === undefined ? {} : { version: install.version }),
            ...(install.repository === undefined ? {} : { repository: install.repository }),
            values: { groupName, certManager, ...install.values },
          },
        }),
    rights: [
      ...(all.some(({ solverRbac }) => solverRbac === "own")
        ? [
            challengesRight(right, groupName, {
              name: certManager.serviceAccountName,
              namespace,
            }),
          ]
        : []),
      ...(reader === undefined || credentials.length === 0
        ? []
        : [credentialsRight(right, namespace, credentials, { name: reader, namespace })]),
    ],
  };
}

/** A webhook finds the secrets only if its configuration names their Secret. */
function unreadSecrets(zone: string, { secrets, config }: WebhookZone): ZoneProblem[] {
  const name = `webhook-${zone}`;
  return Object.keys(secrets).length === 0 || JSON.stringify(config).includes(JSON.stringify(name))
    ? []
    : [
        {
          zone,
          path: ["config"],
          message: `does not name the Secret ${name}, so the webhook cannot read \`secrets\``,
        },
      ];
}

function differentInstallations(zones: Readonly<Record<string, WebhookZone>>): ZoneProblem[] {
  const installed = Object.entries(zones).filter(([, { install }]) => install !== undefined);
  const groups = Map.groupBy(installed, ([, { groupName }]) => groupName);
  return [...groups.values()].flatMap(([first, ...others]) =>
    others
      .filter(([, { install }]) => !isDeepStrictEqual(install, first![1].install))
      .map(([zone]) => ({
        zone,
        path: ["install"],
        message: `differs from that of ${first![0]}, although both webhooks serve the same API group; write it at ${first![0]} only`,
      })),
  );
}
