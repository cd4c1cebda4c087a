import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { Cluster } from "../../../sandbox/cluster/cluster.ts";
import { projectDirectory } from "../../../sandbox/stacks.ts";

/** What the Secrets hold that somebody made by hand; it opens nothing. */
export interface HandMade {
  bootstrap: Record<"shared_secret" | "cookie_secret" | "signing_key", string>;
  /** In the Secrets of the identity provider and of the DNS provider. */
  texts: string[];
}

/**
 * Does with kubectl what the account did by hand on alfred, after Pomerium's documentation: the kustomization with an
 * overlay, its Deployment running; then settings, secrets, the verify page and the first Ingresses.
 */
export async function makeByHand(cluster: Cluster): Promise<HandMade> {
  const kubectl = async (...args: string[]): Promise<void> => {
    await promisify(execFile)(cluster.tools.path("kubectl"), args, {
      env: { HOME: cluster.directory, KUBECONFIG: cluster.kubeconfig, PATH: process.env.PATH },
    });
  };
  const folder = await mkdtemp(path.join(tmpdir(), "pomerium-by-hand-"));
  try {
    // Beside each other, as the kustomization says.
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
    await kubectl("apply", "--kustomize", own);
    await kubectl("wait", "--for=condition=established", "crd/pomerium.ingress.pomerium.io", "--timeout=30s");
    await kubectl("apply", "--filename", path.join(own, "settings.yaml"));
    await kubectl("apply", "--filename", path.join(own, "verify-ingress.yaml"));
    await kubectl("--namespace=pomerium", "rollout", "status", "deployment/pomerium", "--timeout=60s");
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
