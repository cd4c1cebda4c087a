import { flushCompileCache } from "node:module";
import * as grpc from "@grpc/grpc-js";

/** A plugin was asked for something that it does not implement. */
export class NotImplementedError extends Error {}

/** Pulumi's default of 4 MB is too small for a large stack's config. */
const OPTIONS = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

/**
 * Serves one service of Pulumi's plugin protocol on loopback, and prints the port for Pulumi. Methods without a
 * handler answer with an error that names the plugin. The server ends with the process that started it.
 *
 * @param plugin Name of the imitated plugin for error messages, for example `pulumi-resource-random`.
 */
export function servePlugin<T extends grpc.UntypedServiceImplementation>(
  plugin: string,
  service: grpc.ServiceDefinition<T>,
  handlers: Partial<T>,
): void {
  const missing = (method: string): grpc.handleUnaryCall<unknown, unknown> =>
    unary(() => {
      throw new NotImplementedError(`the sandbox's ${plugin} does not implement ${method}`);
    });
  const methods = Object.keys(service).map((method) => [method, handlers[method] ?? missing(method)]);
  const server = new grpc.Server(OPTIONS);
  server.addService(service, Object.fromEntries(methods));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(port);
    // Node writes the cache when a process ends, but Pulumi kills its plugins.
    flushCompileCache();
  });
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit();
  }, 1000).unref();
}

/** A method with one message as request and one as answer. */
export function unary<Q, A>(answer: (request: Q) => A | Promise<A>): grpc.handleUnaryCall<Q, A> {
  return async (call, callback) => {
    try {
      callback(null, await answer(call.request));
    } catch (error) {
      const code = error instanceof NotImplementedError ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN;
      callback({ code, details: error instanceof Error ? error.message : String(error) });
    }
  };
}
