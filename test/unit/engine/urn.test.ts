import { strict as assert } from "node:assert";
import {
  makeUrn,
  packageOf,
  parseProviderReference,
  parseUrn,
  STACK_TYPE,
} from "../../../sandbox/engine/urn.ts";

describe("a URN", () => {
  const stack = makeUrn("octavo", "pomerium-migration", undefined, STACK_TYPE, "pomerium-migration-octavo");

  it("is exactly Pulumi's, with the types of the components above it but not the stack's", () => {
    assert.equal(
      stack,
      "urn:pulumi:octavo::pomerium-migration::pulumi:pulumi:Stack::pomerium-migration-octavo",
    );
    const app = makeUrn("octavo", "pomerium-migration", stack, "pomerium-migration:apps:App", "komga");
    assert.equal(app, "urn:pulumi:octavo::pomerium-migration::pomerium-migration:apps:App::komga");
    const ingress = makeUrn(
      "octavo",
      "pomerium-migration",
      app,
      "kubernetes:networking.k8s.io/v1:Ingress",
      "komga-ingress",
    );
    assert.equal(
      ingress,
      "urn:pulumi:octavo::pomerium-migration::pomerium-migration:apps:App$kubernetes:networking.k8s.io/v1:Ingress::komga-ingress",
    );
  });

  it("gives back its parts, also when the name has colons of its own", () => {
    assert.deepEqual(parseUrn("urn:pulumi:s::p::a:b:C$d:e:F::rendered:ns/name::x"), {
      stack: "s",
      project: "p",
      qualifiedType: "a:b:C$d:e:F",
      type: "d:e:F",
      name: "rendered:ns/name::x",
    });
    assert.throws(() => parseUrn("not-a-urn"), /not a URN: not-a-urn/);
  });

  it("of a provider tells the package, and a reference tells both its URN and its id", () => {
    assert.equal(packageOf("pulumi:providers:random"), "random");
    assert.equal(packageOf("kubernetes:core/v1:Service"), "kubernetes");
    const urn = "urn:pulumi:s::p::pulumi:providers:kubernetes::cluster";
    assert.deepEqual(parseProviderReference(`${urn}::8f3e`), { urn, id: "8f3e" });
  });
});
