import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pomeriumPath } from "../../components/ingress-nginx/traffic.ts";
import { selfSigned } from "../cluster/x509.ts";

/** The public side of the sandbox, where all hosts lead. */
export interface PublicHosts {
  /** For $PUBLIC_HOSTS_ADDRESS: `127.0.0.1:34567`. */
  address: string;
  stop(): Promise<void>;
}

/**
 * Stands in for the router and Pomerium's proxy behind it: every host is answered as a Pomerium that serves it answers.
 * What it does not imitate: a router that still leads to ingress-nginx, and routes. The hosts' real names are never
 * resolved, so nothing leaves this machine.
 */
export async function servePublicHosts(): Promise<PublicHosts> {
  const { certificate, privateKey } = selfSigned({ names: ["127.0.0.1"] });
  const server = createServer({ cert: certificate, key: privateKey }, ({ url }, response) => {
    if (url !== pomeriumPath) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: [] }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  // A process that has forgotten to stop it ends all the same.
  server.unref();
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
