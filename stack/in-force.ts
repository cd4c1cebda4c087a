import { setTimeout as pause } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { routesNotInForce, routeWarnings } from "../components/apps/in-force.ts";
import { certificatesNotInForce } from "../components/certificates/in-force.ts";
import { wantedIssuance } from "../components/certificates/issuer-objects.ts";
import { readIssuance } from "../components/certificates/live.ts";
import { wantedCertificates } from "../components/certificates/wanted.ts";
import { ReadOnlyApi } from "../components/cluster/api.ts";
import { readCluster } from "../components/cluster/live.ts";
import { addressNotInForce, settingsNotInForce } from "../components/pomerium/in-force.ts";
import { readStatus } from "../components/pomerium/live.ts";
import { accessRoutes } from "../policies/access/routes.ts";
import { sha256 } from "../stack-file/sha256.ts";
import type { Stack } from "./stack.ts";

/** Result of the check after an `up`. */
export interface InForce {
  /** The parts that are not in force, each with the reason. */
  missing: string[];
  warnings: string[];
}

/** Asks the cluster which parts of the stack are in force: settings, routes, certificates, and Pomerium's address. */
async function readInForce(stack: Stack, api: ReadOnlyApi): Promise<InForce> {
  const [cluster, status, issuance] = await Promise.all([
    readCluster(api),
    readStatus(api),
    readIssuance(api, wantedIssuance(stack.certificates)),
  ]);
  return {
    missing: [
      ...settingsNotInForce(status),
      ...addressNotInForce(stack.pomerium.address, cluster.services),
      ...certificatesNotInForce(wantedCertificates(stack), issuance),
      ...routesNotInForce(stack.apps, cluster.ingresses, status),
    ],
    warnings: routeWarnings(stack.apps, status),
  };
}

/** How long to wait for Pomerium's report, in milliseconds. */
export interface Waiting {
  /** Default: 30 s. Pomerium reports on a change within a second or two. */
  longest?: number;
  /** Pause between two questions. Default: one second. */
  between?: number;
}

/**
 * Waits until two answers in a row name no missing part. The first answer may be older than the last change.
 *
 * @returns The last answer.
 */
export async function settled(
  read: () => Promise<InForce>,
  { longest = 30_000, between = 1_000 }: Waiting = {},
): Promise<InForce> {
  const end = performance.now() + longest;
  let good = 0;
  for (;;) {
    const found = await read();
    good = found.missing.length === 0 ? good + 1 : 0;
    if (good === 2 || performance.now() > end) return found;
    await pause(between);
  }
}

/** The error of an `up` whose changes are not in force. */
export function notInForce(missing: readonly string[]): Error {
  return new Error(
    [
      "The objects are written, and not all of them are in force. Where Pomerium refuses a change, the route before the change stays in force.",
      ...missing.map((line) => `  ${line}`),
      "The next `pulumi up` checks this again.",
    ].join("\n"),
  );
}

/**
 * Identifies everything that the check covers. It is part of the phase record, so every changed route changes the
 * record and causes a check. After a failed check the record is not written, so the next `up` checks again.
 */
export function inForceDigest(stack: Stack): string {
  const routes = stack.apps.map(({ name, namespace, host, service, access, paths, route, tlsSecret }) => [
    [name, namespace, host, service, tlsSecret],
    accessRoutes(access),
    route,
    // A stack without paths keeps its digest.
    ...(paths.length > 0 ? [paths] : []),
  ]);
  // A secret is written as JSON without its text, so a new secret alone does not change the digest.
  const all = [routes, stack.pomerium, wantedCertificates(stack)];
  return sha256(JSON.stringify(all)).slice(0, 16);
}

/**
 * Registers the check as a hook before the phase record is written. That is the last step of an `up`, and a hook that
 * fails before a step makes the `up` fail.
 */
export function proofInForce(stack: Stack): { digest: string; hook: pulumi.ResourceHook } {
  const hook = new pulumi.ResourceHook("what is written is in force", async () => {
    const api = await ReadOnlyApi.connect(stack.cluster);
    const { missing, warnings } = await settled(() => readInForce(stack, api));
    if (missing.length > 0) throw notInForce(missing);
    for (const warning of warnings) await pulumi.log.warn(`Pomerium: ${warning}`);
  });
  return { digest: inForceDigest(stack), hook };
}
