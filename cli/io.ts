import type { ClusterReader } from "../components/cluster/api.ts";
import type { ClusterAddress } from "../components/cluster/kubeconfig.ts";
import type { ReadinessRow } from "../components/cluster/readiness.ts";
import type { LiveAccount } from "../components/tunnels/account.ts";
import type { LiveState } from "../stack/access-view.ts";
import type { Stack } from "../stack/stack.ts";
import { isColoured } from "./colour.ts";
import { decoded } from "./decode.ts";

/** The outside world of a command, except for files and git. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  stdin(): Promise<string>;
  /** Standard input, piece by piece. */
  input(): AsyncIterable<string | Uint8Array>;
  /** The present time, for reports. */
  now(): Date;
  /** Folder that relative paths start from. */
  cwd: string;
  /** Width of the terminal; absent if the output is not a terminal. */
  columns?: number;
  /** Whether `out` is coloured. */
  colour: boolean;
  /** Whether `err` is coloured. */
  errorColour: boolean;
  /** Names of the contexts of a kubeconfig. Default: that of the environment. */
  contexts(kubeconfig?: string): Promise<string[]>;
  /** A live cluster, to be read. */
  openCluster(address: ClusterAddress): Promise<ClusterReader>;
  /** Reads zones and tunnels at Cloudflare with the token in $CLOUDFLARE_API_TOKEN; undefined without one. */
  readCloudflare(): Promise<LiveAccount | undefined>;
  /** Reads a live cluster. */
  readCluster(address: ClusterAddress): Promise<LiveState>;
  /** Reads the log of Pomerium's pods in a stack's live cluster, piece by piece. */
  readLog(stack: Pick<Stack, "name" | "cluster">, sinceSeconds?: number): AsyncIterable<Uint8Array>;
  /** Reads the readiness table of a stack's live cluster. */
  readReadiness(stack: Stack): Promise<ReadinessRow[]>;
}

/** The streams of the process. */
export function processIo(): Io {
  const { stdout, stderr } = process;
  // A reader that stops early (`… | head`) is not an error.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    stdin: async () => decoded(Buffer.concat(await process.stdin.toArray())),
    input: () => process.stdin,
    now: () => new Date(),
    cwd: process.cwd(),
    ...(stdout.isTTY ? { columns: stdout.columns } : {}),
    colour: isColoured(stdout, process.env),
    errorColour: isColoured(stderr, process.env),
    contexts: async (kubeconfig) => (await kubernetesClient()).contexts(kubeconfig),
    openCluster: async (address) => (await kubernetesClient()).connect(address),
    readCloudflare,
    readCluster,
    readLog,
    readReadiness,
  };
}

/** The Kubernetes client. It is slow to load, and most commands do not need it. */
const kubernetesClient = async () => (await import("../components/cluster/api.ts")).ReadOnlyApi;

const readCloudflare: Io["readCloudflare"] = async () => {
  const token = process.env.CLOUDFLARE_API_TOKEN;
  if (!token) return undefined;
  const [{ ReadOnlyCloudflare }, { readAccount }] = await Promise.all([
    import("../components/tunnels/api.ts"),
    import("../components/tunnels/account.ts"),
  ]);
  return readAccount(new ReadOnlyCloudflare(token));
};

const readCluster: Io["readCluster"] = async (address) => {
  const [client, live, { readStatus }] = await Promise.all([
    kubernetesClient(),
    import("../components/cluster/live.ts"),
    import("../components/pomerium/live.ts"),
  ]);
  const api = await client.connect(address);
  const [cluster, pomerium] = await Promise.all([live.readCluster(api), readStatus(api)]);
  return { ...cluster, pomerium };
};

const readLog: Io["readLog"] = async function* (stack, sinceSeconds) {
  const [client, { readUid, refuseAnotherCluster }, log] = await Promise.all([
    kubernetesClient(),
    import("../components/cluster/identity.ts"),
    import("../components/pomerium/log.ts"),
  ]);
  const api = await client.connect(stack.cluster);
  refuseAnotherCluster(stack, { uid: await readUid(api) });
  yield* log.readLog(api, sinceSeconds);
};

const readReadiness: Io["readReadiness"] = async (stack) => {
  const [client, { readFindings }, { readinessOf }, { refuseAnotherCluster }, { askHost }] =
    await Promise.all([
      kubernetesClient(),
      import("../stack/findings.ts"),
      import("../stack/preflight.ts"),
      import("../components/cluster/identity.ts"),
      import("../components/ingress-nginx/traffic.ts"),
    ]);
  const findings = await readFindings(stack, await client.connect(stack.cluster), askHost());
  refuseAnotherCluster(stack, findings.cluster);
  return readinessOf(stack, findings).rows;
};
