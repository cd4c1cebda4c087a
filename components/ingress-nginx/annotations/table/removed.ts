import type { Entry } from "../judgement.ts";

/** Annotations that do nothing in ingress-nginx v1.15.1. */
export const removed: readonly Entry[] = [
  {
    names: [
      "enable-influxdb",
      "enable-opentracing",
      "influxdb-host",
      "influxdb-measurement",
      "influxdb-port",
      "influxdb-server-name",
      "opentracing-location-operation-name",
      "opentracing-operation-name",
      "opentracing-trust-incoming-span",
    ],
    outcome: "unnecessary",
    says: "does nothing today: ingress-nginx has given up this way of tracing",
  },
  {
    names: [
      "add-base-url",
      "base-url-scheme",
      "grpc-backend",
      "mirror-uri",
      "secure-backends",
      "secure-verify-ca-secret",
      "session-cookie-hash",
    ],
    outcome: "unnecessary",
    says: "does nothing today: ingress-nginx has removed it",
  },
  {
    names: ["proxy-set-headers"],
    outcome: "unnecessary",
    says: "does nothing today: it is a setting of ingress-nginx's ConfigMap, and no annotation",
  },
];
