import { strict as assert } from "node:assert";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import {
  existingIngresses,
  existingLines,
  existingProblems,
  existingVerify,
} from "../../../../components/pomerium/checks.ts";
import type { LivePomerium } from "../../../../components/pomerium/live.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";
import { deployed, ingress } from "../../stack/state.ts";

const stack = parse(goodStack());
const nothing: LivePomerium = { existing: [], foreign: [], annotators: {} };
const access = (name: string): string => `ingress.pomerium.io/${name}`;
const isPublic = access("allow_public_unauthenticated_access");

function problems(live: Partial<LivePomerium>, ingresses: LiveIngress[] = [], of: Stack = stack): string[] {
  return existingProblems(of, { ingresses }, { ...nothing, ...live }).map(
    ({ at, message, mend }) => `${at}: ${message} » ${mend}`,
  );
}

describe("the volume that somebody made by hand", () => {
  const volume = { name: "pomerium-pv-data", hostPath: "/data/pomerium", released: false };

  it("is taken when it lies where the stack file says", () => {
    assert.deepEqual(problems({ volume }), []);
    assert.deepEqual(problems({ volume: { ...volume, hostPath: "/data/pomerium/" } }), []);
  });

  it("is refused when it lies elsewhere, with the edit that names its folder", () => {
    const [problem, ...others] = problems({ volume: { ...volume, hostPath: "/home/k8s/data" } });
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^pomerium\.storage\.pebble\.hostPath: the sessions lie in \/home\/k8s\/data/,
    );
    assert.match(
      problem ?? "",
      /config set --stack test --path 'pomerium\.storage\.pebble\.hostPath' '\/home\/k8s\/data'$/,
    );
  });

  it("is refused when it is no folder of a node", () => {
    const [problem] = problems({ volume: { name: "pvc-1", released: false } });
    assert.match(problem ?? "", /holds the volume pvc-1, which is no folder/);
    assert.match(problem ?? "", /delete deployment\/pomerium pvc\/pomerium-pvc-data$/);
  });

  it("is refused while it waits for a claim that is gone", () => {
    assert.match(problems({ volume: { ...volume, released: true } })[0] ?? "", /patch persistentvolume/);
  });

  it("is refused when the store is another folder of it, which this program would not open", () => {
    assert.deepEqual(problems({ volume, store: "/data/pomerium/databroker" }), []);
    const [problem] = problems({ volume, store: "/data/pomerium" });
    assert.match(
      problem ?? "",
      /lie in \/data\/pomerium, and Pomerium would open \/data\/pomerium\/databroker/,
    );
    assert.match(problem ?? "", /scale deployment pomerium --replicas 0$/);
  });

  it("may be none at all: a Deployment's own folder is taken as the stack's", () => {
    assert.deepEqual(problems({ store: "/data/pomerium/databroker" }), []);
    assert.match(problems({ store: "/srv/p/databroker" })[0] ?? "", /hostPath' '\/srv\/p'$/);
  });

  it("is no concern of sessions in PostgreSQL", () => {
    const raw = put(goodStack(), "pomerium.storage", {
      postgres: { connection: "postgresql://u:p@db/pomerium", replicas: 2 },
    });
    assert.deepEqual(problems({ volume: { ...volume, hostPath: "/elsewhere" } }, [], parse(raw)), []);
  });
});

describe("a StatefulSet that somebody made by hand", () => {
  it("is refused, because it has the name that the program's own needs and cannot become it", () => {
    const [problem, ...others] = problems({ foreign: ["StatefulSet pomerium/pomerium"] });
    assert.deepEqual(others, []);
    assert.match(problem ?? "", /kubectl --context test --namespace pomerium delete statefulset pomerium$/);
  });

  it("is the program's own in every later run", () => {
    assert.deepEqual(problems({ existing: ["StatefulSet pomerium/pomerium"] }), []);
  });
});

describe("a second route to an app's host", () => {
  const rival = ingress("komga", "komga", ["komga.example.org", "other.example.org"], {
    ingressClass: "pomerium",
  });
  const foreign = ["Ingress komga/komga"];

  it("is refused with the command that removes it, and told what else it serves", () => {
    assert.deepEqual(problems({ foreign }, [rival]), [
      "apps.komga.host: Ingress komga/komga is a route for komga.example.org too, so that who is refused by one may pass by the other; it serves other.example.org too » kubectl --context test --namespace komga delete ingress komga",
    ]);
  });

  it("is none of Pomerium's when it is of another class", () => {
    for (const ingressClass of ["nginx", "tailscale"])
      assert.deepEqual(problems({ foreign }, [{ ...rival, ingressClass }]), []);
  });

  it("is none when it answers a challenge, or is for another host", () => {
    assert.deepEqual(problems({ foreign }, [{ ...rival, solver: true }]), []);
    const other = ingress("komga", "komga", ["manga.example.org"], { ingressClass: "pomerium" });
    assert.deepEqual(problems({ foreign }, [other]), []);
  });

  it("is refused when it is a copy of this program's own under another name, whoever that says has written it", () => {
    assert.equal(problems({}, [{ ...rival, name: "komga-pomerium-ingress-copy" }]).length, 1);
    assert.equal(problems({}, [rival]).length, 1);
  });

  it("goes with the run when it was this program's, for an app that has another name now", () => {
    assert.deepEqual(problems({}, [{ ...rival, name: "manga-pomerium-ingress" }]), []);
  });

  it("is not the app's own, hand-made or not: that is taken over", () => {
    const own = { ...rival, name: "komga-pomerium-ingress" };
    assert.deepEqual(problems({ foreign: ["Ingress komga/komga-pomerium-ingress"] }, [own]), []);
  });
});

