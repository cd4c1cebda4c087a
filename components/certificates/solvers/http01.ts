import { z } from "zod";
import type { Solver } from "./solver.ts";

/**
 * HTTP-01 by a route of Pomerium, without credentials. Let's Encrypt asks at port 80 of the host and follows
 * Pomerium's redirect to 443.
 *
 * @see https://cert-manager.io/docs/configuration/acme/http01/
 */
export const http01: Solver = {
  schema: z
    .literal(true)
    .describe(
      "HTTP-01 through Pomerium, without credentials. Ports 80 and 443 of every host must reach Pomerium from the internet, so it works neither before the cutover nor through a tunnel.",
    ),
  examples: [true],
  secrets: {},
  type: "HTTP-01",
  divide: () => ({ secrets: {}, settings: {} }),
  challenge: (_, { ingressClass }) => ({ http01: { ingress: { ingressClassName: ingressClass } } }),
};
