import https from "node:https";
import type { LiveIngress } from "../cluster/live.ts";
import type { LiveIngressNginx } from "./live.ts";
import { ingressesOfApp } from "./served-rules.ts";
import type { StackView } from "./stack-view.ts";

/** What answers a host at its public address. */
export interface HostAnswer {
  isPomerium: boolean;
  /** The answer in a few words. */
  note: string;
}

/** Host → what answers it. */
export type Traffic = Readonly<Record<string, HostAnswer>>;

/** Asks a host in the way its users reach it. */
export type AskHost = (host: string) => Promise<HostAnswer>;

/** Hosts of the apps that take over from ingress-nginx: it serves them, also by a wildcard, or the app replaces an Ingress. */
export function takenOverHosts(
  { apps }: Pick<StackView, "apps">,
  { ingresses }: { ingresses: readonly LiveIngress[] },
): string[] {
  const takers = apps.filter((app) => ingressesOfApp(app, ingresses).length > 0);
  return [...new Set(takers.map(({ host }) => host))].sort();
}

/** Asks all hosts that apps take over, at the same time. */
export async function readTraffic(
  stack: Pick<StackView, "apps">,
  nginx: Pick<LiveIngressNginx, "ingresses">,
  ask: AskHost = askHost(),
): Promise<Traffic> {
  return Object.fromEntries(
    await Promise.all(takenOverHosts(stack, nginx).map(async (host) => [host, await ask(host)] as const)),
  );
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
  const [, server, port] = /^\[?(.+?)\]?:(\d+)$/.exec(address ?? "") ?? [];
  return (host) =>
    new Promise((resolve) => {
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
            const isPomerium = response.statusCode === 200 && hasKeys(Buffer.concat(chunks).toString("utf8"));
            resolve({
              isPomerium,
              note: isPomerium
                ? "answered by Pomerium"
                : `answered with status ${response.statusCode}, and not by Pomerium`,
            });
          });
        },
      );
      request.on("error", failed);
    });
}

/** Whether a text is a set of public keys, as Pomerium publishes them. */
function hasKeys(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return (
      typeof answer === "object" && answer !== null && Array.isArray((answer as { keys?: unknown }).keys)
    );
  } catch {
    return false;
  }
}
