import { isMap, type PathPart } from "../../stack-file/paths.ts";
import type { Tell } from "./security.ts";

/** Address that stands for the place of the file: a server may be written relative to it. */
const here = "http://file.invalid";

/** More values of a server's variables than this are not tried one by one. */
const mostAddresses = 32;

/**
 * The paths below which servers answer, each once and without a slash at its end: `https://example.org/api/v1/` →
 * `/api/v1`. Undefined if the path of a server is not known.
 *
 * @param servers The value of `servers`.
 */
export function basePaths(servers: unknown, at: readonly PathPart[], tell: Tell): string[] | undefined {
  if (servers === undefined || (Array.isArray(servers) && servers.length === 0)) return [""];
  if (!Array.isArray(servers)) {
    tell(at, "is not a list of servers");
    return undefined;
  }
  const found = servers.map((server: unknown, i) => serverPaths(server, [...at, i], tell));
  return found.includes(undefined) ? undefined : [...new Set(found.flatMap((paths) => paths ?? []))];
}

/** The base path of a Swagger 2 file; undefined if it is not a path. */
export function swaggerBasePath(basePath: unknown, tell: Tell): string[] | undefined {
  if (basePath === undefined || basePath === "") return [""];
  if (typeof basePath === "string" && basePath.startsWith("/")) return [bare(basePath)];
  tell(["basePath"], "is not a path that begins with /");
  return undefined;
}

function serverPaths(server: unknown, at: readonly PathPart[], tell: Tell): string[] | undefined {
  if (!isMap(server) || typeof server.url !== "string") {
    tell(at, "is not a server with a url");
    return undefined;
  }
  const addresses = expanded(server.url, isMap(server.variables) ? server.variables : {});
  if (typeof addresses === "string") {
    tell([...at, "url"], addresses);
    return undefined;
  }
  const paths = addresses.map((address) => {
    // Relative to the place of the file, which is not known.
    if (!/^(?:[a-z][a-z\d+.-]*:)?\/\/|^\/|^$/i.test(address)) return undefined;
    return URL.canParse(address, here) ? bare(new URL(address, here).pathname) : undefined;
  });
  if (paths.includes(undefined)) {
    tell([...at, "url"], `"${server.url}" does not say below which path of the host the app answers`);
    return undefined;
  }
  return paths as string[];
}

/** The address with each value of its variables, or a text that says why they are not valid. */
function expanded(url: string, variables: Readonly<Record<string, unknown>>): string[] | string {
  let addresses = [url];
  for (const name of new Set([...url.matchAll(/\{([^{}]*)\}/g)].map(([, found]) => found!))) {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const values = isMap(variable)
      ? [variable.default, ...(Array.isArray(variable.enum) ? variable.enum : [])].filter(
          (value) => typeof value === "string" || typeof value === "number",
        )
      : [];
    if (values.length === 0) return `has the variable {${name}} without a value`;
    addresses = addresses.flatMap((address) =>
      [...new Set(values)].map((value) => address.replaceAll(`{${name}}`, String(value))),
    );
    if (addresses.length > mostAddresses) return "has too many values of its variables";
  }
  return addresses;
}

const bare = (path: string): string => path.replace(/\/+$/, "");