describe("an Ingress that somebody has opened by hand", () => {
  const key = "komga/komga-pomerium-ingress";
  const foreign = [`Ingress ${key}`];
  const opened = (name: string, value = "true"): LiveIngress[] =>
    deployed(stack).map((each) =>
      `${each.namespace}/${each.name}` === key
        ? { ...each, annotations: { ...each.annotations, [name]: value } }
        : each,
    );
  const by = (manager: string, name = isPublic) => ({ annotators: { [key]: { [name]: manager } } });

  it("is closed by the run that takes it over, where kubectl opened it", () => {
    for (const manager of ["kubectl-client-side-apply", "kubectl-edit", "kubectl-annotate", "kubectl"])
      assert.deepEqual(problems({ foreign, ...by(manager) }, opened(isPublic)), [], manager);
  });

  it("is refused where another tool did, since no run would close it", () => {
    assert.deepEqual(problems({ foreign, ...by("k9s") }, opened(isPublic)), [
      `apps.komga.access: Ingress ${key} lets others in by ${isPublic}: true, set by k9s, which no run takes off » kubectl --context test --namespace komga annotate ingress komga-pomerium-ingress ${isPublic}-`,
    ]);
  });

  it("is refused, by kubectl too, where it is this program's already and no run looks at it", () => {
    assert.equal(problems(by("kubectl-annotate"), opened(isPublic)).length, 1);
    assert.equal(problems({}, opened(isPublic)).length, 1, "whoever it was");
  });

  it("is closed by the run where this program opened it, and the stack file no longer says so", () => {
    assert.deepEqual(problems(by("pulumi-kubernetes-1a2b3c4d"), opened(isPublic)), []);
  });

  it("is found whatever lets people in beside the policy", () => {
    for (const name of [
      "allow_any_authenticated_user",
      "allowed_domains",
      "allowed_users",
      "allowed_idp_claims",
    ])
      assert.equal(problems({ foreign, ...by("k9s", access(name)) }, opened(access(name))).length, 1, name);
    assert.deepEqual(problems({ foreign }, opened(access("timeout"), "30s")), []);
  });

  it("is not one whose paths the stack file opens", () => {
    assert.deepEqual(problems({ foreign }, deployed(stack)), []);
  });
});

describe("what a preview says of hand-made objects", () => {
  const pomerium = {
    foreignNamespace: true,
    foreignBootstrapSecret: true,
    deployment: true,
    readyReplicas: 1,
  };
  const foreign = [
    "CustomResourceDefinition pomerium.ingress.pomerium.io",
    "PersistentVolume pomerium-pv-data",
    "PersistentVolumeClaim pomerium/pomerium-pvc-data",
    "Pomerium global",
    "Secret pomerium/idp-secret",
    "Service pomerium/pomerium-proxy",
    "Deployment pomerium/pomerium",
    "Ingress komga/komga-pomerium-ingress",
    "Ingress else/other",
    "ClusterRole view",
  ];
  const lines = (foreign: string[], record?: { phase: string; adopted: string[] }) =>
    existingLines(stack, { pomerium, ...(record ? { record } : {}) }, { foreign });

  it("tells what stays as it is from what changes, and names what is stopped", () => {
    assert.deepEqual(lines(foreign), [
      "taken over as it is: Namespace pomerium, Secret pomerium/bootstrap, PersistentVolume pomerium-pv-data, PersistentVolumeClaim pomerium/pomerium-pvc-data",
      "taken over, changed where it differs: CustomResourceDefinition pomerium.ingress.pomerium.io, Pomerium global, Secret pomerium/idp-secret, Service pomerium/pomerium-proxy, Ingress komga/komga-pomerium-ingress",
      "stopped, and left without pods: Deployment pomerium/pomerium",
    ]);
  });

  it("names the command that removes the generator of secrets, which may write them everywhere", () => {
    const text = lines(["ClusterRole pomerium-gen-secrets"]).join("\n");
    assert.match(text, /kubectl --context test .* delete .*clusterrole.* pomerium-gen-secrets/);
  });

  it("falls silent once all is taken over, though volume and namespace stay as somebody made them", () => {
    assert.deepEqual(lines(foreign.slice(1, 3), { phase: "coexist", adopted: [] }), []);
  });
});

describe("what the components are told is there", () => {
  it("an app's own Ingresses, and nobody else's", () => {
    const existing = [
      "Ingress komga/komga-pomerium-ingress-open",
      "Ingress other/komga-pomerium-ingress",
      "Ingress komga/komga-ingress",
    ];
    assert.deepEqual(existingIngresses({ existing }, { name: "komga", namespace: "komga" }), [
      "komga/komga-pomerium-ingress-open",
    ]);
  });

  it("of the verify page what there is, object by object", () => {
    const existing = ["Service pomerium/verify", "Deployment default/verify"];
    assert.deepEqual(existingVerify({ existing }), { service: "pomerium/verify" });
  });
});
