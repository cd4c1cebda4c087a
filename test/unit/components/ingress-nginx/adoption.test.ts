import { strict as assert } from "node:assert";
import {
  missingSectionProblems,
  releasedNotes,
  unrecognisedProblems,
} from "../../../../components/ingress-nginx/adoption.ts";
import { ingress, ready, stackOf } from "../../stack/state.ts";

const service = { apiVersion: "v1", kind: "Service", namespace: "ingress-nginx", name: "controller" };
const wiki = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace: "web", name: "wiki" };

describe("an adopted object that is not recognised any more", () => {
  it("stops the run, unless it is an Ingress, which may have been given another class", () => {
    assert.deepEqual(unrecognisedProblems(stackOf(), { unrecognised: [] }), []);
    assert.deepEqual(unrecognisedProblems(stackOf(), { unrecognised: [wiki] }), []);
    const [problem, ...others] = unrecognisedProblems(stackOf(), { unrecognised: [service, wiki] });
    assert.deepEqual(others, []);
    assert.equal(problem?.at, "ingressNginx");
    assert.match(
      problem.message,
      /^Service ingress-nginx\/controller was adopted and is not recognised any more: check whether ingressNginx\.helmRelease/,
    );
    assert.match(problem.fix ?? "", /^kubectl --context test get deployments,daemonsets .* --show-labels$/);
  });

  it("is announced for an Ingress with its present class", () => {
    const now = (ingressClass?: string): string[] => {
      const { ingressClass: _, ...classless } = ingress("web", "wiki", ["wiki.example.org"]);
      const ingresses = [{ ...classless, ...(ingressClass === undefined ? {} : { ingressClass }) }];
      return releasedNotes({ unrecognised: [service, wiki] }, { ingresses });
    };
    assert.deepEqual(now("tailscale"), [
      "! Ingress web/wiki does not belong to ingress-nginx any more (class tailscale): it is released, not deleted",
    ]);
    assert.deepEqual(now(), [
      "! Ingress web/wiki does not belong to ingress-nginx any more (no class): it is released, not deleted",
    ]);
    assert.deepEqual(releasedNotes({ unrecognised: [service] }, { ingresses: [] }), []);
  });
});

describe("a stack file without `ingressNginx`", () => {
  const silent = stackOf({ ingressNginx: undefined, tunnels: undefined });
  const { cluster } = ready();
  const at = (phase: string, adopted = cluster.record?.adopted ?? []) =>
    missingSectionProblems(silent, { record: { phase, adopted } });

  it("is refused while something of it is adopted, with the edit", () => {
    for (const phase of ["coexist", "cutover"]) {
      const [problem, ...others] = at(phase);
      assert.deepEqual(others, []);
      assert.equal(problem?.at, "ingressNginx");
      assert.match(problem.message, /put `ingressNginx` back until the phase is retired$/);
      assert.match(problem.fix ?? "", /^pulumi config set --stack test --path ingressNginx\.helmRelease /);
    }
  });

  it("is accepted if nothing was adopted, and when the cluster is retired", () => {
    assert.deepEqual(at("cutover", []), []);
    assert.deepEqual(at("retired"), []);
    assert.deepEqual(missingSectionProblems(silent, {}), []);
    assert.deepEqual(missingSectionProblems(stackOf(), cluster), []);
  });
});
