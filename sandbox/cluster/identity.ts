import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Tools } from "../tools/tools.ts";
import { LOAD_BALANCER_STAGE } from "./stages.ts";
import { selfSigned } from "./x509.ts";

/** The way into a cluster. */
export interface Identity {
  /** The API server's certificate. It is self-signed. */
  certificate: string;
  /** Bearer token of the only user, who is a member of system:masters. */
  token: string;
}

/** Writes the files that the cluster's programs read: certificates, keys, the token, and kwok's stages. */
export async function writeIdentity(directory: string, tools: Tools): Promise<Identity> {
  const serving = selfSigned({ names: ["127.0.0.1", "localhost", "kubernetes.default.svc"] });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const token = randomBytes(24).toString("base64url");
  const stages = await readFile(tools.kwokStages, "utf8");
  const files: Record<string, string> = {
    "serving.crt": serving.certificate,
    "serving.key": serving.privateKey,
    "service-accounts.key": privateKey.export({ type: "sec1", format: "pem" }).toString(),
    "tokens.csv": `${token},admin,admin,system:masters\n`,
    "stages.yaml": `${stages}---\n${stringify(LOAD_BALANCER_STAGE)}`,
  };
  await Promise.all(
    Object.entries(files).map(([name, content]) =>
      writeFile(join(directory, name), content, { mode: 0o600 }),
    ),
  );
  return { certificate: serving.certificate, token };
}

/** Writes a kubeconfig that only this user can read. All its contexts lead to the cluster. */
export async function writeKubeconfig(
  file: string,
  contexts: string[],
  { server, certificate, token }: Identity & { server: string },
): Promise<void> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "sandbox",
        cluster: { server, "certificate-authority-data": Buffer.from(certificate).toString("base64") },
      },
    ],
    users: [{ name: "sandbox", user: { token } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: "sandbox", user: "sandbox" } })),
    "current-context": contexts[0],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  await chmod(file, 0o600);
}
