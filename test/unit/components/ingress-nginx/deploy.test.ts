import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { deployIngressNginx } from "../../../../components/ingress-nginx/deploy.ts";
import type { LiveIngressNginx } from "../../../../components/ingress-nginx/live.ts";
import { record } from "../pomerium/recorder.ts";
import { nginxWith } from "./nginx.ts";

const stack = { name: "octavo", phase: "coexist", cluster: { context: "octavo" } };

/** Names of the adopted objects as registered, and the labels for the phase record. */
async function deployed(fate: "kept" | "removed", ingressNginx: LiveIngressNginx, section?: object) {
  let labels: string[] | undefined;
  let done: Promise<void> | undefined;
  const registrations = await record(() => {
    const opts = { provider: new k8s.Provider("cluster", { context: "octavo" }) };
    const config = section === undefined ? stack : { ...stack, ingressNginx: section };
    done = deployIngressNginx(config, { fate, live: { cluster: {}, ingressNginx } }, opts).then((adopted) => {
      labels = adopted;
    });
  });
  await done;
  const names = registrations.filter(({ importId }) => importId !== "").map(({ importId }) => importId);
  return { names: names.sort(), labels: labels!.sort() };
}

describe("the ingress-nginx of a stack", () => {
  const nginx = nginxWith([]);
  const moved = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace: "web", name: "wiki" };

  it("is adopted whole while the phase keeps it, and its labels go into the phase record", async () => {
    assert.deepEqual(await deployed("kept", nginx, {}), {
      names: ["ingress-nginx", "ingress-nginx/ingress-nginx-controller"],
      labels: ["Deployment ingress-nginx/ingress-nginx-controller", "Namespace ingress-nginx"],
    });
  });

  it("is not in the program once the phase removes it, except for what is released", async () => {
    assert.deepEqual(await deployed("removed", nginx, {}), { names: [], labels: [] });
    assert.deepEqual(await deployed("removed", { ...nginx, unrecognised: [moved] }, {}), {
      names: ["web/wiki"],
      labels: [],
    });
  });

  it("is left alone by a stack file without the section", async () => {
    assert.deepEqual(await deployed("kept", nginx), { names: [], labels: [] });
  });
});
