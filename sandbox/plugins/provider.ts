import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import services, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { NotImplementedError, servePlugin, unary } from "./protocol.ts";

export type Properties = Record<string, unknown>;

/** How a provider manages one type of resource. Values are plain: Pulumi marks and unmarks secrets itself. */
export interface ResourceType {
  /** Inputs that only a new resource can have others of. */
  fixed: readonly string[];
  /** Makes it, and returns its ID and the outputs that are not inputs. */
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /**
   * Reads it for an import; undefined where it is gone.
   *
   * @param id As given to `import`.
   */
  read?(id: string): Promise<{ inputs: Properties; outputs: Properties } | undefined>;
  /** Changes it, and returns the outputs that are not inputs. */
  update?(id: string, inputs: Properties): Promise<Properties>;
  delete?(id: string, state: Properties): Promise<void>;
}

/** A package's resources, by type token, and its functions. */
export interface Package {
  name: string;
  types: Readonly<Record<string, ResourceType>>;
  /** Takes the provider's settings; what is no text comes as JSON. */
  configure?(settings: Readonly<Record<string, string>>): void;
  functions?: Readonly<Record<string, (args: Properties) => Promise<Properties>>>;
}

const read = (message: Struct | undefined): Properties => (message?.toJavaScript() ?? {}) as Properties;
const write = (properties: Properties): Struct =>
  struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0]);

/**
 * Serves a resource provider to Pulumi.
 *
 * There are no components, methods, schemas, mappings, refreshes of what nobody changed, or parameterized packages.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
export function serveProvider({ name, types, configure, functions = {} }: Package): void {
  const plugin = `pulumi-resource-${name}`;
  const find = <T>(table: Readonly<Record<string, T>>, token: string): T => {
    const found = table[token];
    if (found === undefined)
      throw new NotImplementedError(
        `the sandbox's ${plugin} does not have ${token}, only ${Object.keys(table).join(", ")}`,
      );
    return found;
  };
  /** The operation of a type; an error where it has none. */
  const operation = <K extends keyof ResourceType>(urn: string, what: K): NonNullable<ResourceType[K]> => {
    const type = typeOf(urn);
    const found = find(types, type)[what];
    if (found === undefined) throw new NotImplementedError(`the sandbox's ${plugin} cannot ${what} ${type}`);
    return found;
  };
  const differing = (before: Properties, after: Properties): string[] =>
    [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => !isDeepStrictEqual(before[key], after[key]),
    );

  const handlers: Partial<IResourceProviderServer> = {
    getPluginInfo: unary(() => new plugins.PluginInfo().setVersion(sdkVersion(name))),
    attach: unary(() => new empty.Empty()),
    cancel: unary(() => new empty.Empty()),
    checkConfig: unary((request) => new messages.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(() => new messages.DiffResponse()),
    configure: unary((request) => {
      const settings = [...request.getVariablesMap().entries()] as [key: string, value: string][];
      // `cloudflare:config:apiToken`
      configure?.(Object.fromEntries(settings.map(([key, value]) => [key.split(":").at(-1), value])));
      return new messages.ConfigureResponse().setSupportspreview(true);
    }),
    check: unary((request) => {
      find(types, typeOf(request.getUrn()));
      return new messages.CheckResponse().setInputs(request.getNews());
    }),
    diff: unary((request) => {
      const { fixed } = find(types, typeOf(request.getUrn()));
      const keys = differing(read(request.getOldInputs()), read(request.getNews()));
      const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
      return new messages.DiffResponse()
        .setChanges(keys.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(keys)
        .setReplacesList(keys.filter((key) => fixed.includes(key)));
    }),
    create: unary(async (request) => {
      const inputs = read(request.getProperties());
      const create = operation(request.getUrn(), "create");
      // In a preview, Pulumi takes what is missing for not known yet.
      const { id, outputs } = request.getPreview() ? { id: "", outputs: {} } : await create(inputs);
      return new messages.CreateResponse().setId(id).setProperties(write({ ...inputs, ...outputs }));
    }),
    read: unary(async (request) => {
      const found = await operation(request.getUrn(), "read")(request.getId());
      if (found === undefined) return new messages.ReadResponse();
      return new messages.ReadResponse()
        .setId(request.getId())
        .setInputs(write(found.inputs))
        .setProperties(write({ ...found.inputs, ...found.outputs }));
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
    invoke: unary(async (request) => {
      const result = await find(functions, request.getTok())(read(request.getArgs()));
      return new messages.InvokeResponse().setReturn(write(result));
    }),
  };
  servePlugin(plugin, services.ResourceProviderService, handlers);
}

/** The type token in a URN: what stands after the types of the parents. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The version of the SDK's package, so that Pulumi takes the plugin for the one that the SDK asks for. */
function sdkVersion(name: string): string {
  const { version } = createRequire(import.meta.url)(`@pulumi/${name}/package.json`) as { version: string };
  return version;
}
