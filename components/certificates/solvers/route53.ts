import { someText, text } from "../../../stack-file/fields.ts";
import { dnsLabel } from "../../../stack-file/values.ts";
import { dnsProvider } from "./solver.ts";

/** @see https://cert-manager.io/docs/configuration/acme/dns01/route53/ */
export const route53 = dnsProvider({
  description:
    "DNS at Amazon Route 53, by an access key, or by what cert-manager's own environment gives it (IRSA, pod identity, the instance's role).",
  examples: [
    { region: "eu-central-1", accessKeyId: "AKIAEXAMPLEEXAMPLE00" },
    {
      region: "eu-central-1",
      role: "arn:aws:iam::123456789012:role/dns",
      hostedZoneId: "Z0123456789EXAMPLE",
    },
    {
      region: "eu-central-1",
      role: "arn:aws:iam::123456789012:role/dns",
      serviceAccount: "cert-manager-route53",
    },
  ],
  secrets: {
    secretAccessKey: {
      key: "secret-access-key",
      description: "Secret access key of `accessKeyId`; encrypted. Default: none.",
      neededIf: ({ accessKeyId }) => accessKeyId !== undefined,
    },
  },
  settings: {
    region: text(dnsLabel, "is not an AWS region, such as eu-central-1")
      .optional()
      .describe("AWS region. Default: that of cert-manager's environment."),
    accessKeyId: text(/^[A-Z0-9]{16,128}$/, "is not an access key id of AWS")
      .optional()
      .describe("Access key id, which is no secret. Default: the credentials of cert-manager's environment."),
    role: text(/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/, "is not the ARN of an IAM role")
      .optional()
      .describe("IAM role to assume. Default: none."),
    hostedZoneId: someText
      .optional()
      .describe("Hosted zone, for credentials that may not list the zones. Default: it is looked up."),
    serviceAccount: someText
      .optional()
      .describe(
        "ServiceAccount in cert-manager's namespace whose token lets it assume `role`; cert-manager must be allowed to request one. Default: none.",
      ),
  },
  check: (given: {
    region?: string | undefined;
    accessKeyId?: string | undefined;
    secretAccessKey?: unknown;
    role?: string | undefined;
    serviceAccount?: string | undefined;
  }) => {
    const found: [string, string][] = [];
    if (given.secretAccessKey !== undefined && given.accessKeyId === undefined)
      found.push(["accessKeyId", "missing: the id of `secretAccessKey`"]);
    if (given.accessKeyId !== undefined && given.region === undefined)
      found.push(["region", "missing: an access key works only with a region"]);
    if (given.serviceAccount !== undefined && given.role === undefined)
      found.push(["role", "missing: the role that the token of `serviceAccount` may assume"]);
    if (given.serviceAccount !== undefined && given.accessKeyId !== undefined)
      found.push(["accessKeyId", "contradicts `serviceAccount`: take one of the two away"]);
    return found;
  },
  dns01: ({ secretAccessKey }, { region, accessKeyId, role, hostedZoneId, serviceAccount }) => ({
    route53: {
      region,
      accessKeyID: accessKeyId,
      secretAccessKeySecretRef: secretAccessKey,
      role,
      hostedZoneID: hostedZoneId,
      auth:
        serviceAccount === undefined
          ? undefined
          : { kubernetes: { serviceAccountRef: { name: serviceAccount } } },
    },
  }),
  fromLive: ({ route53: given }) => {
    if (given === undefined) return undefined;
    const { auth } = given as { auth?: { kubernetes?: { serviceAccountRef?: { name?: string } } } };
    return {
      region: given.region,
      accessKeyId: given.accessKeyID,
      role: given.role,
      hostedZoneId: given.hostedZoneID,
      serviceAccount: auth?.kubernetes?.serviceAccountRef?.name,
    };
  },
});
