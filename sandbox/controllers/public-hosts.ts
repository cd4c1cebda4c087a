import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pomeriumPath } from "../../components/ingress-nginx/traffic.ts";
import { selfSigned } from "../cluster/x509.ts";

/** The public side of the sandbox. All hosts lead to it. */
export interface PublicHosts {
  /** Value for $PUBLIC_HOSTS_ADDRESS, for example `127.0.0.1:34567`. */
  address: string;
  stop(): Promise<void>;
}

/**
 * Stand-in for the router and for Pomerium's proxy behind it.
 *
 * Imitates: for every host, the answer by which a client recognises Pomerium. Does not imitate: routes, or a router
 * that still leads to ingress-nginx. No host name is resolved, so no request leaves this machine.
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
  // The open server must not keep a process alive that did not stop it.
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
