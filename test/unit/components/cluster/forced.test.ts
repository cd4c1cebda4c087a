import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { forceTakenOver } from "../../../../components/cluster/force-taken-over.ts";
import { isForced, patchForce } from "../../../../components/cluster/forced.ts";
import { waitFor } from "../../../../components/cluster/wait-for.ts";

const service = "kubernetes:core/v1:Service";

/** What the transform makes of a resource's metadata; undefined where it leaves the resource alone. */
async function metadataOf(
  props: Record<string, unknown>,
  opts: pulumi.CustomResourceOptions,
  type = service,
): Promise<unknown> {
  const transform = forceTakenOver(["Service media/jellyfin", "Ingress media/jellyfin"]);
  const result = transform({ type, props, opts });
  return result && new Promise((resolve) => pulumi.output(result.props.metadata).apply(resolve));
}

describe("an object whose fields the program may overwrite", () => {
  const pulumis = [{ manager: "kubectl" }, { manager: "pulumi-kubernetes-1a2b3c4d" }];

  it("is one that no Pulumi program has written to, or that was one when it was taken over", () => {
    assert.equal(isForced({}), true);
    assert.equal(isForced({ managedFields: [{ manager: "kubectl" }] }), true);
    assert.equal(isForced({ managedFields: pulumis }), false);
    assert.equal(isForced({ managedFields: pulumis, annotations: { [patchForce]: "true" } }), true);
    assert.equal(isForced({ managedFields: pulumis, annotations: { [patchForce]: "false" } }), false);
  });

  it("gets the annotation in addition to its own ones, also if those are known only later", async () => {
    const opts = { import: "media/jellyfin" };
    for (const annotations of [{ a: "b" }, pulumi.output({ a: "b" })]) {
      const expected = { name: "jellyfin", annotations: { a: "b", [patchForce]: "true" } };
      const metadata = { name: "jellyfin", annotations };
      assert.deepEqual(await metadataOf({ metadata }, opts), expected);
      assert.deepEqual(await metadataOf({ metadata: pulumi.output(metadata) }, opts), expected);
    }
    assert.deepEqual(await metadataOf({}, opts), { annotations: { [patchForce]: "true" } });
  });

  it("is waited for until it has an address, if it is an Ingress", async () => {
    const ingress = "kubernetes:networking.k8s.io/v1:Ingress";
    assert.deepEqual(await metadataOf({}, { import: "media/jellyfin" }, ingress), {
      annotations: {
        [patchForce]: "true",
        ...waitFor("jsonpath={.status.loadBalancer.ingress[0]}"),
      },
    });
  });

  it("is not a new object, one of another name or kind, or one that stays unchanged", async () => {
    const metadata = { name: "jellyfin" };
    for (const [opts, type] of [
      [{}, service],
      [{ import: "media/navidrome" }, service],
      [{ import: "media/jellyfin" }, "kubernetes:apps/v1:Deployment"],
      [{ import: "media/jellyfin" }, "cloudflare:index:Service"],
      [{ import: "media/jellyfin", ignoreChanges: ["*"] }, service],
    ] as const)
      assert.equal(await metadataOf({ metadata }, opts as pulumi.CustomResourceOptions, type), undefined);
  });
});
