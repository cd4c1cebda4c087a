import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import callbackService, { type CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackMessages, {
  type CallbackInvokeRequest,
  type CallbackInvokeResponse,
} from "@pulumi/pulumi/proto/callback_pb.js";
import type { Callback } from "./goal.ts";

/** Calls functions of the running program: transforms and hooks. */
export class Callbacks {
  readonly #clients = new Map<string, CallbacksClient>();

  /** @param request the serialized message that this kind of function takes; the answer is what it returns. */
  async call(callback: Callback, request: Uint8Array): Promise<Uint8Array> {
    const call = new callbackMessages.CallbackInvokeRequest();
    call.setToken(callback.token);
    call.setRequest(request);
    const client = this.#client(callback.target);
    const invoke = promisify<CallbackInvokeRequest, CallbackInvokeResponse>(client.invoke.bind(client));
    return (await invoke(call)).getResponse_asU8();
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
