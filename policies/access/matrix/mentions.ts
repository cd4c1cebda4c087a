import { comparisons, criteriaOf } from "../../language/criteria.ts";
import type { ClaimValue } from "../../language/evaluate/request.ts";
import { publicProviders } from "../../language/lint/people.ts";
import type { Policy } from "../../language/types.ts";
import {
  type Claim,
  claimPrincipal,
  domainPrincipal,
  everybodysClaims,
  type Principal,
} from "../principals.ts";
import type { ProtectedApp } from "./view.ts";

/** The values in policies at which their decisions can change. */
export interface Mentions {
  /** Paths in the order of first mention. */
  paths: string[];
  methods: string[];
  /** Addresses and networks of `source_ip`. */
  networks: string[];
  /** People named by their whole address: one list for each place that names them. */
  people: string[][];
  /** Everybody with a claim, or with an address in a domain, that a policy names. */
  principals: Principal[];
  /** Named claims that everybody has. */
  common: Claim[];
  /** A criterion is about claims, so it matters what the identity provider says of a person. */
  claims: boolean;
  /** Made-up addresses that meet criteria on a part of the address, such as `ends_with "@gmail.com"`. */
  strangers: string[];
  /** A criterion compares a part of the address, so any two people may be treated differently. */
  individual: boolean;
  /** A criterion compares paths otherwise than from the beginning, so `/` does not stand for other paths. */
  scattered: boolean;
}

interface Comparison {
  operator: string;
  values: string[];
}

/** The texts of a string matcher. Other data has none. */
function texts(data: unknown): Comparison[] {
  return Object.entries(comparisons(data)).map(([operator, value]) => ({
    operator,
    values: [value].flat().filter((one) => typeof one === "string"),
  }));
}

/** The values that a criterion about a claim names. */
function claimValues(data: unknown): ClaimValue[] {
  if (typeof data !== "object") return [data as ClaimValue];
  return Object.values(data ?? {}).filter((value) => value !== undefined && value !== null);
}

/** Comparisons with a whole text. */
const whole = new Set(["is", "not", "in", "not_in"]);

function pathLike(operator: string, value: string): string {
  const anywhere = operator === "ends_with" || operator === "contains";
  return anywhere && !value.startsWith("/") ? `/x${value}` : value;
}

function addressesLike(operator: string, value: string): string[] {
  const [local = "", domain] = value.split("@");
  switch (operator) {
    case "ends_with":
      if (domain !== undefined) return [`stranger${local && `.${local}`}@${domain}`];
      return [`stranger@${value.replace(/^\./, "")}`, `stranger@stranger${value}`];
    case "starts_with":
      return domain === undefined ? [`${value}stranger@example.net`] : [value, `${value}.example.net`];
    default:
      if (domain !== undefined) return [`stranger${local && `.${local}`}@${domain || "example.net"}`];
      return [`stranger.${value}@example.net`, `stranger@${value}`];
  }
}

function domainsLike(operator: string, value: string): string[] {
  switch (operator) {
    case "ends_with":
      return [value.replace(/^\./, ""), `stranger${value}`];
    case "starts_with":
      return [value, `${value}.example.net`];
    case "contains":
      return [value, `stranger.${value}.example.net`];
    default:
      return [value];
  }
}

/** Collects the values of all criteria of some policies, so that two policies can be tried with the same requests. */
export function mentions(policies: readonly Policy[]): Mentions {
  const paths = new Set<string>();
  const methods = new Set<string>();
  const networks = new Set<string>();
  const people: string[][] = [];
  const principals = new Set<Principal>();
  const common: Claim[] = [];
  const strangers = new Set<string>();
  let claims = false;
  let individual = false;
  let scattered = false;

  for (const { name, path, data } of policies.flatMap(criteriaOf))
    switch (name) {
      case "claim":
        claims = true;
        for (const value of claimValues(data)) {
          principals.add(claimPrincipal({ path, value }));
          if (everybodysClaims.has(path)) common.push({ path, value });
        }
        break;
      case "http_path":
        for (const { operator, values } of texts(data)) {
          if (!["is", "in", "starts_with"].includes(operator)) scattered = true;
          for (const value of values) paths.add(pathLike(operator, value));
        }
        break;
      case "http_method":
        for (const { values } of texts(data)) for (const value of values) methods.add(value);
        break;
      case "source_ip":
        for (const value of [data].flat()) if (typeof value === "string") networks.add(value);
        break;
      case "email":
        for (const { operator, values } of texts(data)) {
          if (whole.has(operator)) {
            people.push(values);
            continue;
          }
          individual = true;
          for (const value of values)
            for (const address of addressesLike(operator, value)) strangers.add(address);
        }
        break;
      case "domain":
        individual = true;
        for (const { operator, values } of texts(data))
          for (const value of values)
            if (whole.has(operator) && !publicProviders.includes(value))
              principals.add(domainPrincipal(value));
            else for (const domain of domainsLike(operator, value)) strangers.add(`stranger@${domain}`);
        break;
      default:
    }
  return {
    paths: [...paths],
    methods: [...methods],
    networks: [...networks],
    people,
    principals: [...principals],
    common,
    claims,
    strangers: [...strangers],
    individual,
    scattered,
  };
}

const known = new WeakMap<ProtectedApp, Mentions>();

/** Like {@link mentionsOf}, for one app. Each app is read once. */
export function mentionsOfApp(app: ProtectedApp): Mentions {
  const found = known.get(app) ?? mentionsOf([app]);
  known.set(app, found);
  return found;
}

/** The values in the policies of apps, and the paths at which their routes part. */
export function mentionsOf(apps: readonly ProtectedApp[]): Mentions {
  const routes = apps.flatMap((app) => app.routes);
  const asked = mentions(routes.flatMap(({ authorization: { policy } }) => (policy ? [policy] : [])));
  const parting = routes
    .flatMap(({ paths }) => paths)
    .filter(({ path, exact }) => path !== "/" || exact)
    .map(({ path }) => path);
  return { ...asked, paths: [...new Set([...parting, ...asked.paths])] };
}
