import { Resolver } from "node:dns/promises";

/** Host → its addresses in the DNS of this machine; none if it has none. A host without a clear answer is absent. */
export type LiveNames = ReadonlyMap<string, readonly string[]>;

/** Asks for the addresses of a name. Fails like Node's resolver does. */
export interface Ask {
  addresses(name: string): Promise<readonly string[]>;
  /** Ends all questions that are still open. */
  cancel(): void;
}

/** Answers that say for sure that a name has no address. */
const noAddress = ["ENOTFOUND", "ENODATA"];

/** How long all answers together may take, in milliseconds. */
const longest = 2000;

/**
 * Looks up all names at the same time. A preview must not depend on the DNS, so every failure counts as a missing
 * answer.
 *
 * @param ask Undefined asks nobody.
 * @param limit In milliseconds.
 */
export async function readNames(
  names: readonly string[],
  ask: Ask | undefined,
  limit: number = longest,
): Promise<LiveNames> {
  if (ask === undefined || names.length === 0) return new Map();
  const timer = setTimeout(() => ask.cancel(), limit);
  try {
    const found = await Promise.all(
      names.map(async (name): Promise<[string, readonly string[]][]> => {
        try {
          return [[name, await ask.addresses(name)]];
        } catch (error) {
          const { code = "" } = error as NodeJS.ErrnoException;
          return noAddress.includes(code) ? [[name, []]] : [];
        }
      }),
    );
    return new Map(found.flat());
  } finally {
    clearTimeout(timer);
  }
}

/** Where the questions are asked. */
export interface DnsOptions {
  /** Addresses of DNS servers. Default: those of this machine. */
  servers?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The DNS servers of this machine. Undefined if no question makes sense. With `PUBLIC_HOSTS_ADDRESS`, the hosts do not
 * resolve. With `DNS_LOOKUPS=off`, this machine is the wrong one to ask.
 */
export function askDns({ servers, env = process.env }: DnsOptions = {}): Ask | undefined {
  if (env.PUBLIC_HOSTS_ADDRESS || env.DNS_LOOKUPS === "off") return undefined;
  const resolver = new Resolver({ timeout: longest / 2, tries: 1 });
  if (servers) resolver.setServers(servers);
  return {
    addresses: async (name) => {
      const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
      if (found.length > 0) return found;
      // The family without an answer may be the one that has the address.
      const errors = answers.flatMap((answer): Error[] =>
        answer.status === "rejected" ? [answer.reason] : [],
      );
      throw (
        errors.find((error) => !noAddress.includes((error as NodeJS.ErrnoException).code ?? "")) ?? errors[0]
      );
    },
    cancel: () => resolver.cancel(),
  };
}
