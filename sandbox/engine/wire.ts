import aliasMessages, { type Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb.js";
import type { Callback as CallbackMessage } from "@pulumi/pulumi/proto/callback_pb.js";
import messages, {
  type RegisterResourceHookRequest,
  type RegisterResourceRequest,
  type TransformResourceOptions,
} from "@pulumi/pulumi/proto/resource_pb.js";
import struct, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import {
  type Alias,
  type Callback,
  type Goal,
  HOOK_KINDS,
  type HookBindings,
  type HookKind,
  type Options,
} from "./goal.ts";
import type { Hook } from "./hooks.ts";
import { fromOutputs, type Properties } from "./values.ts";

/** Translates between Pulumi's protocol buffers and the engine's own types. */

export function fromStruct(message: Struct | undefined): Properties {
  return (message?.toJavaScript() ?? {}) as Properties;
}

export function toStruct(properties: Properties): Struct {
  return struct.Struct.fromJavaScript(properties);
}

export function fromCallback(message: CallbackMessage): Callback {
  return { target: message.getTarget(), token: message.getToken() };
}

export function hookOf(request: RegisterResourceHookRequest): Hook {
  const callback = request.getCallback();
  if (!callback) throw new Error(`resource hook "${request.getName()}" has no callback`);
  return {
    name: request.getName(),
    callback: fromCallback(callback),
    onDryRun: request.getOnDryRun(),
    ignoreErrors: request.getIgnoreErrors(),
  };
}

export function goalOf(request: RegisterResourceRequest): Goal {
  const propertyDependencies: Record<string, string[]> = {};
  for (const [key, message] of request.getPropertydependenciesMap().entries()) {
    propertyDependencies[key] = message.getUrnsList();
  }
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    remote: request.getRemote(),
    ...(request.getParent() ? { parent: request.getParent() } : {}),
    inputs: fromOutputs(fromStruct(request.getObject())) as Properties,
    options: optionsOfRequest(request),
    propertyDependencies,
    transforms: request.getTransformsList().map(fromCallback),
  };
}

function optionsOfRequest(request: RegisterResourceRequest): Options {
  const timeouts = request.getCustomtimeouts();
  return {
    dependsOn: request.getDependenciesList(),
    ...(request.hasProtect() ? { protect: request.getProtect() === true } : {}),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    aliases: [
      ...request.getAliasurnsList().map((urn) => ({ urn })),
      ...request.getAliasesList().map(aliasOf),
    ],
    provider: request.getProvider(),
    providers: Object.fromEntries(request.getProvidersMap().entries()),
    timeouts: {
      create: timeouts?.getCreate() ?? "",
      update: timeouts?.getUpdate() ?? "",
      delete: timeouts?.getDelete() ?? "",
    },
    ...(request.hasRetainondelete() ? { retainOnDelete: request.getRetainondelete() === true } : {}),
    deletedWith: request.getDeletedwith(),
    ...(request.getDeletebeforereplacedefined()
      ? { deleteBeforeReplace: request.getDeletebeforereplace() }
      : {}),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    importId: request.getImportid(),
    hooks: hooksOf(request.getHooks()),
  };
}

type HooksMessage = RegisterResourceRequest.ResourceHooksBinding;

const HOOK_LISTS = {
  beforeCreate: ["getBeforeCreateList", "setBeforeCreateList"],
  afterCreate: ["getAfterCreateList", "setAfterCreateList"],
  beforeUpdate: ["getBeforeUpdateList", "setBeforeUpdateList"],
  afterUpdate: ["getAfterUpdateList", "setAfterUpdateList"],
  beforeDelete: ["getBeforeDeleteList", "setBeforeDeleteList"],
  afterDelete: ["getAfterDeleteList", "setAfterDeleteList"],
} as const satisfies Record<HookKind, readonly (keyof HooksMessage)[]>;

