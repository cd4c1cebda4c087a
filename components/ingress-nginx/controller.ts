import {
  isNamedIngressNginx,
  type PodTemplate,
  runs,
  wordsOf,
} from "../../policies/guardrails/ingress-nginx-marks.ts";
import { isOn } from "./annotations/booleans.ts";

export { type PodTemplate, runsIngressNginx } from "../../policies/guardrails/ingress-nginx-marks.ts";

/** What a controller serves and reads, according to its arguments. */
export interface ControllerRules {
  /** `spec.controller` of the IngressClasses that it serves. */
  controllerClass: string;
  /** The class that an Ingress names by its annotation. */
  annotationClass: string;
  /** Whether it also serves the IngressClass with the name `annotationClass`, whatever its `spec.controller` is. */
  classByName: boolean;
  /** Whether it also serves Ingresses without a class. */
  servesClassless: boolean;
  /** The only namespace that it serves. */
  watchNamespace?: string;
  /** Label selector of the namespaces that it serves. */
  watchNamespaceSelector?: string;
  /** Prefix of the annotations that it reads, with the slash. */
  annotationsPrefix: string;
  /** Names of the Leases or ConfigMaps of its leader election. */
  leases: string[];
  /** Secrets that it mounts. */
  secrets: string[];
  /** ConfigMaps, as `namespace/name`: its settings, and the ports of its TCP and UDP services. */
  configMaps: { settings?: string; tcp?: string; udp?: string };
}

/**
 * Whether labels are those of a controller of the chart or of the manifests. In a private image, the binary may be
 * hidden.
 */
export function isLabelledController(labels: Readonly<Record<string, string>> = {}): boolean {
  return isNamedIngressNginx(labels) && labels["app.kubernetes.io/component"] === "controller";
}

/**
 * Reads the rules of a controller from its pod template. Absent arguments have ingress-nginx's own defaults.
 *
 * @param namespace Namespace of the pods, which the arguments call `$(POD_NAMESPACE)`.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/
 */
export function rulesOf(template: PodTemplate | undefined, namespace: string): ControllerRules {
  const { containers = [], volumes = [] } = template?.spec ?? {};
  const container = containers.find(runs) ?? containers[0] ?? {};
  const variables = new Map((container.env ?? []).map(({ name, value }) => [name, value ?? namespace]));
  const words = wordsOf(container).map((word) =>
    word.replace(/\$\((\w+)\)/g, (whole, name: string) =>
      name === "POD_NAMESPACE" ? namespace : (variables.get(name) ?? whole),
    ),
  );
  const argument = (flag: string): string | undefined => {
    const values = words.flatMap((word, i) => {
      if (word.startsWith(`--${flag}=`)) return [word.slice(flag.length + 3)];
      const next = words[i + 1];
      return word === `--${flag}` && next !== undefined && !next.startsWith("-") ? [next] : [];
    });
    // The last one counts, and an empty one counts as absent.
    return values.at(-1) || undefined;
  };
  const isSet = (flag: string): boolean => {
    const last = words.findLast((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
    return last !== undefined && (last === `--${flag}` || isOn(last.slice(flag.length + 3)));
  };
  const optional = <K extends string>(key: K, flag: string): { [Key in K]?: string } => {
    const value = argument(flag);
    return (value === undefined ? {} : { [key]: value }) as { [Key in K]?: string };
  };
  const electionId = argument("election-id");
  return {
    controllerClass: argument("controller-class") ?? "k8s.io/ingress-nginx",
    annotationClass: argument("ingress-class") ?? "nginx",
    classByName: isSet("ingress-class-by-name"),
    servesClassless: isSet("watch-ingress-without-class"),
    ...optional("watchNamespace", "watch-namespace"),
    ...optional("watchNamespaceSelector", "watch-namespace-selector"),
    annotationsPrefix: `${argument("annotations-prefix") ?? "nginx.ingress.kubernetes.io"}/`,
    leases: electionId === undefined ? [] : [electionId],
    secrets: volumes.flatMap(({ secret }) => secret?.secretName ?? []),
    configMaps: {
      ...optional("settings", "configmap"),
      ...optional("tcp", "tcp-services-configmap"),
      ...optional("udp", "udp-services-configmap"),
    },
  };
}

/** A port that ingress-nginx forwards without looking at the content. */
export interface Stream {
  protocol: "TCP" | "UDP";
  /** Port of its Service. */
  port: string;
  /** `namespace/service:port`. */
  backend: string;
}

/** Ports of a ConfigMap of the TCP or UDP services: `"22": gitea/ssh:22::PROXY`. */
export function streamsOf(protocol: Stream["protocol"], data: Readonly<Record<string, string>>): Stream[] {
  return Object.entries(data).map(([port, backend]) => ({
    protocol,
    port,
    backend: backend.split(":").slice(0, 2).join(":"),
  }));
}
