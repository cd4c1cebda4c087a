import { z } from "zod";
import { someText, text } from "../../stack-file/fields.ts";
import { uuid } from "../../stack-file/values.ts";

/** The cluster that a stack is for. */
export interface Cluster {
  /** Context of the kubeconfig. */
  context: string;
  /** Path of the kubeconfig file; a relative one starts at the project's folder. Default: $KUBECONFIG or ~/.kube/config. */
  kubeconfig?: string;
  /** UID of namespace kube-system, which identifies a cluster. Absent until a person has confirmed it. */
  uid?: string;
  /** `direct`: a router or a public address leads to Pomerium; `tunnelOnly`: only a tunnel does. */
  exposure: "direct" | "tunnelOnly";
}

export const clusterSchema = z.strictObject({
  context: someText.describe("Context of the kubeconfig."),
  kubeconfig: someText
    .optional()
    .describe(
      "Path of the kubeconfig file; a relative one starts at the project's folder. Default: $KUBECONFIG or ~/.kube/config.",
    ),
  uid: text(uuid, "is no UID: a UUID in lower case")
    .optional()
    .describe("UID of namespace kube-system: another cluster is refused. Asked for when it is absent."),
  exposure: z
    .enum(["direct", "tunnelOnly"])
    .default("direct")
    .describe(
      "`direct`: a router or a public address leads to Pomerium; `tunnelOnly`: only a tunnel does. Default: direct.",
    ),
});

/** UID in the shipped stack files, where nobody has yet confirmed a cluster. */
const unsetUid = "00000000-0000-0000-0000-000000000000";

export function resolveCluster({ uid, ...cluster }: z.output<typeof clusterSchema>): Cluster {
  return { ...cluster, ...(uid === undefined || uid === unsetUid ? {} : { uid }) };
}
