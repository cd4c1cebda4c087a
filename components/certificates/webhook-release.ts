import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ObjectOfKind } from "../cluster/objects.ts";
import { challengesName, credentialsRoleName } from "./issuer-objects.ts";
import { type Webhook, webhookValues } from "./webhook.ts";

export interface WebhookReleaseArgs {
  webhook: Webhook;
  /** Namespace of cert-manager; the webhook runs there too. */
  namespace: string;
  /** Names of the Secrets that it must be able to read. */
  credentials: string[];
  /** Options of each of its resources: what the cluster has already is imported. */
  optionsOf: (object: ObjectOfKind) => pulumi.CustomResourceOptions;
}

/**
 * Installs the webhook for Porkbun by Helm, and the rights that its chart leaves out.
 *
 * @returns Everything that has to be there before a challenge can be solved.
 */
export function installWebhook(name: string, args: WebhookReleaseArgs): pulumi.Resource[] {
  const { webhook, namespace, optionsOf } = args;
  const { release, chart, version, repository, flavour, solverRbac } = webhook;
  const installed = new k8s.helm.v3.Release(
    name,
    {
      name: release,
      namespace,
      chart,
      ...(version === undefined ? {} : { version }),
      ...(repository === undefined ? {} : { repositoryOpts: { repo: repository } }),
      values: { ...webhookValues(webhook, namespace) },
    },
    optionsOf({ kind: "Release", name: release, namespace }),
  );
  return [
    installed,
    ...(solverRbac === "own" ? rightToPostChallenges(`${name}-challenges`, args) : []),
    // Its chart lets it read no Secret at all: that is a manifest beside the chart, to be applied by hand.
    ...(flavour === "mdonoughe" ? rightToReadCredentials(`${name}-credentials`, args) : []),
  ];
}

function rightToPostChallenges(name: string, { webhook, namespace, optionsOf }: WebhookReleaseArgs) {
  const object = { name: challengesName(webhook) };
  const role = new k8s.rbac.v1.ClusterRole(
    name,
    {
      metadata: object,
      // cert-manager only ever posts a challenge; it never reads one back.
      rules: [{ apiGroups: [webhook.groupName], resources: ["*"], verbs: ["create"] }],
    },
    optionsOf({ kind: "ClusterRole", ...object }),
  );
  const account = webhookValues(webhook, namespace).certManager;
  const binding = new k8s.rbac.v1.ClusterRoleBinding(
    name,
    {
      metadata: object,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.serviceAccountName, namespace: account.namespace }],
    },
    optionsOf({ kind: "ClusterRoleBinding", ...object }),
  );
  return [role, binding];
}

function rightToReadCredentials(
  name: string,
  { webhook, namespace, credentials, optionsOf }: WebhookReleaseArgs,
) {
  const object = { name: credentialsRoleName(webhook), namespace };
  const role = new k8s.rbac.v1.Role(
    name,
    {
      metadata: object,
      rules: [{ apiGroups: [""], resources: ["secrets"], resourceNames: credentials, verbs: ["get"] }],
    },
    optionsOf({ kind: "Role", ...object }),
  );
  const binding = new k8s.rbac.v1.RoleBinding(
    name,
    {
      metadata: object,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: webhook.release, namespace }],
    },
    optionsOf({ kind: "RoleBinding", ...object }),
  );
  return [role, binding];
}
