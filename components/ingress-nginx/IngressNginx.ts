import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/api.ts";
import { type ObjectRef, objectId, objectLabel, typeToken } from "../cluster/objects.ts";
import { plaintextOutputs } from "../cluster/secret.ts";
import type { Adoption } from "./adoption.ts";
import { keepUntilRetired } from "./keep.ts";
import { removalOrder } from "./removal-order.ts";

export interface IngressNginxArgs {
  /** What the cluster runs of ingress-nginx, its Ingresses included; each must exist. */
  objects: readonly ObjectRef[];
  /**
   * What was adopted and is not to be removed with the rest; each must exist. It is let go: the next run that does not
   * name it forgets it, and leaves it where it is.
   */
  released: readonly ObjectRef[];
  /** Asked before any of `objects` is deleted: `keepUntilRetired`. */
  beforeDelete: pulumi.ResourceHook;
}

/**
 * The cluster's own ingress-nginx, however it was installed: adopted object by object, exactly as it is, and never
 * written to. Once the program no longer has this component, it is removed in the order of `removalOrder`.
 *
 * Not adopted as a Helm release, which takes an upgrade from a chart that may be gone, and removes in Helm's order.
 */
export class IngressNginx extends pulumi.ComponentResource {
  /**
   * Resolves when all of it is under management. A promise, not an output: what waited for an output would depend on
   * all this, and could not stay when it is destroyed.
   */
  readonly adopted: Promise<void>;

  constructor(
    name: string,
    { objects, released, beforeDelete }: IngressNginxArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("pomerium-migration:ingress-nginx:IngressNginx", name, {}, opts);
    const adopt = (object: ObjectRef, own: pulumi.CustomResourceOptions): Adopted =>
      new Adopted(`${name}:${objectId(object)}`, object, { parent: this, ...own });
    const all = released.map((object) => adopt(object, { retainOnDelete: true }));
    let after: Adopted[] = [];
    // What depends on something is deleted before it: so the last to go is registered first.
    for (const stage of removalOrder(objects).reverse()) {
      const dependsOn = after;
      after = stage.map((object) => adopt(object, { dependsOn, hooks: { beforeDelete: [beforeDelete] } }));
      all.push(...after);
    }
    this.adopted = new Promise((resolve) => {
      pulumi.all(all.map(({ urn }) => urn)).apply(() => resolve());
    });
    this.registerOutputs();
  }
}

/** An object that exists, as it is. */
class Adopted extends pulumi.CustomResource {
  constructor(name: string, object: ObjectRef, opts: pulumi.CustomResourceOptions) {
    const { apiVersion, kind } = object;
    super(
      typeToken(object),
      name,
      { apiVersion, kind },
      {
        ...opts,
        import: objectId(object),
        ignoreChanges: ["*"],
        // Of a Secret, the data, and the copy of it that kubectl leaves in an annotation.
        additionalSecretOutputs: kind === "Secret" ? ["data", "stringData", ...plaintextOutputs] : [],
      },
    );
  }
}

/**
 * Registers the hook that refuses to delete adopted objects, in every run, because the state names it. Registers the
 * component if there is something to adopt.
 *
 * @returns Labels of the adopted objects, for the phase record.
 */
export async function adoptIngressNginx(
  { name, phase, cluster }: { name: string; phase: string; cluster: ClusterAddress },
  { adopt, released, ...keeping }: Adoption,
  opts: pulumi.ComponentResourceOptions,
): Promise<string[]> {
  const beforeDelete = keepUntilRetired({ stack: name, phase, ...keeping }, cluster);
  if (adopt.length + released.length > 0)
    await new IngressNginx("ingress-nginx", { objects: adopt, released, beforeDelete }, opts).adopted;
  return adopt.map(objectLabel);
}
