/** Manifests from the sources of modules. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";

/** kwok's default stages. They must be given too, because one given stage replaces all defaults. */
export async function readStages(kwok: string): Promise<string> {
  const folder = join(kwok, "kustomize", "stage");
  const list = async (kustomization: string): Promise<string[]> => {
    const { resources } = parse(await readFile(join(kustomization, "kustomization.yaml"), "utf8")) as {
      resources: string[];
    };
    const nested = resources.map((resource) => {
      const path = join(kustomization, resource);
      return resource.endsWith(".yaml") ? readFile(path, "utf8").then((text) => [text]) : list(path);
    });
    return (await Promise.all(nested)).flat();
  };
  return (await list(join(folder, "fast"))).join("---\n");
}

/** cert-manager's CRDs without the directives of the Helm chart's templates, which the module's files contain. */
export async function readCrds(certManager: string): Promise<string> {
  const folder = join(certManager, "deploy", "crds");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const documents = files.map(async (file) => {
    const crd = parse(await readFile(join(folder, file), "utf8")) as { metadata: { name: string } };
    return stringify({ ...crd, metadata: { name: crd.metadata.name } });
  });
  return (await Promise.all(documents)).join("---\n");
}
