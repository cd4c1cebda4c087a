import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Api, KubernetesObject } from "../cluster/api.ts";
import { type KeyPair, selfSigned } from "../cluster/x509.ts";
import { admissionService, namespace } from "./ingress-nginx-workload.ts";
import type { Secret } from "./objects.ts";

/** Collection of the API server's webhooks. */
export const configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

export interface WebhookConfiguration extends KubernetesObject {
  webhooks?: {
    name: string;
    clientConfig: {
      service?: { namespace: string; name: string; path?: string };
      url?: string;
      caBundle?: string;
    };
  }[];
}

/** The server behind ingress-nginx's admission webhook, on a port of 127.0.0.1. */
export interface Admission {
  /** For example `https://127.0.0.1:34567`. */
  url: string;
  keyPair: KeyPair;
  stop(): Promise<void>;
}

/**
 * Stand-in for ingress-nginx's admission webhook. The API server asks it whether an Ingress may be written.
 *
 * Imitates: the webhook is reachable only while its Service and its Deployment exist. Otherwise it answers with an
 * error, and the webhook's failurePolicy decides. Does not imitate: the check of the Ingress itself, every Ingress is
 * allowed.
 *
 * @param missing Returns the missing object, in a few words. Called for each Ingress, so it must not call the API
 *   server: Ingress writes that wait for this answer may occupy all connections.
 */
export async function serveAdmission(missing: () => string | undefined): Promise<Admission> {
  const keyPair = selfSigned({ names: ["127.0.0.1"] });
  const listener: RequestListener = async (request, response) => {
    try {
      let body = "";
      for await (const chunk of request.setEncoding("utf8")) body += chunk;
      const review = JSON.parse(body) as { apiVersion: string; kind: string; request: { uid: string } };
      const problem = missing();
      if (problem !== undefined) response.writeHead(503).end(problem);
      else {
        const { apiVersion, kind } = review;
        const answer = { apiVersion, kind, response: { uid: review.request.uid, allowed: true } };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      }
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  };
  const server = createServer({ cert: keyPair.certificate, key: keyPair.privateKey }, listener);
  // The API server reuses its connection. If this side closed it, a request would now and then meet a closed
  // connection.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  // The open server must not keep a process alive that did not stop it.
  server.unref();
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keyPair,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether the configuration still leads to ingress-nginx's Service: `completeWebhook` has not changed it. */
export function isFresh({ webhooks = [] }: WebhookConfiguration): boolean {
  return webhooks.some(
    ({ clientConfig: { service } }) => service?.namespace === namespace && service.name === admissionService,
  );
}

/**
 * Does the work of the certgen Jobs: puts a certificate for the webhook into a Secret, and its authority into the
 * webhook configuration.
 *
 * Unlike the Jobs, it also makes the configuration lead to a URL of this machine. The Service has no real pod, and no
 * proxy serves its cluster address. The API server's request would leave for the network that the machine is in.
 */
export async function completeWebhook(
  api: Api,
  configuration: WebhookConfiguration,
  { url, keyPair }: Admission,
): Promise<void> {
  const { metadata, webhooks = [] } = configuration;
  const encode = (text: string) => Buffer.from(text).toString("base64");
  const caBundle = encode(keyPair.certificate);
  const secret: Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: metadata.name, namespace },
    type: "Opaque",
    data: { ca: caBundle, cert: caBundle, key: encode(keyPair.privateKey) },
  };
  await api.apply(secret);
  await api.mergePatch(`${configurations}/${metadata.name}`, {
    webhooks: webhooks.map((webhook) => ({
      ...webhook,
      clientConfig: { url: `${url}${webhook.clientConfig.service?.path ?? ""}`, caBundle },
    })),
  });
}