function hooksOf(message: HooksMessage | undefined): HookBindings {
  const bindings: HookBindings = {};
  for (const kind of HOOK_KINDS) {
    const names = message?.[HOOK_LISTS[kind][0]]() ?? [];
    if (names.length > 0) bindings[kind] = names;
  }
  return bindings;
}

function hooksMessage(bindings: HookBindings): HooksMessage {
  const message = new messages.RegisterResourceRequest.ResourceHooksBinding();
  for (const kind of HOOK_KINDS) message[HOOK_LISTS[kind][1]](bindings[kind] ?? []);
  return message;
}

function aliasOf(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (!spec) return { urn: message.getUrn() };
  return {
    name: spec.getName(),
    type: spec.getType(),
    project: spec.getProject(),
    stack: spec.getStack(),
    ...(spec.getParenturn() ? { parent: spec.getParenturn() } : {}),
    noParent: spec.getNoparent(),
  };
}

function aliasMessage(alias: Alias): AliasMessage {
  const message = new aliasMessages.Alias();
  if ("urn" in alias) return message.setUrn(alias.urn);
  const spec = new aliasMessages.Alias.Spec();
  spec.setName(alias.name).setType(alias.type).setProject(alias.project).setStack(alias.stack);
  if (alias.parent) spec.setParenturn(alias.parent);
  if (alias.noParent) spec.setNoparent(true);
  return message.setSpec(spec);
}

/** The options as a transform gets them. */
export function optionsMessage(options: Options): TransformResourceOptions {
  const message = new messages.TransformResourceOptions();
  const timeouts = new messages.RegisterResourceRequest.CustomTimeouts();
  timeouts.setCreate(options.timeouts.create);
  timeouts.setUpdate(options.timeouts.update);
  timeouts.setDelete(options.timeouts.delete);
  message
    .setDependsOnList(options.dependsOn)
    .setIgnoreChangesList(options.ignoreChanges)
    .setReplaceOnChangesList(options.replaceOnChanges)
    .setAliasesList(options.aliases.map(aliasMessage))
    .setProvider(options.provider)
    .setCustomTimeouts(timeouts)
    .setDeletedWith(options.deletedWith)
    .setAdditionalSecretOutputsList(options.additionalSecretOutputs)
    .setImport(options.importId)
    .setHooks(hooksMessage(options.hooks));
  if (options.protect !== undefined) message.setProtect(options.protect);
  if (options.retainOnDelete !== undefined) message.setRetainOnDelete(options.retainOnDelete);
  if (options.deleteBeforeReplace !== undefined) message.setDeleteBeforeReplace(options.deleteBeforeReplace);
  for (const [name, reference] of Object.entries(options.providers)) {
    message.getProvidersMap().set(name, reference);
  }
  return message;
}

/** The options as a transform left them. */
export function optionsOf(message: TransformResourceOptions): Options {
  const timeouts = message.getCustomTimeouts();
  return {
    dependsOn: message.getDependsOnList(),
    ...(message.hasProtect() ? { protect: message.getProtect() === true } : {}),
    ignoreChanges: message.getIgnoreChangesList(),
    replaceOnChanges: message.getReplaceOnChangesList(),
    aliases: message.getAliasesList().map(aliasOf),
    provider: message.getProvider(),
    providers: Object.fromEntries(message.getProvidersMap().entries()),
    timeouts: {
      create: timeouts?.getCreate() ?? "",
      update: timeouts?.getUpdate() ?? "",
      delete: timeouts?.getDelete() ?? "",
    },
    ...(message.hasRetainOnDelete() ? { retainOnDelete: message.getRetainOnDelete() === true } : {}),
    deletedWith: message.getDeletedWith(),
    ...(message.hasDeleteBeforeReplace()
      ? { deleteBeforeReplace: message.getDeleteBeforeReplace() === true }
      : {}),
    additionalSecretOutputs: message.getAdditionalSecretOutputsList(),
    importId: message.getImport(),
    hooks: hooksOf(message.getHooks()),
  };
}
