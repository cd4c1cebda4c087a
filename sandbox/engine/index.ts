/**
 * A small stand-in for the Pulumi engine, for machines without the Pulumi CLI: it runs an unmodified Node
 * program, serves it Pulumi's own protocol, and does what the program registers.
 *
 * It is not Pulumi. There is no refresh, no policy pack, no StackReference, no error hook, and no provider but
 * those in `providers.ts`. A replacement does not take along what depends on the replaced resource. Helm
 * releases, kustomizations and Kubernetes objects follow Pulumi's provider; where that provider looks deeper (at
 * endpoints, at Pods' events), this one reads the object's own status.
 */
export { type DestroyOptions, destroy, type EngineOptions, preview, type Result, up } from "./engine.ts";
export type { Diagnostic, EngineEvent, Operation, Severity, Step } from "./events.ts";
export { NotReadyError, type Provider, type ProviderFactory, type Tools } from "./providers/provider.ts";
export type { Failure } from "./reporter.ts";
export type { Properties, Value } from "./values.ts";
