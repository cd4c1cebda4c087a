import { z } from "zod";
import { someText, text } from "../../stack-file/fields.ts";
import { uuid } from "../../stack-file/values.ts";

export const clusterSchema = z.strictObject({
  context: someText.describe("Context of the kubeconfig."),
  kubeconfig: someText
    .optional()
    .describe("Path of the kubeconfig file. Default: $KUBECONFIG or ~/.kube/config."),
  uid: text((value) => uuid.test(value), "is no UID: a UUID in lower case")
    .optional()
    .describe("UID of namespace kube-system: another cluster is refused. Asked for when it is absent."),
  exposure: z
    .enum(["direct", "tunnelOnly"])
    .default("direct")
    .describe(
      "`direct`: a router or a public address leads to Pomerium; `tunnelOnly`: nothing but a tunnel does. Default: direct.",
    ),
});
