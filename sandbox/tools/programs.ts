import { createRequire } from "node:module";

/** Folders below this one that each hold the go.mod of programs which share their dependencies. */
export const FAMILIES = ["control-plane", "pulumi", "kubernetes-provider"] as const;

export type Family = (typeof FAMILIES)[number];

export interface Recipe {
  family: Family;
  /** Its `main` package. */
  main: string;
  /** What it takes to build after those above it, in seconds on two quiet cores; for estimates. */
  seconds: number;
}

/** The programs of the sandbox, in the order in which they are built. */
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
  // Ours: upstream's embeds generated files that its module does not carry.
  "pulumi-resource-kubernetes": { family: "kubernetes-provider", main: ".", seconds: 250 },
  helm: { family: "kubernetes-provider", main: "helm.sh/helm/v3/cmd/helm", seconds: 15 },
  /** For tests only. */
  kustomize: { family: "kubernetes-provider", main: "sigs.k8s.io/kustomize/kustomize/v5", seconds: 10 },
} as const satisfies Record<string, Recipe>;

export type Program = keyof typeof PROGRAMS;

/** What a cluster is made of, and what installs charts in it. */
export const CLUSTER: readonly Program[] = [
  "etcd",
  "kwok",
  "kube-apiserver",
  "kube-scheduler",
  "kube-controller-manager",
  "helm",
];

/** Versions as tags say them, `v1.36.3`. */
export interface ToolVersions {
  kubernetes: string;
  etcd: string;
  kwok: string;
  helm: string;
  certManager: string;
  pulumi: string;
  /** Upstream's date and commit: `2026-01-15 f47bc2d6f199`. */
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

/** Reads the versions that the go.mod files pin. */
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

/** The version that a go.mod requires of a module. */
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

/** Generated code and clouds' clients: much to compile, and next to nothing of it runs here. */
const UNOPTIMISED = [
  "k8s.io/api/...",
  "k8s.io/client-go/applyconfigurations/...",
  "k8s.io/client-go/informers/...",
  "k8s.io/client-go/kubernetes/...",
  "k8s.io/kubernetes/pkg/apis/...",
  "k8s.io/kubernetes/pkg/generated/...",
  "github.com/pulumi/pulumi-kubernetes/sdk/...",
  "github.com/aws/...",
  "github.com/Azure/...",
  "cloud.google.com/...",
  "google.golang.org/api/...",
  "google.golang.org/genproto/...",
];

/** Settings of the compiler: no debug information, and no optimisation where it does not pay. */
export const COMPILER_FLAGS: readonly string[] = [
  "-gcflags=all=-dwarf=false",
  ...UNOPTIMISED.map((packages) => `-gcflags=${packages}=-dwarf=false -N -l`),
];

/**
 * Settings of the linker: no symbols, and the versions. Without them the programs call themselves v0.0.0, and who asks
 * takes that for an ancient cluster, or refuses to work with it.
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
      // What `helm template` takes the cluster to be when it is not asked to look.
      ["helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor", major],
      ["helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor", minor],
    ],
  };
  return ["-s", "-w", ...stamps[family].map(([variable, value]) => `-X ${variable}=${value}`)].join(" ");
}

/** The version that the program's SDK asks for; the provider says that it is this one, or it is not taken. */
function providerVersion(): string {
  const { version } = createRequire(import.meta.url)("@pulumi/kubernetes/package.json") as {
    version: string;
  };
  return version;
}
