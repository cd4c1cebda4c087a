/**
 * Names that upstream's manifests fix, and names of our objects beside them. The latter are those of a
 * hand-made installation after Pomerium's own documentation, so that one can be taken over in place.
 */

export {
  pomeriumIngressClass as ingressClass,
  pomeriumNamespace as namespace,
  pomeriumWorkload as workload,
} from "../cluster/names.ts";

/** The container that runs controller and proxy. */
export const container = "pomerium";

/** LoadBalancer Service in front of the proxy; the controller copies its address to every Ingress. */
export const proxyService = "pomerium-proxy";

/** Service that upstream adds for Prometheus. */
export const metricsService = "pomerium-metrics";

/** The one cluster-scoped settings object; the controller is started with `--pomerium-config=global`. */
export const settingsObject = "global";

/** Secret with shared_secret, cookie_secret and signing_key. */
export const bootstrapSecret = "bootstrap";

/** Secret with the identity provider's client_id and client_secret. */
export const identityProviderSecret = "idp-secret";

/** Secret with parameters of the sign-in request that must not be readable. */
export const requestParamsSecret = "idp-request-params";

/** Secret with the certificates of the private authority that signed the identity provider's certificate. */
export const authoritySecret = "idp-ca";

/** Secret with PostgreSQL's connection string. */
export const storageSecret = "pomerium-storage";

export const persistentVolume = "pomerium-pv-data";
export const persistentVolumeClaim = "pomerium-pvc-data";

/** Claim for a volume that a StorageClass makes. Not the name above: a claim cannot change its class. */
export const provisionedClaim = "pomerium-store";

/** Headless Service by which the pods of a cluster find each other. */
export const headlessService = "pomerium-headless";

/** Folder of the store in the pod, for which the stack names a folder of the node. */
export const dataMount = "/data";

/** The store itself, one level below, because Pebble needs a separate folder. */
export const pebblePath = `${dataMount}/databroker`;

/** The store of one pod of a cluster; upstream's own folder, and a separate one in it. */
export const clusterMount = "/var/pomerium/databroker";
export const clusterPath = `${clusterMount}/store`;

/** Uid and gid of upstream's image. */
export const runAs = 65532;

/** Label of our objects that says which store a pod opens: `pebble`, `memory`, `cluster` or `postgres`. */
export const storeLabel = "pomerium-migration/store";
