import * as pulumi from "@pulumi/pulumi";
import { type ObjectRef, objectId, typeToken } from "../cluster/objects.ts";
import { plaintextOutputs } from "../cluster/secret.ts";
import { removalOrder } from "./removal-order.ts";

export interface IngressNginxArgs {
  /** Objects of ingress-nginx, with its Ingresses. Each must exist. */
  objects: readonly ObjectRef[];
  /**
   * Adopted objects that are not removed with the rest. Each must exist. The next run without them forgets them, and
   * leaves them in the cluster.
   */
  released: readonly ObjectRef[];
  /** Hook that runs before any of `objects` is deleted: `keepUntilRetired`. */
  beforeDelete: pulumi.ResourceHook;
}

/**
 * The ingress-nginx that the cluster already has, however it was installed. Its objects are adopted one by one and never
 * written to. Once the program has no such component, they are removed in the order of `removalOrder`.
 *
 * Adopting a Helm release instead would need an upgrade from a chart that may be gone, and would remove in Helm's order.
 */
export class IngressNginx extends pulumi.ComponentResource {
  /**
   * Resolves when everything is adopted. It is a promise because a resource that waits for an output would depend on all
   * adopted objects, and would be destroyed with them.
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
    // Pulumi deletes a resource before the ones that it depends on, so the last stage is registered first.
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

/** An existing object that is never changed. */
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
        // kubectl leaves a copy of a Secret's data in an annotation.
        additionalSecretOutputs: kind === "Secret" ? ["data", "stringData", ...plaintextOutputs] : [],
      },
    );
  }
}
