import { z } from "zod";
import { expectations, portNumber, text } from "../../stack-file/fields.ts";
import { dnsLabel, isPortName } from "../../stack-file/values.ts";

export const serviceSchema = z.strictObject({
  name: text(
    (value) => dnsLabel.test(value) && /^[a-z]/.test(value),
    "is no Service name: lower case letters, digits and hyphens, a letter first",
    { pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/ },
  ).describe("Name of the Service, in the app's namespace."),
  port: z
    .union([
      portNumber,
      text(
        isPortName,
        (value) =>
          /^\d+$/.test(value)
            ? "is text, which names a port: write the number without quotes"
            : "is no port name: at most 15 lower case letters, digits and hyphens",
        { pattern: /^(?!.*--)(?=.*[a-z])(?=.{1,15}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ },
      ),
    ])
    .register(expectations, { expected: "a port number, or the name of one of the Service's ports" })
    .describe(
      "Port of the Service, by number or name. Never the pods' target port, which ingress-nginx accepts and Pomerium does not.",
    ),
});
