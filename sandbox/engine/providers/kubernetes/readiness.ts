import { at, items, type KubeObject, text } from "./object.ts";

/** Whether an object is what one waits for: undefined when it is, else what is missing. */
export type Readiness = undefined | { waitingFor: string } | { failed: string };

function count(object: KubeObject, ...path: string[]): number {
  return Number(at(object, ...path) ?? 0);
}

function condition(object: KubeObject, type: string) {
  return items(at(object, "status", "conditions")).find((each) => at(each, "type") === type);
}

function isTrue(object: KubeObject, type: string): boolean {
  return at(condition(object, type), "status") === "True";
}

function isObserved(object: KubeObject): boolean {
  return count(object, "status", "observedGeneration") >= count(object, "metadata", "generation");
}

function replicas(object: KubeObject): number {
  return Number(at(object, "spec", "replicas") ?? 1);
}

function deployment(object: KubeObject): Readiness {
  const progressing = condition(object, "Progressing");
  if (at(progressing, "reason") === "ProgressDeadlineExceeded")
    return { failed: text(at(progressing, "message")) };
  const wanted = replicas(object);
  const [updated, available, all] = ["updatedReplicas", "availableReplicas", "replicas"].map((field) =>
    count(object, "status", field),
  );
  const ready = isObserved(object) && updated === wanted && available === wanted && all === wanted;
  return ready ? undefined : { waitingFor: `${available} of ${wanted} Pods to be available and up to date` };
}

function statefulSet(object: KubeObject): Readiness {
  const wanted = replicas(object);
  const ready = count(object, "status", "readyReplicas");
  const updated = count(object, "status", "updatedReplicas");
  const partition = Number(at(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0);
  const onDelete = at(object, "spec", "updateStrategy", "type") === "OnDelete";
  const done = isObserved(object) && ready === wanted && (onDelete || updated >= wanted - partition);
  return done ? undefined : { waitingFor: `${ready} of ${wanted} Pods to be ready and up to date` };
}

function daemonSet(object: KubeObject): Readiness {
  const wanted = count(object, "status", "desiredNumberScheduled");
  const available = count(object, "status", "numberAvailable");
  const updated = count(object, "status", "updatedNumberScheduled");
  const done = isObserved(object) && available >= wanted && updated >= wanted;
  return done ? undefined : { waitingFor: `${available} of ${wanted} Pods to be available and up to date` };
}

function job(object: KubeObject): Readiness {
  if (isTrue(object, "Failed")) return { failed: text(at(condition(object, "Failed"), "message")) };
  return isTrue(object, "Complete") ? undefined : { waitingFor: "the Job to complete" };
}

function pod(object: KubeObject): Readiness {
  const phase = at(object, "status", "phase");
  if (phase === "Failed") return { failed: text(at(object, "status", "message")) || "the Pod failed" };
  return phase === "Succeeded" || isTrue(object, "Ready") ? undefined : { waitingFor: "the Pod to be ready" };
}

function hasAddress(object: KubeObject): boolean {
  return items(at(object, "status", "loadBalancer", "ingress")).length > 0;
}

function service(object: KubeObject): Readiness {
  if (at(object, "spec", "type") !== "LoadBalancer" || hasAddress(object)) return undefined;
  return { waitingFor: "an address of the load balancer" };
}

function ingress(object: KubeObject): Readiness {
  return hasAddress(object) ? undefined : { waitingFor: ".status.loadBalancer of the Ingress" };
}

function volume(object: KubeObject): Readiness {
  const phase = text(at(object, "status", "phase"));
  return phase === "Available" || phase === "Bound"
    ? undefined
    : { waitingFor: "the volume to be available" };
}

function customResourceDefinition(object: KubeObject): Readiness {
  return isTrue(object, "Established") ? undefined : { waitingFor: "the definition to be established" };
}

const BY_KIND: Record<string, (object: KubeObject) => Readiness> = {
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": statefulSet,
  "apiextensions.k8s.io/v1/CustomResourceDefinition": customResourceDefinition,
  "batch/v1/Job": job,
  "networking.k8s.io/v1/Ingress": ingress,
  "v1/PersistentVolume": volume,
  "v1/PersistentVolumeClaim": (object) =>
    at(object, "status", "phase") === "Bound" ? undefined : { waitingFor: "a volume for the claim" },
  "v1/Pod": pod,
  "v1/Service": service,
};

/** Judges an object by its kind; kinds that nobody waits for are ready at once. */
export function readiness(object: KubeObject): Readiness {
  return BY_KIND[`${text(object.apiVersion)}/${text(object.kind)}`]?.(object);
}
