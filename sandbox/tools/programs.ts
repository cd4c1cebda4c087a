import { createRequire } from "node:module";

/** Folders below this one. Each has the go.mod of programs that share dependencies. */
export const FAMILIES = ["control-plane", "pulumi", "kubernetes-provider"] as const;

export type Family = (typeof FAMILIES)[number];

export interface Recipe {
  family: Family;
  /** The program's `main` package. */
  main: string;
  /** Expected time to build it after the programs above it, in seconds on two idle cores. For estimates. */
  seconds: number;
}

/** The programs of the sandbox, in build order. */
export const PROGRAMS = {
  etcd: { family: "control-plane", main: "go.etcd.io/etcd/server/v3", seconds: 60 },
  kwok: { family: "control-plane", main: "sigs.k8s.io/kwok/cmd/kwok", seconds: 60 },
  "kube-apiserver": {
    family: "control-plane",
    main: "k8s.io/kubernetes/cmd/kube-apiserver",
    seconds: 120,
  },
  "kube-scheduler": { family: "control-plane", main: "k8s.io/kubernetes/cmd/kube-scheduler", seconds: 20 },
  "kube-controller-manager": {
    family: "control-plane",
    main: "k8s.io/kubernetes/cmd/kube-controller-manager",
    seconds: 40,
  },
  pulumi: { family: "pulumi", main: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", seconds: 170 },
  // This project's own `main`: upstream's embeds generated files that its module does not contain.
  "pulumi-resource-kubernetes": { family: "kubernetes-provider", main: ".", seconds: 250 },
  helm: { family: "kubernetes-provider", main: "helm.sh/helm/v3/cmd/helm", seconds: 15 },
  /** For tests only. */
  kustomize: { family: "kubernetes-provider", main: "sigs.k8s.io/kustomize/kustomize/v5", seconds: 10 },
} as const satisfies Record<string, Recipe>;

export type Program = keyof typeof PROGRAMS;

/** Programs that a cluster consists of, and Helm for its charts. */
export const CLUSTER: readonly Program[] = [
  "etcd",
  "kwok",
  "kube-apiserver",
  "kube-scheduler",
  "kube-controller-manager",
  "helm",
];

/** Versions in the form of tags, for example `v1.36.3`. */
export interface ToolVersions {
  kubernetes: string;
  etcd: string;
  kwok: string;
  helm: string;
  certManager: string;
  pulumi: string;
  /** Date and commit of upstream's version, for example `2026-01-15 f47bc2d6f199`. */
  provider: string;
}

const MODULES = {
  kubernetes: ["control-plane", "k8s.io/kubernetes"],
  etcd: ["control-plane", "go.etcd.io/etcd/server/v3"],
  kwok: ["control-plane", "sigs.k8s.io/kwok"],
  helm: ["kubernetes-provider", "helm.sh/helm/v3"],
  certManager: ["cert-manager", "github.com/cert-manager/cert-manager"],
  pulumi: ["pulumi", "github.com/pulumi/pulumi/pkg/v3"],
  provider: ["kubernetes-provider", "github.com/pulumi/pulumi-kubernetes/provider/v4"],
} as const;

/** Reads the pinned versions from the go.mod files. */
export function readVersions(goMods: Readonly<Record<Family | "cert-manager", string>>): ToolVersions {
  const version = ([folder, module]: (typeof MODULES)[keyof typeof MODULES]): string =>
    requiredVersion(goMods[folder], module);
  const [, date = "", commit = ""] = /(\d{8})\d{6}-([0-9a-f]+)$/.exec(version(MODULES.provider)) ?? [];
  return {
    kubernetes: version(MODULES.kubernetes),
    etcd: version(MODULES.etcd),
    kwok: version(MODULES.kwok),
    helm: version(MODULES.helm),
    certManager: version(MODULES.certManager),
    pulumi: version(MODULES.pulumi),
    provider: `${date.replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3")} ${commit}`,
  };
}

/** The version of a module that a go.mod requires. */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split("\n")) {
    const words = line
      .trim()
      .replace(/^require\s+/, "")
      .split(/\s+/);
    if (words[0] === module && words[1]?.startsWith("v")) return words[1];
  }
  throw new Error(`go.mod requires no ${module}`);
}

/** Generated code, controllers and clients of clouds. They take long to compile, and little of this code runs here. */
const UNOPTIMISED = [
  "k8s.io/api/...",
  "k8s.io/client-go/applyconfigurations/...",
  "k8s.io/client-go/informers/...",
  "k8s.io/client-go/kubernetes/...",
  "k8s.io/kubernetes/...",
  "github.com/pulumi/pulumi-kubernetes/sdk/...",
  "github.com/aws/...",
  "github.com/Azure/...",
  "cloud.google.com/...",
  "google.golang.org/api/...",
  "google.golang.org/genproto/...",
];

/** Compiler settings: no debug information, and no optimisation where it is not worth the time. */
export const COMPILER_FLAGS: readonly string[] = [
  "-gcflags=all=-dwarf=false",
  ...UNOPTIMISED.map((packages) => `-gcflags=${packages}=-dwarf=false -N -l`),
];

/**
 * Linker settings: no symbols, and the versions. Without a version a program reports v0.0.0, and clients treat it as
 * very old or refuse to work with it.
 */
export function linkerFlags(family: Family, versions: ToolVersions): string {
  const [major = "", minor = ""] = versions.kubernetes.replace(/^v/, "").split(".");
  const stamps: Record<Family, [variable: string, value: string][]> = {
    "control-plane": ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap(
      (path): [string, string][] => [
        [`${path}.gitVersion`, versions.kubernetes],
        [`${path}.gitMajor`, major],
        [`${path}.gitMinor`, minor],
        [`${path}.gitTreeState`, "clean"],
      ],
    ),
    pulumi: [["github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", versions.pulumi]],
    "kubernetes-provider": [
      ["main.version", providerVersion()],
      ["helm.sh/helm/v3/internal/version.version", versions.helm],
      // The Kubernetes version that `helm template` assumes without a cluster.
      ["helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor", major],
      ["helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor", minor],
    ],
  };
  return ["-s", "-w", ...stamps[family].map(([variable, value]) => `-X ${variable}=${value}`)].join(" ");
}

/** Version that the program's SDK asks for. Pulumi accepts the provider only if it reports this version. */
function providerVersion(): string {
  const { version } = createRequire(import.meta.url)("@pulumi/kubernetes/package.json") as {
    version: string;
  };
  return version;
}
