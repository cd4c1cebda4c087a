import { strict as assert } from "node:assert";
import type * as pulumi from "@pulumi/pulumi";
import { type Certificates, deployCertificates } from "../../../../components/certificates/deploy.ts";
import { secretId, wantedCertificates } from "../../../../components/certificates/wanted.ts";
import { goodStack, parse } from "../../stack/base.ts";
import { record } from "../pomerium/recorder.ts";

const stack = parse(goodStack());

const valueIn = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => void output.apply(resolve));

describe("the certificates of a stack", () => {
  let certificates: Certificates;
  let names: string[];
  before(async () => {
    const run = {
      issuer: { issuerFor: () => "letsencrypt-prod" },
      pomerium: { namespace: "pomerium" },
      live: { certificates: { certificates: [] } },
    };
    const registrations = await record(async () => {
      certificates = await deployCertificates(stack, run, {});
    });
    names = registrations.filter(({ type }) => type.endsWith(":Certificate")).map(({ name }) => name);
  });

  it("are registered under the names of their Secrets, so that renaming an app keeps them", () => {
    const wanted = wantedCertificates(stack).map((each) => `${secretId(each)}-certificate`);
    assert.deepEqual(names.sort(), wanted.sort());
    assert.equal(certificates.resources.length, names.length);
  });

  it("give every host of the stack the Secret of the certificate that serves it", async () => {
    const [app] = stack.apps;
    assert.ok(app);
    assert.equal(await valueIn(certificates.issued(app.host)), app.tlsSecret);
    assert.equal(await valueIn(certificates.issued(stack.pomerium.authenticateHost)), "pomerium-auth-tls");
  });
});
