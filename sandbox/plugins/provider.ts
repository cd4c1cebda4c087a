import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import services, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { NotImplementedError, servePlugin, unary } from "./protocol.ts";

export type Properties = Record<string, unknown>;

/** Operations of one resource type. All values are plain, because Pulumi marks and unmarks secrets itself. */
export interface ResourceType {
  /** Inputs that cannot change: another value means a new resource. */
  fixed: readonly string[];
  /** Creates the resource. Returns its ID and the outputs that are not inputs. */
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /**
   * Reads the resource for an import or a refresh; undefined if it does not exist.
   *
   * @param id The ID given to `import`, or the resource's ID.
   * @param known The inputs of the last run. Empty for an import.
   */
  read?(id: string, known: Properties): Promise<{ inputs: Properties; outputs: Properties } | undefined>;
  /** Changes the resource. Returns the outputs that are not inputs. */
  update?(id: string, inputs: Properties): Promise<Properties>;
  delete?(id: string, state: Properties): Promise<void>;
}

/** A package: its resource types by type token, and its functions. */
export interface Package {
  name: string;
  types: Readonly<Record<string, ResourceType>>;
  /** Receives the provider's settings. Values that are not texts are JSON. */
  configure?(settings: Readonly<Record<string, string>>): void;
  functions?: Readonly<Record<string, (args: Properties) => Promise<Properties>>>;
}

const read = (message: Struct | undefined): Properties => (message?.toJavaScript() ?? {}) as Properties;
const write = (properties: Properties): Struct =>
  struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0]);

/**
 * Serves a resource provider to Pulumi. Common part of the stand-ins for providers.
 *
 * Imitates: settings, check, diff, create, read for imports and refreshes, update, delete and functions. Does not
 * imitate: components, methods, schemas, mappings, or parameterized packages.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
export function serveProvider({ name, types, configure, functions = {} }: Package): void {
  const plugin = `pulumi-resource-${name}`;
  const offer = offerOf(plugin, types);
  const handlers: Partial<IResourceProviderServer> = {
    getPluginInfo: unary(() => new plugins.PluginInfo().setVersion(sdkVersion(name))),
    attach: unary(() => new empty.Empty()),
    cancel: unary(() => new empty.Empty()),
    checkConfig: unary((request) => new messages.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(() => new messages.DiffResponse()),
    configure: unary((request) => {
      const settings = [...request.getVariablesMap().entries()] as [key: string, value: string][];
      // The keys have the form `cloudflare:config:apiToken`.
      configure?.(Object.fromEntries(settings.map(([key, value]) => [key.split(":").at(-1), value])));
      return new messages.ConfigureResponse().setSupportspreview(true);
    }),
    ...planning(offer),
    ...applying(offer),
    invoke: unary(async (request) => {
      const result = await find(plugin, functions, request.getTok())(read(request.getArgs()));
      return new messages.InvokeResponse().setReturn(write(result));
    }),
  };
  servePlugin(plugin, services.ResourceProviderService, handlers);
}

/** The resource types of a plugin, by the URNs of resources. */
interface Offer {
  /** Throws if the plugin does not have the type. */
  typeOf(urn: string): ResourceType;
  /** An operation of the type. Throws if the type does not have it. */
  operation<K extends keyof ResourceType>(urn: string, what: K): NonNullable<ResourceType[K]>;
}

function offerOf(plugin: string, types: Package["types"]): Offer {
  const typeOf = (urn: string): ResourceType => find(plugin, types, tokenOf(urn));
  return {
    typeOf,
    operation(urn, what) {
      const found = typeOf(urn)[what];
      if (found === undefined)
        throw new NotImplementedError(`the sandbox's ${plugin} cannot ${what} ${tokenOf(urn)}`);
      return found;
    },
  };
}

function find<T>(plugin: string, table: Readonly<Record<string, T>>, token: string): T {
  const found = table[token];
  if (found === undefined)
    throw new NotImplementedError(
      `the sandbox's ${plugin} does not have ${token}, only ${Object.keys(table).join(", ")}`,
    );
  return found;
}

/** The requests by which Pulumi finds what it must do. */
function planning({ typeOf }: Offer): Partial<IResourceProviderServer> {
  return {
    check: unary((request) => {
      typeOf(request.getUrn());
      return new messages.CheckResponse().setInputs(request.getNews());
    }),
    diff: unary((request) => {
      const { fixed } = typeOf(request.getUrn());
      const keys = differing(read(request.getOldInputs()), read(request.getNews()));
      const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
      return new messages.DiffResponse()
        .setChanges(keys.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(keys)
        .setReplacesList(keys.filter((key) => fixed.includes(key)));
    }),
  };
}

/** The requests that read and change resources. */
function applying({ operation }: Offer): Partial<IResourceProviderServer> {
  return {
    create: unary(async (request) => {
      const inputs = read(request.getProperties());
      const create = operation(request.getUrn(), "create");
      // In a preview, Pulumi treats missing outputs as not known yet.
      const { id, outputs } = request.getPreview() ? { id: "", outputs: {} } : await create(inputs);
      return new messages.CreateResponse().setId(id).setProperties(write({ ...inputs, ...outputs }));
    }),
    read: unary(async (request) => {
      const [known, state] = [read(request.getInputs()), read(request.getProperties())];
      const found = await operation(request.getUrn(), "read")(request.getId(), known);
      if (found === undefined) return new messages.ReadResponse();
      const isRefresh = Object.keys(state).length > 0;
      const inputs = isRefresh ? refreshed(known, found.inputs) : found.inputs;
      return new messages.ReadResponse()
        .setId(request.getId())
        .setInputs(write(inputs))
        .setProperties(write({ ...state, ...inputs, ...found.outputs }));
    }),
    update: unary(async (request) => {
      const inputs = read(request.getNews());
      const update = operation(request.getUrn(), "update");
      const outputs = request.getPreview() ? read(request.getOlds()) : await update(request.getId(), inputs);
      return new messages.UpdateResponse().setProperties(write({ ...outputs, ...inputs }));
    }),
    delete: unary(async (request) => {
      await operation(request.getUrn(), "delete")(request.getId(), read(request.getProperties()));
      return new empty.Empty();
    }),
  };
}

/** The keys with different values. */
function differing(before: Properties, after: Properties): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

/** The inputs after a refresh, as in the real providers: only those that the program has set, with their live values. */
function refreshed(known: Properties, live: Properties): Properties {
  return Object.fromEntries(Object.entries(known).map(([key, value]) => [key, live[key] ?? value]));
}

/** The type token in a URN. It follows the types of the parents. */
function tokenOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Version of the SDK's package. Pulumi accepts the plugin only with the version that the SDK asks for. */
function sdkVersion(name: string): string {
  const { version } = createRequire(import.meta.url)(`@pulumi/${name}/package.json`) as { version: string };
  return version;
}
