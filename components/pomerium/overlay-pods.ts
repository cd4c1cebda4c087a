/** What the pods of every store have in common. */

import * as names from "./names.ts";

/** Labels of upstream's pods. */
export const labels = { "app.kubernetes.io/name": "pomerium", "app.kubernetes.io/component": "proxy" };

/** Parts of the pod template and its controller. */
export interface StoreParts {
  replicas: number;
  /** Whether a step as root takes ownership of the store. */
  takesOwnership: boolean;
  volumeMounts: object[];
  env: object[];
  /** Fields of the pod. */
  pod: object;
  /** Fields of a Deployment. */
  deployment: object;
  /** JSON patch that makes the Deployment a StatefulSet. */
  statefulSet: object[];
}

/** Lets the kubelet give a volume to Pomerium's group. It cannot do so for a hostPath. */
export const ownedVolume = { fsGroup: names.runAs, fsGroupChangePolicy: "OnRootMismatch" };
