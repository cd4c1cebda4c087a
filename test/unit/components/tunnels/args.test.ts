import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { type Servers, servedByPomerium } from "../../../../components/tunnels/args.ts";

/** Servers that note which host's certificate is asked for. */
function servers(asked: string[] = []): Servers {
  return {
    apps: { urls: { komga: pulumi.output("https://komga.example.org"), wiki: pulumi.output("") } },
    pomerium: { ingressClass: "pomerium" },
    certificates: {
      issued: (host) => {
        asked.push(host);
        return "pomerium-auth-tls";
      },
    },
  };
}

const valueIn = (output: pulumi.Output<unknown>): Promise<unknown> =>
  new Promise((resolve) => void output.apply(resolve));

describe("a tunnel's rule that moves to Pomerium", () => {
  it("waits for the app of its host, and for no certificate besides", async () => {
    const asked: string[] = [];
    const app = { name: "komga", host: "komga.example.org" };
    const served = servedByPomerium({ app, host: app.host }, servers(asked));
    assert.equal(await valueIn(served), "https://komga.example.org");
    assert.deepEqual(asked, []);
  });

  it("waits for Pomerium and for the host's certificate, if it is the rule of the sign-in pages", async () => {
    const asked: string[] = [];
    const served = servedByPomerium({ host: "authenticate.example.org" }, servers(asked));
    assert.deepEqual(await valueIn(served), ["pomerium", "pomerium-auth-tls"]);
    assert.deepEqual(asked, ["authenticate.example.org"]);
  });
});
