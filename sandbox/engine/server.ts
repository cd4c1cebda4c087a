import * as grpc from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import engineServices, { type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import monitorServices, { type IResourceMonitorServer } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import messages, { type ReadResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { messageOf } from "./context.ts";
import { type Deployment, StoppedError } from "./deployment.ts";
import type { Severity } from "./events.ts";
import { type Goal, noOptions } from "./goal.ts";
import type { Reporter } from "./reporter.ts";
import type { ResourceState } from "./state.ts";
import { fromOutputs, type Properties, UNKNOWN } from "./values.ts";
import { fromCallback, fromStruct, goalOf, hookOf, toStruct } from "./wire.ts";

const SEVERITIES: Partial<Record<number, Severity>> = { 1: "info", 2: "warning", 3: "error" };

/** What the SDK may rely on here. */
const FEATURES: Record<string, number> = {
  secrets: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resourceReferences: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  outputValues: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  aliasSpecs: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  deletedWith: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  transforms: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  resourceHooks: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  // There are none, but without this the SDK would have people update their Pulumi CLI.
  errorHooks: messages.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
};

/** Pulumi's default of 4 MB is too small for a rendered chart. */
const OPTIONS = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

export interface Served {
  /** `127.0.0.1:<port>` */
  address: string;
  close(): void;
}

/**
 * Serves Pulumi's resource monitor and engine for one program, on loopback only.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
 */
export async function serve(deployment: Deployment, reporter: Reporter): Promise<Served> {
  const server = new grpc.Server(OPTIONS);
  server.addService(monitorServices.ResourceMonitorService, monitor(deployment));
  server.addService(engineServices.EngineService, engine(deployment, reporter));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

function unary<Q, A>(answer: (request: Q) => A | Promise<A>): grpc.handleUnaryCall<Q, A> {
  return async (call, callback) => {
    try {
      callback(null, await answer(call.request));
    } catch (error) {
      // The SDK takes "unavailable" as the end of the run and stays silent: what failed is reported here.
      const code = error instanceof StoppedError ? grpc.status.UNAVAILABLE : grpc.status.UNKNOWN;
      callback({ code, details: messageOf(error) });
    }
  };
}

function unsupported<Q, A>(what: string): grpc.handleUnaryCall<Q, A> {
  return unary<Q, A>(() => {
    throw new Error(`the stand-in engine has no ${what}; use the Pulumi CLI for it`);
  });
}

function monitor(deployment: Deployment): IResourceMonitorServer {
  return {
    getDeploymentInfo: unary(() => {
      const info = new messages.DeploymentInfo();
      info.setSupportedfeaturesList(
        Object.values(FEATURES) as ReturnType<typeof info.getSupportedfeaturesList>,
      );
      return info;
    }),
    supportsFeature: unary((request) =>
      new messages.SupportsFeatureResponse().setHassupport(request.getId() in FEATURES),
    ),
    registerResource: unary(async (request) => {
      const goal = goalOf(request);
      const state = await deployment.register(goal);
      const response = new messages.RegisterResourceResponse();
      response.setUrn(state.urn);
      response.setId(state.id ?? "");
      response.setUnknown(deployment.isUnknown(state.urn));
      // A local component's outputs may name resources that are only registered later.
      response.setObject(toStruct(goal.custom || goal.remote ? state.outputs : {}));
      return response;
    }),
    registerResourceOutputs: unary(async (request) => {
      await deployment.registerOutputs(
        request.getUrn(),
        fromOutputs(fromStruct(request.getOutputs())) as Properties,
      );
      return new empty.Empty();
    }),
    readResource: unary(async (request) => {
      const response = new messages.ReadResourceResponse();
      const goal = goalOfRead(request);
      if (request.getId() === UNKNOWN) {
        return response.setUrn(deployment.urnOf(goal)).setProperties(toStruct({}));
      }
      const state = await deployment.read(goal, request.getId());
      return response.setUrn(state.urn).setProperties(toStruct(state.outputs));
    }),
    invoke: unary(async (request) => {
      const inputs = fromStruct(request.getArgs());
      const response = new messages.ResourceInvokeResponse();
      if (request.getTok() !== "pulumi:pulumi:getResource") {
        const result = await deployment.invoke(request.getTok(), inputs, request.getProvider());
        return response.setReturn(toStruct(result));
      }
      const { urn } = inputs;
      const state = typeof urn === "string" ? deployment.get(urn) : undefined;
      if (!state) throw new Error(`there is no resource ${urn}`);
      return response.setReturn(toStruct(reference(state)));
    }),
    registerStackTransform: unary((request: Callback) => {
      deployment.transformAll(fromCallback(request));
      return new empty.Empty();
    }),
    signalAndWaitForShutdown: unary(async () => {
      await deployment.waitForRelease();
      return new empty.Empty();
    }),
    existsResource: unsupported("existence checks"),
    call: unsupported("calls of component methods"),
    registerStackInvokeTransform: unsupported("transforms of function calls"),
    registerResourceHook: unary((request) => {
      deployment.registerHook(hookOf(request));
      return new empty.Empty();
    }),
    registerErrorHook: unsupported("error hooks"),
    registerPackage: unsupported("parameterized packages"),
  };
}

function reference(state: ResourceState): Properties {
  return { urn: state.urn, id: state.id ?? "", state: state.outputs };
}

function goalOfRead(request: ReadResourceRequest): Goal {
  return {
    type: request.getType(),
    name: request.getName(),
    custom: true,
    remote: false,
    ...(request.getParent() ? { parent: request.getParent() } : {}),
    inputs: fromOutputs(fromStruct(request.getProperties())) as Properties,
    options: {
      ...noOptions(),
      dependsOn: request.getDependenciesList(),
      provider: request.getProvider(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    },
    propertyDependencies: {},
    transforms: [],
  };
}

function engine(deployment: Deployment, reporter: Reporter): IEngineServer {
  return {
    log: unary((request) => {
      const severity = SEVERITIES[request.getSeverity()];
      // The SDK's own trace, with every property in it.
      if (severity === undefined) return new empty.Empty();
      const urn = request.getUrn();
      const about = { message: request.getMessage(), ...(urn ? { urn } : {}) };
      if (severity === "error") reporter.failRun(about);
      else reporter.log({ severity, ...about });
      return new empty.Empty();
    }),
    getRootResource: unary(() => new engineMessages.GetRootResourceResponse().setUrn(deployment.rootUrn)),
    setRootResource: unary((request) => {
      deployment.rootUrn = request.getUrn();
      return new engineMessages.SetRootResourceResponse();
    }),
    startDebugging: unary(() => new empty.Empty()),
    requirePulumiVersion: unary(() => new engineMessages.RequirePulumiVersionResponse()),
  };
}
