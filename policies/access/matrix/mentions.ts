import { comparisons, criteriaOf } from "../../language/criteria.ts";
import type { Policy } from "../../language/types.ts";
import type { ProtectedApp } from "./view.ts";

/** What policies ask about a request: the literals at which their answers can change. */
export interface Mentions {
  /** Paths in the order of first mention. */
  paths: string[];
  methods: string[];
  /** Addresses and networks of `source_ip`. */
  networks: string[];
  /** People named letter by letter, one list for each place that names them. */
  people: string[][];
  /** Addresses of strangers who would meet a criterion that names nobody: `ends_with "@gmail.com"`. */
  strangers: string[];
  /** People are asked for by something else than their whole address, so that no two of them are alike. */
  individual: boolean;
  /** Paths are asked for by something else than their beginning, so that `/` stands for itself alone. */
  scattered: boolean;
}

interface Comparison {
  operator: string;
  values: string[];
}

/** The texts of a string matcher; anything else mentions nothing. */
function texts(data: unknown): Comparison[] {
  return Object.entries(comparisons(data)).map(([operator, value]) => ({
    operator,
    values: [value].flat().filter((one) => typeof one === "string"),
  }));
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

/** Reads every criterion of the policies together, so that two policies can be asked the same questions. */
export function mentions(policies: readonly Policy[]): Mentions {
  const paths = new Set<string>();
  const methods = new Set<string>();
  const networks = new Set<string>();
  const people: string[][] = [];
  const strangers = new Set<string>();
  let individual = false;
  let scattered = false;

  for (const { name, data } of policies.flatMap(criteriaOf))
    switch (name) {
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
            for (const domain of domainsLike(operator, value)) strangers.add(`stranger@${domain}`);
        break;
      default:
    }
  return {
    paths: [...paths],
    methods: [...methods],
    networks: [...networks],
    people,
    strangers: [...strangers],
    individual,
    scattered,
  };
}

/** What the apps' policies ask, and the paths at which their routes part. */
export function mentionsOf(apps: readonly ProtectedApp[]): Mentions {
  const routes = apps.flatMap((app) => app.routes);
  const asked = mentions(routes.flatMap(({ authorization: { policy } }) => (policy ? [policy] : [])));
  const parting = routes.flatMap(({ paths }) => paths.map(({ path }) => path)).filter((path) => path !== "/");
  return { ...asked, paths: [...new Set([...parting, ...asked.paths])] };
}
