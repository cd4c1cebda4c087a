import { withoutHostBits } from "../../../stack-file/networks.ts";
import { comparisons, type Placed } from "../criteria.ts";
import { at, type Finding, type LintOptions } from "./finding.ts";

function nothingGiven(placed: Placed): Finding[] {
  if (placed.data !== null) return [];
  return [
    {
      code: "never-matches",
      severity: "error",
      message: `${placed.name} has no value and never matches`,
      where: at(placed),
      fix: `give it a value, or remove the criterion`,
    },
  ];
}

function emptyLists(placed: Placed): Finding[] {
  const { name, data } = placed;
  const empty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
  const fields = Array.isArray(data) ? [["", data] as const] : Object.entries(data ?? {});
  return fields
    .filter(([, value]) => empty(value))
    .map(([field]) => ({
      code: "empty",
      severity: "error",
      message:
        field === "not_in"
          ? `${name} not_in [] holds for everybody, signed in or not`
          : `${name}${field === "" ? "" : ` ${field}`} is an empty list and never matches`,
      where: at(placed),
      fix: "name somebody or something, or remove the criterion",
    }));
}

function groups(placed: Placed): Finding[] {
  if (placed.name !== "groups") return [];
  return [
    {
      code: "groups",
      severity: "error",
      message: "groups never match: open-source Pomerium has no directory to look them up in",
      where: at(placed),
      fix: "list the people with email: { in: [...] }, or ask for a claim: claim/groups",
    },
  ];
}

function methods(placed: Placed): Finding[] {
  if (placed.name !== "http_method") return [];
  const { is, in: among } = comparisons(placed.data);
  return [is ?? [], among ?? []].flat().flatMap((method) =>
    method === method.toUpperCase()
      ? []
      : [
          {
            code: "lower-case-method",
            severity: "error",
            message: `no request has the method "${method}"; methods are compared letter by letter`,
            where: at(placed),
            fix: `write ${method.toUpperCase()}`,
          } satisfies Finding,
        ],
  );
}

/** Finds slashes in the path of a claim. Only a URL (`https://example.com/groups`) is a valid claim name with slashes. */
function claimPaths(placed: Placed): Finding[] {
  if (placed.name !== "claim" || !placed.path.includes("/") || /[:.]/.test(placed.path)) return [];
  return [
    {
      code: "claim-path",
      severity: "warning",
      message: `Pomerium joins nested claims by dots, so that there is no claim "${placed.path}"`,
      where: at(placed),
      fix: `write claim/${placed.path.replaceAll("/", ".")}`,
    },
  ];
}

function addresses(placed: Placed, { clientAddresses }: LintOptions): Finding[] {
  if (placed.name !== "source_ip" || clientAddresses !== "proxied") return [];
  return [
    {
      code: "proxied-address",
      severity: "warning",
      message:
        "source_ip compares the address of the tunnel or node before Pomerium, the same for all callers",
      where: at(placed),
      fix: "let the load balancer keep client addresses (externalTrafficPolicy: Local), or ask for people instead",
    },
  ];
}

function hostBits(placed: Placed): Finding[] {
  if (placed.name !== "source_ip") return [];
  return [placed.data].flat().flatMap((text): Finding[] => {
    const meant = typeof text === "string" ? withoutHostBits(text) : undefined;
    if (meant === undefined) return [];
    return [
      {
        code: "host-bits",
        severity: "warning",
        message: `"${text}" is the whole network ${meant}, not one host`,
        where: at(placed),
        fix: `write ${meant} for the network, or ${String(text).split("/")[0]} for the host`,
      },
    ];
  });
}

/** Finds mistakes in the data of a single criterion. */
export function lintData(placed: Placed, options: LintOptions): Finding[] {
  return [
    ...nothingGiven(placed),
    ...emptyLists(placed),
    ...groups(placed),
    ...methods(placed),
    ...claimPaths(placed),
    ...addresses(placed, options),
    ...hostBits(placed),
  ];
}
