import { refuseAnotherCluster } from "../components/cluster/identity.ts";
import { askHost } from "../components/ingress-nginx/traffic.ts";
import {
  addressesInCluster,
  addressesInFile,
  addressText,
  parseAddress,
} from "../discovery/compare/addresses.ts";
import type { Address } from "../discovery/compare/prober.ts";
import type { HostPlan } from "../discovery/compare/questions.ts";
import type { Stack } from "../stack/stack.ts";
import { up } from "../stack-file/commands.ts";
import { CliError, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";
import { inventoryOf } from "./source.ts";

/** Where both are asked. */
export interface Addresses {
  old: Address;
  fresh: Address;
}

/**
 * The address of ingress-nginx and that of Pomerium: of the command line, else of the stack file, else of its cluster.
 *
 * @throws UsageError if one of them is not known.
 */
export async function addressesOf(
  stack: Stack,
  options: { old?: string; new?: string },
  io: Io,
): Promise<Addresses> {
  const given = {
    ...addressesInFile(stack),
    ...named("old", "--old", options.old),
    ...named("fresh", "--new", options.new),
  };
  const { old, fresh } = given.old && given.fresh ? given : { ...(await liveAddresses(stack, io)), ...given };
  if (old === undefined)
    throw new UsageError(
      `where does ingress-nginx of ${stack.name} answer? Neither the stack file (ingressNginx.address) nor the cluster tells one address; name it with --old`,
    );
  if (fresh === undefined)
    throw new UsageError(
      `where does Pomerium of ${stack.name} answer? Neither the stack file (pomerium.loadBalancerIP) nor the cluster tells its address; name it with --new`,
    );
  if (addressText(old) === addressText(fresh))
    throw new UsageError(
      `the old and the new address are both ${addressText(old)}; name them with --old and --new`,
    );
  return { old, fresh };
}

function named(
  key: "old" | "fresh",
  option: string,
  text: string | undefined,
): { [K in typeof key]?: Address } {
  if (text === undefined) return {};
  const address = parseAddress(text);
  if (address === undefined)
    throw new UsageError(
      `${option} ${text}: not an IP address such as 192.168.0.171, 192.168.0.171:8443 or [fd00::1]:443`,
    );
  return { [key]: address };
}

/** Reads the cluster that the stack file names. */
async function liveAddresses(stack: Stack, io: Io): Promise<Partial<Addresses>> {
  const inventory = await inventoryOf(stack.cluster, io);
  refuseAnotherCluster(stack, inventory.cluster);
  const { old, fresh } = addressesInCluster(stack, inventory);
  const [only, ...others] = old;
  return { ...(only && others.length === 0 ? { old: only } : {}), ...(fresh === undefined ? {} : { fresh }) };
}

/**
 * Asks both addresses who they are, so that a wrong address is one message and not a difference for each request.
 *
 * @throws CliError if an address does not answer, or if it is not the one that is meant.
 */
export async function refuseWrongAddresses(
  { name, pomerium }: Stack,
  plans: readonly HostPlan[],
  { old, fresh }: Addresses,
  timeout: number,
): Promise<void> {
  const host = plans.flatMap(({ questions }) => questions)[0]?.host ?? pomerium.authenticateHost;
  const [was, ...is] = await Promise.all([
    askHost({ address: addressText(old), timeout })(host),
    ...[host, pomerium.authenticateHost].map((each) =>
      askHost({ address: addressText(fresh), timeout })(each),
    ),
  ]);
  const problems: string[] = [];
  if (was.note.startsWith("no answer"))
    problems.push(
      `${addressText(old)}, the old address, gives ${was.note}; name ingress-nginx's address with --old`,
    );
  if (was.isPomerium)
    problems.push(
      `${addressText(old)}, the old address, is answered by Pomerium; name ingress-nginx's with --old`,
    );
  if (!is.some(({ isPomerium }) => isPomerium))
    problems.push(
      `${addressText(fresh)}, the new address, is not answered by Pomerium (${is[0]!.note}); is it up (${up(name)})? ${
        pomerium.settings.useProxyProtocol
          ? "It expects the PROXY protocol, so name the address of the load balancer in front with --new"
          : "Name its address with --new"
      }`,
    );
  if (problems.length > 0) throw new CliError(problems.join("\n  "));
}
