import { resolve } from "node:path";
import { runTool } from "../../run-tool.ts";
import { isProperties, type Properties, resourceReference, revealAll } from "../../values.ts";
import type { ConstructOperand, Surroundings } from "../provider.ts";
import { manifestOrder, parseManifest } from "./manifest.ts";
import { hideSecretData, type KubeObject, nameOf, namespaceOf, text, typeOf } from "./object.ts";
import type { Objects } from "./objects.ts";

/**
 * Builds a `kustomize.v2.Directory`: renders the folder by kustomize and registers its objects below the
 * component, each after what it needs.
 *
 * @returns the component's outputs, once every object is ready.
 * @throws Error with kustomize's words when it cannot render.
 */
export async function constructDirectory(
  operand: ConstructOperand,
  objects: Objects,
  surroundings: Surroundings,
): Promise<Properties> {
  const inputs = revealAll(operand.inputs);
  const rendered = parseManifest(await render(text(inputs.directory), operand, surroundings));
  for (const object of rendered) objects.expect(object);
  const namespace = text(inputs.namespace) || objects.defaultNamespace;
  for (const object of rendered) {
    if (!namespaceOf(object) && (await objects.isNamespaced(object))) {
      object.metadata = { ...(object.metadata as Properties), namespace };
    }
  }

  const prefix = typeof inputs.resourcePrefix === "string" ? inputs.resourcePrefix : operand.name;
  const order = manifestOrder(rendered);
  const registered = new Map<KubeObject, Promise<{ urn: string; id?: string }>>();
  const register = (object: KubeObject): Promise<{ urn: string; id?: string }> => {
    let registration = registered.get(object);
    if (!registration) {
      registration = (async () => {
        const needs = await Promise.all((order.get(object) ?? []).map(register));
        return operand.register({
          type: typeOf(object),
          name: childName(object, prefix),
          inputs: hideSecretData(inputs.skipAwait === true ? withoutAwait(object) : object),
          dependencies: needs.map(({ urn }) => urn),
        });
      })();
      registered.set(object, registration);
    }
    return registration;
  };
  const children = await Promise.all(rendered.map(register));
  return { resources: children.map(({ urn, id }) => resourceReference(urn, id)) };
}

/** `<prefix>:<namespace>/<name>`, as the real provider names children. */
function childName(object: KubeObject, prefix: string): string {
  const name = namespaceOf(object) ? `${namespaceOf(object)}/${nameOf(object)}` : nameOf(object);
  return prefix ? `${prefix}:${name}` : name;
}

function withoutAwait(object: KubeObject): KubeObject {
  const metadata = object.metadata as Properties;
  const annotations = isProperties(metadata.annotations) ? metadata.annotations : {};
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...annotations, "pulumi.com/skipAwait": "true" } },
  };
}

function render(
  directory: string,
  { signal }: ConstructOperand,
  surroundings: Surroundings,
): Promise<string> {
  const { programDir, tools, env } = surroundings;
  const isRemote = /^[a-z+]+:\/\/|^git@|^github\.com\//.test(directory);
  return runTool(
    tools.kustomize,
    [
      "build",
      isRemote ? directory : resolve(programDir, directory),
      "--load-restrictor=LoadRestrictionsNone",
      "--enable-helm",
      `--helm-command=${tools.helm}`,
    ],
    { cwd: programDir, env, signal },
  );
}
