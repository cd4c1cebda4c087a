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

/** ingress-nginx' side of its admission webhook, answering on a port of 127.0.0.1. */
export interface Admission {
  /** `https://127.0.0.1:34567`. */
  url: string;
  keyPair: KeyPair;
  stop(): Promise<void>;
}

/**
 * Answers the API server's question whether an Ingress may be written: always yes, as long as nothing is missing that
 * the question takes its way through. Else there is no answer, and what that means is up to the webhook's
 * failurePolicy.
 *
 * @param missing What is missing, in a few words. Asked with each Ingress, so it must not itself ask the API server:
 *   all connections to that may be taken by Ingress writes which wait for this answer.
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
  // The API server keeps its connection: closed from here, it would be closed under a question now and then.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  // It must not keep a process running that has forgotten to stop it.
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

/** Whether the configuration leads to ingress-nginx' Service, as it does until certgen has seen to it. */
export function isFresh({ webhooks = [] }: WebhookConfiguration): boolean {
  return webhooks.some(
    ({ clientConfig: { service } }) => service?.namespace === namespace && service.name === admissionService,
  );
}

/**
 * What the certgen Jobs do in a cluster whose pods run: a certificate for the webhook goes into a Secret, and its
 * authority into the configuration.
 *
 * The configuration then leads to a URL of this machine. Its Service has no real pod behind it and its cluster address
 * no proxy before it, so that the API server's question would go out into whatever network the machine is in.
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
