import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { changedPaths, formatPaths } from "../../diff.ts";
import { runTool, ToolError } from "../../run-tool.ts";
import {
  carrySecrets,
  hasUnknown,
  isProperties,
  type Properties,
  revealAll,
  secret,
  UNKNOWN,
  type Value,
} from "../../values.ts";
import {
  type CheckOperand,
  type CreateOperand,
  type DeleteOperand,
  type Diff,
  type DiffOperand,
  NotReadyError,
  type Operand,
  type ReadOperand,
  type Surroundings,
  type UpdateOperand,
} from "../provider.ts";
import type { KubernetesConfig } from "./config.ts";
import { parseManifest, resourceNames } from "./manifest.ts";
import { parseId, text } from "./object.ts";

export const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

/** Seconds that Helm waits when it is not told otherwise. */
const DEFAULT_TIMEOUT = 300;

/** Inputs that are flags of `helm install` and `helm upgrade`. */
const FLAGS: Record<string, string> = {
  atomic: "--atomic",
  dependencyUpdate: "--dependency-update",
  devel: "--devel",
  disableOpenapiValidation: "--disable-openapi-validation",
  skipCrds: "--skip-crds",
  verify: "--verify",
  waitForJobs: "--wait-for-jobs",
  takeOwnership: "--take-ownership",
};
const UPGRADE_FLAGS: Record<string, string> = {
  cleanupOnFail: "--cleanup-on-fail",
  forceUpdate: "--force",
  resetValues: "--reset-values",
  reuseValues: "--reuse-values",
};
const REPOSITORY: Record<string, string> = {
  repo: "--repo",
  username: "--username",
  password: "--password",
  caFile: "--ca-file",
  certFile: "--cert-file",
  keyFile: "--key-file",
};

type ValuesFile = { path: string } | { content: string };

/**
 * `helm.v3.Release`, by the `helm` binary.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/
 */
export class Releases {
  readonly #surroundings: Surroundings;
  readonly #config: KubernetesConfig;
  readonly #defaultNamespace: string;

  constructor(surroundings: Surroundings, config: KubernetesConfig, defaultNamespace: string) {
    this.#surroundings = surroundings;
    this.#config = config;
    this.#defaultNamespace = defaultNamespace;
  }

  async check(operand: CheckOperand): Promise<Properties> {
    const { inputs, old, name } = operand;
    const checked: Properties = { ...inputs };
    if (!checked.name) checked.name = text(old?.name) || `${name}-${randomBytes(4).toString("hex")}`;
    if (!checked.namespace) checked.namespace = this.#defaultNamespace;
    if (checked.skipAwait !== true) checked.timeout ??= DEFAULT_TIMEOUT;
    delete checked.resourceNames;
    const plain = revealAll(checked);
    if (!hasUnknown(plain)) {
      const chart = parse(await this.#helm(operand, ["show", "chart", ...this.#chart(plain)])) as Properties;
      checked.version = text(chart.version);
    }
    return checked;
  }

  diff({ old, inputs, ignoreChanges }: DiffOperand): Diff {
    const after = ignoreChanges.includes("version")
      ? { ...inputs, version: old.inputs.version ?? null }
      : inputs;
    const changed = changedPaths(old.inputs, after);
    const replaces = changed.filter(([key]) => key === "name" || key === "namespace");
    return { paths: formatPaths(changed), replaces: formatPaths(replaces), deleteBeforeReplace: false };
  }

  async create(operand: CreateOperand): Promise<{ id?: string; outputs: Properties }> {
    const { inputs, preview, resume } = operand;
    if (preview) return { outputs: { ...inputs, status: UNKNOWN, resourceNames: UNKNOWN } };
    const plain = revealAll(inputs);
    if (resume) await this.#clearInterrupted(operand, plain);
    const verb = resume ? ["upgrade", "--install"] : ["install"];
    const outputs = await this.#deploy(operand, inputs, plain, verb, FLAGS);
    return { id: releaseId(plain), outputs };
  }

  /** An install or upgrade that was cut off locks the release against the next one. */
  async #clearInterrupted(operand: Operand, plain: Properties): Promise<void> {
    const found = await this.#metadata(operand, plain);
    const release = [text(plain.name), "--namespace", text(plain.namespace)];
    if (found?.status === "pending-install") await this.#helm(operand, ["uninstall", ...release, "--wait"]);
    if (found?.status === "pending-upgrade") await this.#helm(operand, ["rollback", ...release]);
  }

