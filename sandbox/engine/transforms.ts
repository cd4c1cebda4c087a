import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import callbackService, { type CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackMessages, {
  type CallbackInvokeRequest,
  type CallbackInvokeResponse,
} from "@pulumi/pulumi/proto/callback_pb.js";
import messages from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Goal } from "./goal.ts";
import { fromOutputs, type Properties, toOutputs } from "./values.ts";
import { fromStruct, optionsMessage, optionsOf, toStruct } from "./wire.ts";

/** Runs the program's transforms: those of a resource, then those of what is above it, then the stack's. */
export class Transforms {
  readonly #clients = new Map<string, CallbacksClient>();
  readonly #ofStack: Callback[] = [];
  readonly #ofResource = new Map<string, { parent: string | undefined; transforms: Callback[] }>();

  addToStack(callback: Callback): void {
    this.#ofStack.push(callback);
  }

  /** Remembers the transforms of a resource for those that will be registered below it. */
  remember(urn: string, goal: Goal): void {
    this.#ofResource.set(urn, { parent: goal.parent, transforms: goal.transforms });
  }

  /** @throws Error with the message of the transform that failed. */
  async apply(goal: Goal): Promise<Goal> {
    const callbacks = [...goal.transforms];
    for (let above = goal.parent; above; ) {
      const entry = this.#ofResource.get(above);
      callbacks.push(...(entry?.transforms ?? []));
      above = entry?.parent;
    }
    callbacks.push(...this.#ofStack);
    let result = goal;
    for (const callback of callbacks) result = await this.#call(callback, result);
    return result;
  }

  async #call(callback: Callback, goal: Goal): Promise<Goal> {
    const request = new messages.TransformRequest();
    request.setType(goal.type);
    request.setName(goal.name);
    request.setCustom(goal.custom);
    request.setParent(goal.parent ?? "");
    request.setProperties(toStruct(toOutputs(goal.inputs) as Properties));
    request.setOptions(optionsMessage(goal.options));
    const call = new callbackMessages.CallbackInvokeRequest();
    call.setToken(callback.token);
    call.setRequest(request.serializeBinary());

    const client = this.#client(callback.target);
    const invoke = promisify<CallbackInvokeRequest, CallbackInvokeResponse>(client.invoke.bind(client));
    const answer = messages.TransformResponse.deserializeBinary((await invoke(call)).getResponse_asU8());
    const options = answer.getOptions();
    return {
      ...goal,
      ...(answer.hasProperties()
        ? { inputs: fromOutputs(fromStruct(answer.getProperties())) as Properties }
        : {}),
      ...(options ? { options: optionsOf(options) } : {}),
    };
  }

  #client(target: string): CallbacksClient {
    let client = this.#clients.get(target);
    if (!client) {
      client = new callbackService.CallbacksClient(target, grpc.credentials.createInsecure());
      this.#clients.set(target, client);
    }
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}
