import { generateKeyPairSync, randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { parseManifests } from "../../../sandbox/cluster/apply.ts";
import { kubectlApply } from "../../../sandbox/cluster/by-hand.ts";
import type { Cluster } from "../../../sandbox/cluster/cluster.ts";
import { projectDirectory } from "../../../sandbox/stacks.ts";
import { eventually, run } from "../cluster.ts";

/** Contents of the hand-made Secrets. They grant access to nothing. */
export interface HandMade {
  bootstrap: Record<"shared_secret" | "cookie_secret" | "signing_key", string>;
  /** Values in the Secrets of the identity provider and of the DNS provider. */
  texts: string[];
}

/**
 * Sets up Pomerium by hand as on the original cluster alfred, after Pomerium's documentation. First comes the
 * kustomization with an overlay, until its Deployment runs. Then come the settings, the secrets, the verify page and
 * the first Ingresses. All objects are created as kubectl does it.
 */
export async function makeByHand(cluster: Cluster): Promise<HandMade> {
  const { api } = cluster;
  const apply = (yaml: string): Promise<void> => kubectlApply(api, parseManifests(yaml));
  const folder = await mkdtemp(path.join(tmpdir(), "pomerium-by-hand-"));
  try {
    // The two folders are next to each other, because the kustomization refers to `../base`.
    const own = path.join(folder, "hand-made");
    await Promise.all([
      cp(path.join(projectDirectory, "sandbox", "base"), path.join(folder, "base"), { recursive: true }),
      cp(import.meta.dirname, own, { recursive: true }),
    ]);
    const bootstrap = bootstrapSecret();
    await writeFile(
      path.join(own, "bootstrap.yaml"),
      stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "bootstrap", namespace: "pomerium" },
        type: "Opaque",
        data: bootstrap,
      }),
    );
    await apply(await run(cluster, "kustomize", "build", own));
    await eventually("the settings' kind is served", () =>
      api.request("GET", "/apis/ingress.pomerium.io/v1/pomerium").catch(() => undefined),
    );
    for (const file of ["settings.yaml", "verify-ingress.yaml"])
      await apply(await readFile(path.join(own, file), "utf8"));
    await eventually("Pomerium runs", async () => {
      const workload = "/apis/apps/v1/namespaces/pomerium/deployments/pomerium";
      return (await api.find<{ status?: { readyReplicas?: number } }>(workload))?.status?.readyReplicas === 1;
    });
    return { bootstrap, texts: ["secret-set-by-hand", "token-set-by-hand"] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function bootstrapSecret(): HandMade["bootstrap"] {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "sec1", format: "pem" }).toString();
  return {
    shared_secret: randomBytes(32).toString("base64"),
    cookie_secret: randomBytes(32).toString("base64"),
    signing_key: Buffer.from(pem).toString("base64"),
  };
}
