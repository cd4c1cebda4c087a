import https from "node:https";
import { isIPv6 } from "node:net";
import type { LiveIngress } from "../cluster/live.ts";
import type { LiveIngressNginx } from "./live.ts";
import { ingressesOfApp } from "./served-of-app.ts";
import type { StackView } from "./stack-view.ts";

/** What answers a host at its public address. */
export interface HostAnswer {
  isPomerium: boolean;
  /** The answer in a few words. */
  note: string;
  /** The public keys in the answer of a Pomerium. */
  keys?: string[];
}

/** Host → what answers it. */
export type Traffic = Readonly<Record<string, HostAnswer>>;

/**
 * Asks a host in the way its users reach it, or at a given address.
 *
 * @param at Address and port: `192.168.0.172:443`. Default: that of the resolver.
 */
export type AskHost = (host: string, at?: string) => Promise<HostAnswer>;

/** Hosts of the apps that take over from ingress-nginx: it serves them, also by a wildcard, or the app replaces an Ingress. */
export function takenOverHosts(
  { apps }: Pick<StackView, "apps">,
  { ingresses }: { ingresses: readonly LiveIngress[] },
): string[] {
  const takers = apps.filter((app) => ingressesOfApp(app, ingresses).length > 0);
  return [...new Set(takers.map(({ host }) => host))].sort();
}

/** A host that stands for a wildcard: a request needs a whole name. */
export function sampleHost(host: string): string {
  return host.replace(/^\*/, "any");
}

/**
 * Asks all hosts that apps take over, at the same time. The Pomerium of another cluster may answer as well, so the keys
 * are compared with those of this cluster's Pomerium at its own address.
 */
export async function readTraffic(
  stack: Pick<StackView, "apps"> & { pomerium: { reach: { ip: string; port: number } } },
  nginx: Pick<LiveIngressNginx, "ingresses">,
  ask: AskHost = askHost(),
): Promise<Traffic> {
  const hosts = takenOverHosts(stack, nginx);
  const [first] = hosts;
  if (first === undefined) return {};
  const { ip, port } = stack.pomerium.reach;
  const own =
    ip === ""
      ? { isPomerium: false, note: "Pomerium has no address yet" }
      : ask(sampleHost(first), `${isIPv6(ip) ? `[${ip}]` : ip}:${port}`);
  return Object.fromEntries(
    await Promise.all(
      hosts.map(
        async (host) =>
          [host, compared(await ask(sampleHost(host)), await own, ip || "Pomerium's own address")] as const,
      ),
    ),
  );
}

/** The answer of a host, judged by that of this cluster's Pomerium. */
function compared(answer: HostAnswer, own: HostAnswer, address: string): HostAnswer {
  const { isPomerium, note, keys = [] } = answer;
  if (!isPomerium) return { isPomerium, note };
  if (!own.isPomerium)
    return {
      isPomerium,
      note: `${note}; its keys could not be compared with those at ${address}: ${own.note}`,
    };
  const { keys: ownKeys = [] } = own;
  const isSame = ownKeys.length === keys.length && ownKeys.every((key) => keys.includes(key));
  return isSame
    ? { isPomerium, note }
    : {
        isPomerium: false,
        note: `answered by the Pomerium of another cluster: its keys are not those at ${address}`,
      };
}

export interface AskOptions {
  /**
   * Address and port at which all hosts are asked, in place of those that the resolver gives: `127.0.0.1:8443`. For
   * clusters whose hosts do not resolve, such as those of the tests. Default: $PUBLIC_HOSTS_ADDRESS.
   */
  address?: string | undefined;
  /** How long one answer may take, in milliseconds. Default: 10 seconds. */
  timeout?: number;
}

/** Pomerium answers this path itself, on every host that it serves. */
export const pomeriumPath = "/.well-known/pomerium/jwks.json";

/** An answer of Pomerium is much shorter. */
const longestAnswer = 64 * 1024;

/**
 * Asks hosts by HTTPS on port 443, through the resolver of this machine. No redirect is followed. The certificate is not
 * verified, because the question is only who answers.
 */
export function askHost({
  address = process.env.PUBLIC_HOSTS_ADDRESS,
  timeout = 10_000,
}: AskOptions = {}): AskHost {
  return (host, at) =>
    new Promise((resolve) => {
      const [, server, port] = /^\[?(.+?)\]?:(\d+)$/.exec(address ?? at ?? "") ?? [];
      const signal = AbortSignal.timeout(timeout);
      const failed = (error: NodeJS.ErrnoException): void =>
        resolve({
          isPomerium: false,
          note: signal.aborted
            ? `no answer within ${timeout / 1000} s`
            : `no answer: ${error.code ?? error.message}`,
        });
      const request = https.get(
        {
          host: server ?? host,
          port: port ?? 443,
          path: pomeriumPath,
          servername: host,
          headers: { host, accept: "application/json" },
          rejectUnauthorized: false,
          agent: false,
          signal,
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on("data", (chunk: Buffer) => {
            length += chunk.length;
            if (length <= longestAnswer) chunks.push(chunk);
          });
          response.on("error", failed);
          response.on("end", () => {
            const keys =
              response.statusCode === 200 ? keysOf(Buffer.concat(chunks).toString("utf8")) : undefined;
            resolve(
              keys === undefined
                ? {
                    isPomerium: false,
                    note: `answered with status ${response.statusCode}, and not by Pomerium`,
                  }
                : { isPomerium: true, note: "answered by Pomerium", keys },
            );
          });
        },
      );
      request.on("error", failed);
    });
}

/** The public keys of a text, as Pomerium publishes them, in one spelling each; undefined for another text. */
function keysOf(text: string): string[] | undefined {
  try {
    const answer = JSON.parse(text) as { keys?: unknown } | null;
    if (!Array.isArray(answer?.keys)) return undefined;
    return answer.keys.map((key: unknown) =>
      JSON.stringify(
        typeof key === "object" && key !== null
          ? Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1))
          : key,
      ),
    );
  } catch {
    return undefined;
  }
}
