import { strict as assert } from "node:assert";
import { refusalToDelete } from "../../../../components/ingress-nginx/keep.ts";

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "ingress-nginx",
  name: "ingress-nginx-controller",
};
const namespace = { apiVersion: "v1", kind: "Namespace", name: "ingress-nginx" };
const live = [deployment, namespace];
const urn = "urn:pulumi:octavo::pomerium-migration::kubernetes:apps/v1:Deployment::x";
const asked = {
  urn,
  type: "kubernetes:apps/v1:Deployment",
  id: "ingress-nginx/ingress-nginx-controller",
};
const base = { stack: "octavo", phase: "cutover", live, stays: [] };

describe("ingress-nginx is kept", () => {
  it("in every phase before retired, and the refusal names the command that removes it", () => {
    for (const phase of ["coexist", "cutover"])
      assert.match(
        refusalToDelete({ ...base, phase }, asked) ?? "",
        /^Deployment ingress-nginx\/ingress-nginx-controller stays while octavo is in (coexist|cutover): .*pulumi config set --stack octavo phase retired && pulumi up --stack octavo$/,
      );
  });

  it("until retired, and no longer", () => {
    assert.equal(refusalToDelete({ ...base, phase: "retired" }, asked), undefined);
  });

  it("also in retired without `ingressNginx` in the stack file, because no gate was asked then", () => {
    for (const phase of ["coexist", "cutover", "retired"])
      assert.match(
        refusalToDelete({ ...base, phase, live: undefined }, asked) ?? "",
        /put `ingressNginx` back/,
      );
  });

  it("in every phase when it is not recognised any more, because a typo must delete nothing", () => {
    for (const phase of ["coexist", "cutover", "retired"])
      assert.match(
        refusalToDelete({ ...base, phase, live: [namespace] }, asked) ?? "",
        /not recognised as that any more, so it stays.*pulumi state delete --stack octavo --target-dependents 'urn:/,
      );
  });

  it("with its namespace for good, while that holds other objects", () => {
    const keeping = { ...base, phase: "retired", stays: [namespace] };
    assert.match(
      refusalToDelete(keeping, { urn, type: "kubernetes:core/v1:Namespace", id: "ingress-nginx" }) ?? "",
      /^Namespace ingress-nginx stays/,
    );
    assert.equal(refusalToDelete(keeping, asked), undefined);
  });
});
