import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

/** What a program asked the engine to register, options included, which Pulumi's mocks do not show. */
export interface Registration {
  type: string;
  name: string;
  /** Types of its parents and its own, and its name. Pulumi identifies a resource by it. */
  urn: string;
  /** The former identity, in the same form, of a resource that had another parent in an earlier release. */
  formerly: string[];
  /** As sent: a secret is an object with a signature, an unknown value a fixed text. */
  inputs: Record<string, unknown>;
  /** Names of the resources that it comes after. */
  after: string[];
  protect: boolean;
  importId: string;
  ignoreChanges: string[];
  secretOutputs: string[];
  retainOnDelete: boolean;
  /** Names of the hooks that are asked before it is deleted. */
  beforeDelete: string[];
  /** Name of the explicit provider, or the empty text. */
  provider: string;
  /** Number of the program's functions that Pulumi calls for it, and for each object in it. */
  transforms: number;
}

/**
 * Runs a program on mocks and records what it registers.
 *
 * @param state What the mocked engine adds to a resource's outputs.
 * @param call What a function of a provider returns. Default: its inputs.
 */
export async function record(
  program: () => unknown,
  state: (type: string, inputs: Record<string, unknown>) => object = () => ({}),
  call: (inputs: Record<string, unknown>) => Record<string, unknown> = (inputs) => inputs,
): Promise<Registration[]> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: `${name}-id`,
        state: { ...inputs, ...state(type, inputs) },
      }),
      call: ({ inputs }) => call(inputs),
    },
    "pomerium-migration",
    "test",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: RegisterResourceRequest, callback: unknown): Promise<void>;
    registerResourceHook(request: unknown, callback: (error: null, answer: object) => void): void;
  };
  // Which Pulumi's mocks do not know.
  monitor.registerResourceHook = (_, callback) => callback(null, {});
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    registrations.push(registration(request));
    return register(request, callback);
  };
  await pulumi.runtime.runInPulumiStack(async () => {
    await program();
  });
  // Registrations wait for each other, so the last one begins long after the program has run.
  await pulumi.runtime.disconnect();
  return registrations;
}

function registration(request: RegisterResourceRequest): Registration {
  const provider = request.getProvider() || (request.getProvidersMap().get("kubernetes") ?? "");
  const own = `${request.getType()}::${request.getName()}`;
  const former = request.getAliasesList().map((alias) => alias.getSpec()?.getParenturn() ?? "");
  return {
    type: request.getType(),
    name: request.getName(),
    urn: [...parentTypes(request.getParent()), own].join("$"),
    formerly: former.map((parent) => [...parentTypes(parent), own].join("$")),
    inputs: (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
    after: request.getDependenciesList().map(nameOf).sort(),
    protect: request.getProtect() ?? false,
    importId: request.getImportid(),
    ignoreChanges: request.getIgnorechangesList(),
    secretOutputs: request.getAdditionalsecretoutputsList(),
    transforms: request.getTransformsList().length,
    retainOnDelete: request.getRetainondelete() ?? false,
    beforeDelete: request.getHooks()?.getBeforeDeleteList() ?? [],
    provider: /pulumi:providers:[^:]+::/.test(provider) ? nameOf(provider.replace(/::[^:]*$/, "")) : "",
  };
}

/** The types of a parent and of its parents, without the stack itself. */
function parentTypes(urn: string): string[] {
  const types = urn.split("::")[2];
  return types === undefined || types === "pulumi:pulumi:Stack" ? [] : [types];
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** `value` as somebody sees it who may not see secrets. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if ((value as Record<string, unknown>)[signature] === secretSignature) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item)]));
}
