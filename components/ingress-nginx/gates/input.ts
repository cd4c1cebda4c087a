import type { LiveCluster } from "../../cluster/live.ts";
import type { PomeriumStatus } from "../../cluster/pomerium-status.ts";
import type { LiveIngressNginx } from "../live.ts";
import type { StackView } from "../stack-view.ts";

/** Input of the gates of this subject. All of it is read before the run registers anything. */
export interface GateInput {
  stack: StackView;
  cluster: Pick<LiveCluster, "record" | "ingresses">;
  pomerium: PomeriumStatus;
  nginx: LiveIngressNginx;
}
