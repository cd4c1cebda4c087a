import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { isVerify } from "../../components/apps/checks.ts";
import type { Phase } from "../../components/cluster/phase.ts";
import { ingressesBefore } from "../../sandbox/before/ingresses.ts";
import { readInventory } from "../../sandbox/before/inventory.ts";
import { accountBefore } from "../../sandbox/cloudflare/seed.ts";
import { startCloudflare } from "../../sandbox/cloudflare/server.ts";
import { up } from "../../sandbox/engine/index.ts";
import { type ResourceState, StateStore } from "../../sandbox/engine/state.ts";
import { mask } from "../../sandbox/engine/values.ts";
import { forProgram, projectDirectory, sandboxConfig, stackFile } from "../../sandbox/stacks.ts";
import { loadFromFile } from "../../stack/load.ts";
import { project } from "../../stack-file/project.ts";
import { writeKubeconfig } from "../support/fake-api-server.ts";
import { clusterOf, ingressNginxOf, recordedUid, recorder } from "../support/recorded.ts";

/**
 * What the unmodified program registers for a stack in a phase, by type and name, on a cluster that has the
 * apps' Services, ingress-nginx until it is retired, and nothing of ours. Secrets are masked, folders of this machine are named.
 */
export async function plan(stack: string, phase: Phase): Promise<Map<string, unknown>> {
  const folder = await mkdtemp(path.join(tmpdir(), "plan-"));
  const file = loadFromFile(stackFile(stack));
  const { apps, cluster } = file;
  const server = clusterOf(apps.filter((app) => !isVerify(app)));
  const before = ingressesBefore(readInventory(stack)).filter(({ kind }) => kind === "Ingress");
  // What retired registers is what is left once ingress-nginx is gone.
  if (phase !== "retired") Object.assign(server.objects, ingressNginxOf(before));
  const cloudflare = await startCloudflare({ seed: accountBefore([file]) });
  try {
    const kubeconfig = path.join(folder, "kubeconfig");
    writeKubeconfig(kubeconfig, await server.start(), [cluster.context]);
    const config = sandboxConfig(stack, { kubeconfig, uid: recordedUid, phase, source: "sandbox/base" });
    const stateFile = path.join(folder, "state.json");
    const passphrase = randomUUID();
    const result = await up({
      programDir: projectDirectory,
      project,
      stack,
      ...forProgram(config),
      stateFile,
      kubeconfig,
      tools: { kustomize: "unused", helm: "unused" },
      env: {
        ...process.env,
        CLOUDFLARE_BASE_URL: cloudflare.url,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        XDG_CACHE_HOME: folder,
      },
      providers: { kubernetes: () => recorder(), cloudflare: () => recorder() },
    });
    if (result.failed.length > 0) throw new Error(result.failed.map(({ message }) => message).join("\n"));
    const { loaded } = StateStore.open(stateFile, { project, stack }, passphrase);
    const places = [
      [folder, "<cache>"],
      [projectDirectory.replace(/\/$/, ""), "<project>"],
    ] as const;
    return new Map(
      loaded.resources
        .map((resource) => [shortName(resource.urn), readable(resource, places)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  } finally {
    server.stop();
    await cloudflare.stop();
    await rm(folder, { recursive: true });
  }
}

/** `kubernetes:core/v1:Secret pomerium-bootstrap`: enough of a URN, since types and names are unique here. */
function shortName(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

function readable(resource: ResourceState, places: readonly (readonly [string, string])[]): unknown {
  const { parent, dependencies, protect, retainOnDelete, importId, hooks, custom, inputs, provider } =
    resource;
  const shown = {
    ...(parent && !parent.includes("pulumi:pulumi:Stack") ? { parent: shortName(parent) } : {}),
    ...(dependencies.length > 0 ? { after: dependencies.map(shortName).sort() } : {}),
    ...(provider ? { provider: shortName(provider.replace(/::[^:]*$/, "")) } : {}),
    ...(protect ? { protect } : {}),
    ...(retainOnDelete ? { retainOnDelete } : {}),
    ...(importId ? { import: importId } : {}),
    ...(hooks?.beforeDelete ? { beforeDelete: hooks.beforeDelete } : {}),
    // A component's inputs stand again in its children's.
    ...(custom ? { inputs: mask(inputs) } : {}),
  };
  let text = JSON.stringify(shown);
  for (const [place, name] of places) text = text.replaceAll(place, name);
  // The overlay's folder is named by its content, which is golden in its own right.
  return JSON.parse(text.replaceAll(/overlay\/[0-9a-f]{64}/g, "overlay/<hash>"));
}

/** The whole plan as one YAML text. */
export function planText(resources: ReadonlyMap<string, unknown>): string {
  return stringify(Object.fromEntries(resources), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What one plan has that the other has not, or has otherwise: whole resources, so that the text reads by itself. */
export function planChanges(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): string {
  const changed = new Map(
    [...after].filter(([name, now]) => JSON.stringify(now) !== JSON.stringify(before.get(name))),
  );
  for (const name of before.keys()) if (!after.has(name)) changed.set(name, "gone");
  return planText(changed);
}
