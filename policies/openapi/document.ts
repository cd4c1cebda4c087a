import { didYouMean } from "../../stack-file/nearest.ts";
import { isMap, keyPath, type PathPart } from "../../stack-file/paths.ts";
import { ApiFileError, dataOf } from "./data.ts";
import { type Located, Resolver } from "./resolver.ts";
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
    .flatMap(([path, item]) => (path === "$ref" ? pathsElsewhere(tell) : operationsOf(path, item, reader)));
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

/** The paths of a file with a reference in place of them, or beside them. */
function pathsElsewhere(tell: Tell): Operation[] {
  tell(["paths", "$ref"], "stands for paths, which OpenAPI does not know; write the paths there");
  return [{ method: "*", path: anywhere, credential: notKnown }];
}

function operationsOf(path: string, given: unknown, reader: Reader): Operation[] {
  const { resolver, tell } = reader;
  const at: PathPart[] = ["paths", path];
  const { parts, broken } = resolver.chain(given, at);
  const isMixed = parts.filter((part) => tellBesideReference(part, tell)).length > 0;
  const bases = basesOf(parts, reader.bases, isMixed, reader);
  const lost = (why: string): Operation[] => {
    tell(at, why);
    return addresses(path, bases).map((address) => ({ method: "*", path: address, credential: notKnown }));
  };
  if (!path.startsWith("/")) return lost("is not a path that begins with /");
  const unread = broken ?? (isMap(parts.at(-1)!.value) ? undefined : "is not a map of operations");
  return [
    ...(unread === undefined ? [] : lost(unread)),
    ...parts
      .flatMap((part) => entriesOf(part, tell))
      .flatMap((entry) => operationOf(path, { ...entry, isKnown: entry.isKnown && !isMixed }, bases, reader)),
  ];
}

/** The part of a path item about one method. */
interface Entry extends Located {
  method: string;
  /** Whether it can be relied on that requests meet this operation. */
  isKnown: boolean;
}

/** The operations of a path item. Keys that OpenAPI does not know may be operations, too. */
function entriesOf({ value: item, at }: Located, tell: Tell): Entry[] {
  if (!isMap(item)) return [];
  const { additionalOperations: more } = item;
  const entry = (method: string, value: unknown, own: readonly PathPart[], isKnown = true): Entry => ({
    method,
    value,
    at: [...at, ...own],
    isKnown,
  });
  const strange = Object.keys(item).filter(
    (key) =>
      !methods.includes(key) &&
      !isWithoutOperations(key) &&
      !(key === "additionalOperations" && (isMap(more) || more === undefined)) &&
      !(key === "$ref" && typeof item.$ref === "string"),
  );
  for (const key of strange)
    tell(
      [...at, key],
      key === "additionalOperations"
        ? "is not a map of operations"
        : methods.includes(key.toLowerCase())
          ? `is not written as OpenAPI asks; write ${key.toLowerCase()}`
          : "is a key that a path does not have in OpenAPI",
    );
  return [
    ...methods.filter((key) => item[key] !== undefined).map((key) => entry(key, item[key], [key])),
    ...Object.entries(isMap(more) ? more : {}).map(([key, value]) =>
      entry(key, value, ["additionalOperations", key]),
    ),
    ...strange.map((key) => entry(methods.includes(key.toLowerCase()) ? key : "*", item[key], [key], false)),
  ];
}

function operationOf(
  path: string,
  { method, value, at, isKnown }: Entry,
  itemBases: readonly string[] | undefined,
  reader: Reader,
): Operation[] {
  const { resolver, schemes, tell } = reader;
  const isReference = isMap(value) && value.$ref !== undefined;
  if (isKnown && !isMap(value)) tell(at, "is not an operation");
  if (isReference) tell(at, "has a $ref, which OpenAPI does not know there; write the operation in full");
  const strange = isMap(value) && !isReference ? strangeKeys(value, reader) : [];
  for (const key of strange)
    tell(
      [...at, key],
      `is a key that an operation does not have in OpenAPI${didYouMean(key, operationKeys)}`,
    );
  const bases = basesOf(resolver.chain(value, at).parts, itemBases, isReference, reader);
  // Without the address of its server, a credential says nothing about a path.
  const credential =
    isKnown && isMap(value) && !isReference && strange.length === 0 && bases !== undefined
      ? schemes.credentialOf(
          value.security === undefined ? reader.security : value.security,
          value.security === undefined ? ["security"] : [...at, "security"],
        )
      : notKnown;
  return addresses(path, bases).map((address) => ({
    method: method.toUpperCase(),
    path: address,
    credential,
  }));
}

/** The keys of an operation in OpenAPI 3 or Swagger 2. */
const operationKeys = [
  ...[
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
  ],
  ...["callbacks", "deprecated", "security", "servers", "consumes", "produces", "schemes"],
];

/** Keys of an operation that may be anything, such as a misspelled `security`. Swagger 2 has no servers there. */
const strangeKeys = (operation: object, { isSwagger }: Reader): string[] =>
  Object.keys(operation).filter(
    (key) => !key.startsWith("x-") && (!operationKeys.includes(key) || (isSwagger && key === "servers")),
  );

const isWithoutOperations = (key: string): boolean =>
  ["summary", "description", "servers", "parameters"].includes(key) || key.startsWith("x-");

/** Reports the keys beside a reference. OpenAPI leaves open whether they, or those of the target, count. */
function tellBesideReference({ value, at }: Located, tell: Tell): boolean {
  if (!isMap(value) || typeof value.$ref !== "string") return false;
  const beside = Object.keys(value).filter(
    (key) => key !== "$ref" && (key === "servers" || !isWithoutOperations(key)),
  );
  if (beside.length > 0)
    tell(
      at,
      `has ${beside.slice(0, 5).join(", ")} beside $ref, and programs differ in which of them count; write it in one place`,
    );
  return beside.length > 0;
}

/**
 * The base paths of a part of the file, undefined if they are not known.
 *
 * @param parts The part, and those that its references lead to.
 * @param isMixed Whether it is open which servers count, so that all do.
 */
function basesOf(
  parts: readonly Located[],
  outer: Reader["bases"],
  isMixed: boolean,
  { isSwagger, tell }: Reader,
): readonly string[] | undefined {
  const own = parts.flatMap(({ value, at }) =>
    isSwagger || !isMap(value) || value.servers === undefined
      ? []
      : [basePaths(value.servers, [...at, "servers"], tell)],
  );
  const all = own.length === 0 || isMixed ? [...own, outer] : own;
  return all.includes(undefined) ? undefined : [...new Set(all.flatMap((bases) => bases ?? []))];
}

/** Stands for a base path that is not known. It may be any path, so it stands for any number of segments. */
const anywhere = "/{base+}";

function addresses(path: string, bases: readonly string[] | undefined): string[] {
  const own = path.startsWith("/") ? path : `/${path}`;
  return (bases ?? [anywhere]).map((base) => (base === "" ? own : `${base}${own}`));
}
