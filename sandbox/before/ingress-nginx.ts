import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { IngressNginxConfig } from "../../components/ingress-nginx/config.ts";
import type { KubernetesObject } from "../cluster/api.ts";
import { parseManifests } from "../cluster/apply.ts";
import { kubectlApply } from "../cluster/by-hand.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { runTool } from "../tools/run-tool.ts";
import type { Tools } from "../tools/tools.ts";

const CHART = fileURLToPath(new URL("../charts/ingress-nginx", import.meta.url));
const NAMESPACE = "ingress-nginx";

/** Installs ingress-nginx as it was installed on the original cluster: by Helm or by manifest. */
export async function installIngressNginx(
  cluster: Cluster,
  { installations: [installation], address }: Pick<IngressNginxConfig, "installations" | "address">,
): Promise<void> {
  if (installation === undefined) return;
  const { from } = installation;
  if ("helmRelease" in from) await installByHelm(cluster, from.helmRelease, address);
  else await installByManifest(cluster, address);
}

/** The ConfigMap allows snippets and all annotations that count as a risk. */
const settings = {
  allowSnippetAnnotations: true,
  config: { "annotations-risk-level": "Critical" },
};

async function installByHelm(cluster: Cluster, release: string, address?: string): Promise<void> {
  const controller = { ...settings, ...(address ? { service: { loadBalancerIP: address } } : {}) };
  const folder = await mkdtemp(join(cluster.directory, "before-"));
  try {
    const values = join(folder, "values.yaml");
    await writeFile(values, stringify({ controller }), { mode: 0o600 });
    const where = ["--namespace", NAMESPACE, "--create-namespace", "--kubeconfig", cluster.kubeconfig];
    // The hooks would take seconds, and leave only the webhook's certificate. The stand-in makes that too.
    const fast = ["--no-hooks", "--disable-openapi-validation"];
    const args = ["install", release, CHART, ...where, "--values", values, ...fast];
    // Without the user's environment, and with the cluster's folder as home.
    const { directory, tools } = cluster;
    await runTool(tools.path("helm"), args, { cwd: directory, env: { HOME: directory } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Applies upstream's manifest as `kubectl apply` does, and then changes the Service by hand. */
async function installByManifest(cluster: Cluster, address?: string): Promise<void> {
  await kubectlApply(cluster.api, await bareMetalManifest(cluster.tools));
  const { allowSnippetAnnotations, config } = settings;
  const core = `/api/v1/namespaces/${NAMESPACE}`;
  await cluster.api.mergePatch(`${core}/configmaps/ingress-nginx-controller`, {
    data: { "allow-snippet-annotations": String(allowSnippetAnnotations), ...config },
  });
  await cluster.api.mergePatch(`${core}/services/ingress-nginx-controller`, {
    spec: { type: "LoadBalancer", ...(address ? { loadBalancerIP: address } : {}) },
  });
}

/**
 * The objects of upstream's manifest for bare metal. As upstream does, this renders the chart: hooks become ordinary
 * objects, Helm's labels are removed, and the namespace comes first.
 *
 * @see https://kubernetes.github.io/ingress-nginx/deploy/#bare-metal-clusters
 */
export async function bareMetalManifest(tools: Tools): Promise<KubernetesObject[]> {
  const set = "controller.service.type=NodePort,controller.image.tag=v1.12.0";
  const args = ["template", NAMESPACE, CHART, "--namespace", NAMESPACE, "--set", set];
  const rendered = await runTool(tools.path("helm"), args, { cwd: CHART, env: {} });
  const labels = { "app.kubernetes.io/name": NAMESPACE, "app.kubernetes.io/instance": NAMESPACE };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } };
  return [namespace, ...parseManifests(rendered).map(withoutHelm)];
}

function withoutHelm(object: KubernetesObject): KubernetesObject {
  return JSON.parse(
    JSON.stringify(object, (key, value) => {
      if (key === "helm.sh/chart" || key === "app.kubernetes.io/managed-by") return undefined;
      return key === "annotations" ? undefined : value;
    }),
  ) as KubernetesObject;
}