  async update(operand: UpdateOperand): Promise<Properties> {
    const { inputs, old, preview } = operand;
    if (preview) return { ...old.outputs, ...inputs, status: UNKNOWN, resourceNames: UNKNOWN };
    return this.#deploy(operand, inputs, revealAll(inputs), ["upgrade"], { ...FLAGS, ...UPGRADE_FLAGS });
  }

  async #deploy(
    operand: Operand,
    inputs: Properties,
    plain: Properties,
    verb: string[],
    flags: Record<string, string>,
  ): Promise<Properties> {
    const wait = plain.skipAwait === true ? [] : ["--wait", "--timeout", `${Number(plain.timeout)}s`];
    const args = [
      ...verb,
      text(plain.name),
      ...this.#chart(plain),
      "--namespace",
      text(plain.namespace),
      ...(plain.createNamespace === true && verb[0] === "install" ? ["--create-namespace"] : []),
      ...Object.entries(flags).flatMap(([key, flag]) => (plain[key] === true ? [flag] : [])),
      ...(plain.description ? ["--description", text(plain.description)] : []),
      ...(plain.maxHistory !== undefined && verb[0] === "upgrade"
        ? ["--history-max", String(plain.maxHistory)]
        : []),
      ...wait,
    ];
    try {
      await this.#helm(operand, args, this.#values(plain));
    } catch (error) {
      const found = error instanceof ToolError ? await this.#metadata(operand, plain) : undefined;
      // An older, healthy release of the name means that nothing was begun.
      if (found?.status !== "failed") throw error;
      throw new NotReadyError(
        (error as Error).message,
        releaseId(plain),
        await this.#outputs(operand, inputs, plain),
      );
    }
    return this.#outputs(operand, inputs, plain);
  }

  async #outputs(operand: Operand, inputs: Properties, plain: Properties): Promise<Properties> {
    const status = (await this.#metadata(operand, plain)) ?? {};
    const release = [text(plain.name), "--namespace", text(plain.namespace)];
    const manifest = parseManifest(await this.#helm(operand, ["get", "manifest", ...release]));
    const { name, namespace, chart, version, appVersion, revision } = status;
    const shown = { name, namespace, chart, version, appVersion, revision, status: status.status };
    return carrySecrets(
      {
        ...inputs,
        resourceNames: resourceNames(manifest, text(plain.namespace)),
        status: Object.fromEntries(
          Object.entries(shown).filter(([, value]) => value !== undefined),
        ) as Properties,
      },
      inputs,
    );
  }

  async read(operand: ReadOperand): Promise<{ inputs: Properties; outputs: Properties } | undefined> {
    const { namespace, name } = parseId(operand.id);
    const plain: Properties = { name, namespace };
    const found = await this.#metadata(operand, plain);
    if (!found) return undefined;
    const release = [name, "--namespace", namespace];
    const values = JSON.parse(
      await this.#helm(operand, ["get", "values", ...release, "-o", "json"]),
    ) as Value;
    const inputs: Properties = {
      name,
      namespace,
      chart: found.chart ?? null,
      version: found.version ?? null,
      timeout: DEFAULT_TIMEOUT,
      compat: "true",
      // What was installed by hand may hold passwords, and nobody marked them.
      ...(isProperties(values) ? { values: secret(values) } : {}),
    };
    return { inputs, outputs: await this.#outputs(operand, inputs, plain) };
  }

  async delete(operand: DeleteOperand): Promise<void> {
    const { namespace, name } = parseId(operand.id);
    const plain = revealAll(operand.old.inputs);
    const wait =
      plain.skipAwait === true && plain.atomic !== true
        ? []
        : ["--wait", "--timeout", `${operand.timeout ?? (Number(plain.timeout) || DEFAULT_TIMEOUT)}s`];
    await this.#helm(operand, ["uninstall", name, "--namespace", namespace, "--ignore-not-found", ...wait]);
  }

  /** Undefined when there is no such release. */
  async #metadata(operand: Operand, plain: Properties): Promise<Properties | undefined> {
    const release = [text(plain.name), "--namespace", text(plain.namespace)];
    try {
      return JSON.parse(
        await this.#helm(operand, ["get", "metadata", ...release, "-o", "json"]),
      ) as Properties;
    } catch (error) {
      if (error instanceof ToolError && error.stderr.includes("release: not found")) return undefined;
      throw error;
    }
  }

  /** The chart and where it is from. */
  #chart(plain: Properties): string[] {
    const chart = text(plain.chart);
    const local = resolve(this.#surroundings.programDir, chart);
    const repository = isProperties(plain.repositoryOpts) ? plain.repositoryOpts : {};
    return [
      existsSync(local) ? local : chart,
      ...Object.entries(REPOSITORY).flatMap(([key, flag]) =>
        repository[key] ? [flag, text(repository[key])] : [],
      ),
      ...(plain.version ? ["--version", text(plain.version)] : []),
    ];
  }

  /** Values files, in the order in which they override each other. */
  #values(plain: Properties): ValuesFile[] {
    const assets = Array.isArray(plain.valueYamlFiles) ? plain.valueYamlFiles.filter(isProperties) : [];
    const files: ValuesFile[] = assets.map(({ path, text: content }) =>
      typeof path === "string"
        ? { path: resolve(this.#surroundings.programDir, path) }
        : { content: text(content) },
    );
    return isProperties(plain.values) ? [...files, { content: stringify(plain.values) }] : files;
  }

  /** Values may be secret: they are on disk only while helm runs, for this user only. */
  async #helm({ signal }: Operand, args: string[], values: ValuesFile[] = []): Promise<string> {
    const { tools, programDir, env } = this.#surroundings;
    const folder = await mkdtemp(join(tmpdir(), "pomerium-migration-helm-"));
    try {
      const files = await Promise.all(
        values.map(async (file, index) => {
          if ("path" in file) return file.path;
          const path = join(folder, `values-${index}.yaml`);
          await writeFile(path, file.content, { mode: 0o600 });
          return path;
        }),
      );
      const connection = await this.#connection(folder);
      return await runTool(
        tools.helm,
        [...args, ...files.flatMap((file) => ["--values", file]), ...connection],
        {
          cwd: programDir,
          env: { ...helmHome(folder), ...env },
          signal,
        },
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #connection(folder: string): Promise<string[]> {
    const { kubeconfig, context } = this.#config;
    let path = kubeconfig;
    if (kubeconfig.includes("\n")) {
      path = join(folder, "kubeconfig");
      await writeFile(path, kubeconfig, { mode: 0o600 });
    }
    return ["--kubeconfig", path, ...(context ? ["--kube-context", context] : [])];
  }
}

/** Helm's own settings of the user stay out of it, unless the run's environment names some. */
function helmHome(folder: string): NodeJS.ProcessEnv {
  return {
    HELM_CACHE_HOME: join(folder, "cache"),
    HELM_CONFIG_HOME: join(folder, "config"),
    HELM_DATA_HOME: join(folder, "data"),
  };
}

function releaseId(plain: Properties): string {
  return `${text(plain.namespace)}/${text(plain.name)}`;
}
