import * as pulumi from "@pulumi/pulumi";
import { importOf, keptOfService } from "../cluster/import.ts";

/** What stays as it is in an object that is taken over, by kind. */
const kept: Readonly<Record<string, string[]>> = {
  // Where everybody's sessions lie; hardly a field can be changed, and a volume or claim made anew would be empty.
  PersistentVolume: ["*"],
  PersistentVolumeClaim: ["*"],
  Service: keptOfService,
};

/** Takes over what the cluster has already of a kustomization's objects (labels: `objectLabel`), whoever made it. */
export function takeOver(existing: readonly string[] = []): pulumi.ResourceTransform {
  return ({ type, props, opts }) => {
    const kind = type.split(":").at(-1) ?? "";
    const { name, namespace } =
      (props as { metadata?: { name?: string; namespace?: string } }).metadata ?? {};
    if (name === undefined) return undefined;
    const object = { kind, name, ...(namespace ? { namespace } : {}) };
    return {
      props,
      opts: pulumi.mergeOptions(opts, {
        ...importOf(existing, object),
        ...(kept[kind] ? { ignoreChanges: kept[kind] } : {}),
      }),
    };
  };
}
