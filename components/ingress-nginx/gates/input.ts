import type { LiveCluster } from "../../cluster/live.ts";
import type { LiveIngressNginx } from "../live.ts";
import type { StackView } from "../stack-view.ts";

/** What the gates of this subject know. All of it was read before the run registers anything. */
export interface GateInput {
  stack: StackView;
  cluster: Pick<LiveCluster, "record" | "ingresses" | "pomerium">;
  nginx: LiveIngressNginx;
}
