import { LineCounter, parseDocument } from "yaml";
import { isMap, keyPath, type PathPart } from "../../stack-file/paths.ts";
import { Resolver } from "./resolver.ts";
import { type Credential, Schemes, type Tell } from "./security.ts";
import { basePaths, swaggerBasePath } from "./servers.ts";

/** One operation of an app's API. */
export interface Operation {
  /** `GET`; `*` if it is not known which methods a path has. */
  method: string;
  /** Path on the host, with the base path of the server: `/api/v1/books/{id}`. */
  path: string;
  credential: Credential;
}

/** An API as its file describes it. */
export interface ApiDocument {
  /** `OpenAPI 3.1.0`, `Swagger 2.0`. */
  format: string;
  title?: string;
  operations: readonly Operation[];
  /** Parts of the file that could not be read. Operations there count as unknown. */
  problems: readonly ApiProblem[];
  /** Whether anything in the file speaks of credentials. */
  hasSecurity: boolean;
}

export interface ApiProblem {
  /** Key path in the file. */
  at: string;
  message: string;
}

/** The text is not an API's description at all. */
export class ApiFileError extends Error {
  override readonly name = "ApiFileError";
}

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/**
 * Reads an OpenAPI 3 or Swagger 2 file, as JSON or YAML. Webhooks and callbacks are left out: the app sends them.
 *
 * @throws ApiFileError if the text is something else.
 */
export function readApi(text: string): ApiDocument {
  const root = dataOf(text);
  if (!isMap(root)) throw new ApiFileError("is not a map, so it is neither an OpenAPI nor a Swagger file");
  const format = formatOf(root);
  const problems: ApiProblem[] = [];
  const told = new Set<string>();
  const tell: Tell = (at, message) => {
    const place = keyPath(at);
    if (told.has(`${place} ${message}`)) return;
    told.add(`${place} ${message}`);
    problems.push({ at: place, message });
  };
  const isSwagger = format.startsWith("Swagger");
  const resolver = new Resolver(root);
  const components = isMap(root.components) ? root.components : {};
  const defined = isSwagger
    ? { value: root.securityDefinitions, at: ["securityDefinitions"] }
    : { value: components.securitySchemes, at: ["components", "securitySchemes"] };
  const schemes = new Schemes(defined, resolver, tell);
  const bases = isSwagger ? swaggerBasePath(root.basePath, tell) : basePaths(root.servers, ["servers"], tell);
  const reader = { schemes, resolver, tell, isSwagger, bases, security: root.security };
  const { paths } = root;
  if (paths !== undefined && !isMap(paths)) tell(["paths"], "is not a map of paths");
  const operations = Object.entries(isMap(paths) ? paths : {})
    .filter(([path]) => !path.startsWith("x-"))
    .flatMap(([path, item]) => operationsOf(path, item, reader));
  const title = isMap(root.info) ? root.info.title : undefined;
  return {
    format,
    ...(typeof title === "string" && title.trim() !== "" ? { title: title.trim() } : {}),
    operations,
    problems,
    hasSecurity:
      defined.value !== undefined || operations.some(({ credential }) => credential.kind !== "none"),
  };
}

function dataOf(text: string): unknown {
  // JSON is read much faster than YAML.
  if (/^\s*\{/.test(text))
    try {
      return JSON.parse(text);
    } catch {
      // YAML in flow style begins like this, too.
    }
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    logLevel: "error",
    merge: true,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0]);
    throw new ApiFileError(
      `is not YAML or JSON: line ${line}, column ${col}: ${error.message.split("\n")[0]}`,
    );
  }
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    throw new ApiFileError(`cannot be read: ${(error as Error).message.split("\n")[0]}`);
  }
}

function formatOf({ openapi, swagger }: Record<string, unknown>): string {
  // YAML reads `swagger: 2.0` without quotes as a number.
  if (swagger === "2.0" || swagger === 2) return "Swagger 2.0";
  if (typeof openapi === "string" && /^3\.\d/.test(openapi)) return `OpenAPI ${openapi}`;
  const found = openapi ?? swagger;
  throw new ApiFileError(
    found === undefined
      ? "has neither `openapi: 3.…` nor `swagger: 2.0`, so it is no description of an API"
      : `has the version ${JSON.stringify(found)}; OpenAPI 3.x and Swagger 2.0 can be read`,
  );
}

interface Reader {
  schemes: Schemes;
  resolver: Resolver;
  tell: Tell;
  isSwagger: boolean;
  /** Undefined if they are not known. */
  bases: readonly string[] | undefined;
  /** The security requirements of the whole file. */
  security: unknown;
}

const notKnown: Credential = { kind: "unknown", choices: [] };

function operationsOf(path: string, given: unknown, reader: Reader): Operation[] {
  const { resolver, tell, isSwagger } = reader;
  const at: PathPart[] = ["paths", path];
  const all = (bases: readonly string[] | undefined): string[] => addresses(path, bases);
  const lost = (): Operation[] =>
    all(reader.bases).map((address) => ({ method: "*", path: address, credential: notKnown }));
  if (!path.startsWith("/")) {
    tell(at, "is not a path that begins with /");
    return lost();
  }
  const target = resolver.follow(given, at);
  if (typeof target === "string" || !isMap(target.value)) {
    tell(at, typeof target === "string" ? target : "is not a map of operations");
    return lost();
  }
  const { value: item, at: itemAt } = target;
  const itemBases =
    isSwagger || item.servers === undefined
      ? reader.bases
      : basePaths(item.servers, [...itemAt, "servers"], tell);
  const more = isMap(item.additionalOperations) ? item.additionalOperations : {};
  const found = [
    ...methods
      .filter((method) => item[method] !== undefined)
      .map((method) => ({ method, value: item[method], at: [...itemAt, method] })),
    ...Object.entries(more).map(([method, value]) => ({
      method,
      value,
      at: [...itemAt, "additionalOperations", method],
    })),
  ];
  return found.flatMap(({ method, value, at: own }): Operation[] => {
    if (!isMap(value)) tell(own, "is not an operation");
    const operation = isMap(value) ? value : {};
    const bases =
      isSwagger || operation.servers === undefined
        ? itemBases
        : basePaths(operation.servers, [...own, "servers"], tell);
    // Without the address of its server, a credential says nothing about a path.
    const credential =
      isMap(value) && bases !== undefined
        ? reader.schemes.credentialOf(
            operation.security === undefined ? reader.security : operation.security,
            operation.security === undefined ? ["security"] : [...own, "security"],
          )
        : notKnown;
    return all(bases).map((address) => ({ method: method.toUpperCase(), path: address, credential }));
  });
}

/** Stands for a base path that is not known. It may be any path, so it stands for any number of segments. */
const anywhere = "/{base+}";

function addresses(path: string, bases: readonly string[] | undefined): string[] {
  const own = path.startsWith("/") ? path : `/${path}`;
  return (bases ?? [anywhere]).map((base) => (base === "" ? own : `${base}${own}`));
}
