import * as grpc from "@grpc/grpc-js";

/** What a plugin throws where it is asked for something that it does not have. */
export class NotImplementedError extends Error {}

/** Pulumi's default of 4 MB is too small for a large stack's config. */
const OPTIONS = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

/**
 * Serves one service of Pulumi's plugin protocol on loopback, and prints the port, which is how Pulumi learns it.
 * Every method without a handler answers with an error that names the plugin. Ends with the process that started it.
 *
 * @param plugin What the plugin stands in for, for error messages: `pulumi-resource-random`.
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
  });
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit();
  }, 1000).unref();
}

/** A method that takes one message and answers with one. */
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
