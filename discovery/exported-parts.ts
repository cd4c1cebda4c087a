import { z } from "zod";
import { isMap, keyPath, valueAt } from "../stack-file/paths.ts";

const text = z.string().optional();
const texts = z.array(z.string()).optional();
const labels = z.record(z.string(), z.string()).optional();
const list = <T extends z.ZodType>(item: T) => z.array(item).optional();
/** A map of which only the named fields are read. */
const map = z.looseObject;

const metadata = map({
  namespace: text,
  uid: text,
  labels,
  annotations: labels,
  ownerReferences: list(map({ kind: z.string(), name: z.string(), uid: text })),
  managedFields: list(map({ manager: text })),
});

const status = map({
  conditions: list(map({ type: z.string(), status: z.string(), message: text })),
}).optional();

const workload = map({
  spec: map({
    replicas: z.number().optional(),
    template: map({
      metadata: map({ labels }).optional(),
      spec: map({
        containers: z.array(
          map({
            image: text,
            command: texts,
            args: texts,
            env: list(map({ name: z.string(), value: text })),
          }),
        ),
        volumes: list(map({ secret: map({ secretName: text }).optional() })),
      }),
    }),
  }),
});

const portNumberOrName = z.union([z.number(), z.string()]).optional();
const backend = map({
  service: map({
    name: z.string(),
    port: map({ number: z.number().optional(), name: text }).optional(),
  }).optional(),
}).optional();

const issuer = map({
  spec: map({
    acme: map({
      server: text,
      email: text,
      privateKeySecretRef: map({ name: text, key: text }).optional(),
      solvers: list(
        map({
          selector: map({ dnsZones: texts, dnsNames: texts, matchLabels: labels }).optional(),
          dns01: map({}).optional(),
          http01: map({
            ingress: map({ ingressClassName: text, class: text, name: text }).optional(),
          }).optional(),
        }),
      ),
    }).optional(),
    selfSigned: map({}).optional(),
    ca: map({}).optional(),
  }).optional(),
  status,
});

const installer = map({ spec: map({ targetNamespace: text, syncPolicy: map({}).optional() }).optional() });

/** The parts of each kind that are read, by API group and kind. Of other kinds, only the metadata is. */
const parts: Readonly<Record<string, z.ZodType>> = {
  "/Service": map({
    spec: map({
      type: text,
      clusterIP: text,
      loadBalancerClass: text,
      ipFamilies: texts,
      selector: labels,
      ports: list(map({ name: text, port: z.number(), targetPort: portNumberOrName })),
    }),
    status: map({
      loadBalancer: map({ ingress: list(map({ ip: text, hostname: text })) }).optional(),
    }).optional(),
  }),
  "/ConfigMap": map({ data: labels }),
  "apps/Deployment": workload,
  "apps/DaemonSet": workload,
  "apps/StatefulSet": workload,
  "networking.k8s.io/Ingress": map({
    spec: map({
      ingressClassName: text,
      defaultBackend: backend,
      rules: list(
        map({
          host: text,
          http: map({ paths: list(map({ path: text, pathType: text, backend })) }).optional(),
        }),
      ),
      tls: list(map({ hosts: texts, secretName: text })),
    }),
  }),
  "networking.k8s.io/IngressClass": map({ spec: map({ controller: text }).optional() }),
  "discovery.k8s.io/EndpointSlice": map({
    endpoints: list(map({ conditions: map({ ready: z.boolean().optional() }).optional() })),
  }),
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": map({
    webhooks: list(
      map({
        name: text,
        failurePolicy: text,
        rules: list(map({ apiGroups: texts, resources: texts })),
        clientConfig: map({ service: map({ namespace: z.string(), name: z.string() }).optional() }),
      }),
    ),
  }),
  "cert-manager.io/ClusterIssuer": issuer,
  "cert-manager.io/Issuer": issuer,
  "cert-manager.io/Certificate": map({
    spec: map({
      secretName: z.string(),
      commonName: text,
      dnsNames: texts,
      issuerRef: map({ name: z.string(), kind: text, group: text }),
    }),
    status,
  }),
  "helm.toolkit.fluxcd.io/HelmRelease": installer,
  "kustomize.toolkit.fluxcd.io/Kustomization": installer,
  "helm.cattle.io/HelmChart": installer,
  "argoproj.io/Application": installer,
  "fleet.cattle.io/Bundle": map({
    spec: map({
      targetNamespace: text,
      defaultNamespace: text,
      helm: map({ releaseName: text }).optional(),
    }).optional(),
  }),
};

/**
 * Finds the first part that is read and that an object lacks or has in another form; undefined if the object is
 * complete. A patch of kustomize is incomplete: it has the name of a Deployment, and not its pods.
 */
export function missingPart(object: { apiVersion: string; kind: string }): string | undefined {
  const group = object.apiVersion.includes("/") ? object.apiVersion.replace(/\/.*$/, "") : "";
  for (const schema of [map({ metadata }), parts[`${group}/${object.kind}`]]) {
    const [issue] = schema?.safeParse(object).error?.issues ?? [];
    if (issue === undefined) continue;
    const path = issue.path.filter((each) => typeof each !== "symbol");
    const value = valueAt(object, path);
    const what = value === undefined ? "is missing" : value === null ? "is null" : "has another form";
    return `${keyPath(path)} ${what}`;
  }
  return undefined;
}

/** A value without the fields that are null: for the API server, such a field is absent. Items of lists stay. */
export function withoutNullFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullFields);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutNullFields(field)]),
  );
}
