import { type LiveCluster, readCluster } from "../components/cluster/live.ts";
import { StackFileError } from "../config/problems.ts";
import type { Stack } from "../config/stack.ts";
import { stackFileName } from "../config/stack-file.ts";
import { type CertificateReport, inspectCertificates } from "./certificates.ts";
import { inspect } from "./inspect.ts";
import { accessProblems, preflightProblems } from "./problems.ts";
import { inspectTunnels, type TunnelReport } from "./tunnels.ts";

/** What the program knows of the cluster, and of what leads to it, when it begins to register. */
export interface Findings {
  cluster: LiveCluster;
  certificates: CertificateReport;
  tunnels: TunnelReport;
}

/**
 * Runs the access tests and looks at the live cluster before anything is registered. The program goes on only
 * if every test holds, and the cluster is the one that the stack means and has what the stack needs.
 *
 * @throws StackFileError with every problem at once.
 */
export async function preflight(stack: Stack): Promise<Findings> {
  const [seen, tunnels] = await Promise.all([
    inspect(stack.cluster, async (api) => {
      const [cluster, certificates] = await Promise.all([readCluster(api), inspectCertificates(stack, api)]);
      return { cluster, certificates };
    }),
    inspectTunnels(stack),
  ]);
  const problems = [
    ...accessProblems(stack),
    ...("at" in seen
      ? [seen]
      : preflightProblems(stack, seen.cluster, [...seen.certificates.problems, ...tunnels.problems])),
  ];
  if ("at" in seen || problems.length > 0) throw new StackFileError(stackFileName(stack.name), problems);
  return { ...seen, tunnels };
}
