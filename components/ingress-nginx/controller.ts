/** The workload's pods, as far as they say what the controller does. */
export interface PodTemplate {
  spec: {
    containers: { command?: string[]; args?: string[] }[];
    volumes?: { secret?: { secretName?: string } }[];
  };
}

/** What the controller says of itself by its arguments. */
export interface Controller {
  /** Name by which IngressClasses call it. */
  controllerClass: string;
  /** Classes that Ingresses name by annotation, whether or not there is an IngressClass. */
  annotationClasses: string[];
  /** It also serves Ingresses without a class. */
  servesClassless: boolean;
  /** Leases of its leader election. */
  leases: string[];
  /** Secrets that it mounts. */
  secrets: string[];
  /** ConfigMaps, `namespace/name`: its settings, and the ports that it passes on. */
  configMaps: { settings?: string; tcp?: string; udp?: string };
}

/**
 * Reads it from the pods of its workloads.
 *
 * @param namespace Namespace of the workloads, which the arguments call `$(POD_NAMESPACE)`.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/
 */
export function controllerOf(templates: readonly PodTemplate[], namespace: string): Controller {
  const args = templates.flatMap(({ spec }) =>
    spec.containers.flatMap(({ command = [], args: own = [] }) => [...command, ...own]),
  );
  const values = (flag: string): string[] =>
    args.flatMap((arg, i) => {
      if (arg.startsWith(`--${flag}=`)) return [arg.slice(flag.length + 3)];
      const next = args[i + 1];
      return arg === `--${flag}` && next !== undefined && !next.startsWith("-") ? [next] : [];
    });
  const configMap = (flag: string): string | undefined =>
    values(flag)[0]?.replace("$(POD_NAMESPACE)", namespace);
  const [settings, tcp, udp] = ["configmap", "tcp-services-configmap", "udp-services-configmap"].map(
    configMap,
  );
  return {
    controllerClass: values("controller-class")[0] ?? "k8s.io/ingress-nginx",
    annotationClasses: values("ingress-class"),
    servesClassless: args.some((arg) => /^--watch-ingress-without-class(=true)?$/.test(arg)),
    leases: values("election-id"),
    secrets: templates.flatMap(({ spec }) =>
      (spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
    ),
    configMaps: {
      ...(settings === undefined ? {} : { settings }),
      ...(tcp === undefined ? {} : { tcp }),
      ...(udp === undefined ? {} : { udp }),
    },
  };
}

/** A port that ingress-nginx passes on without looking at what goes through. */
export interface Stream {
  protocol: "TCP" | "UDP";
  /** Port of its Service. */
  port: string;
  /** `namespace/service:port`. */
  backend: string;
}

/** Ports of a ConfigMap of streams: `"22": gitea/ssh:22::PROXY`. */
export function streamsOf(protocol: Stream["protocol"], data: Readonly<Record<string, string>>): Stream[] {
  return Object.entries(data).map(([port, backend]) => ({
    protocol,
    port,
    backend: backend.split(":").slice(0, 2).join(":"),
  }));
}
