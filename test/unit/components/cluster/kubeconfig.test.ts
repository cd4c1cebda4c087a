import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TLSSocket } from "node:tls";
import { ReadOnlyApi } from "../../../../components/cluster/api.ts";
import { connectionTo, contextsOf } from "../../../../components/cluster/kubeconfig.ts";
import { selfSigned } from "../../../../sandbox/cluster/x509.ts";

const root = path.join(import.meta.dirname, "../../../..");
const server = selfSigned({ names: ["127.0.0.1"] });
const person = selfSigned({ names: ["operator"] });
const fingerprint = new X509Certificate(person.certificate).fingerprint256;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("a kubeconfig", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kubeconfig-"));
  const file = path.join(folder, "config");
  let address = "";
  let connections = 0;
  /** Answers with the caller's token, and with the fingerprint of its certificate. */
  const listener = https.createServer(
    { key: server.privateKey, cert: server.certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { fingerprint256 = "" } = (request.socket as TLSSocket).getPeerCertificate();
      const answer = JSON.stringify({
        token: request.headers.authorization ?? "",
        certificate: fingerprint256,
      });
      setTimeout(() => response.end(answer), request.url?.startsWith("/slow") ? 400 : 0);
    },
  );
  before(async () => {
    listener.on("secureConnection", () => {
      connections++;
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    address = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    writeFileSync(path.join(folder, "ca.crt"), server.certificate);
    writeFileSync(path.join(folder, "person.crt"), person.certificate);
    writeFileSync(path.join(folder, "person.key"), person.privateKey);
  });
  after(() => {
    listener.closeAllConnections();
    listener.close();
    rmSync(folder, { recursive: true });
  });

  const write = (cluster: object, user: object): void =>
    writeFileSync(
      file,
      JSON.stringify({
        contexts: [{ name: "house", context: { cluster: "c", user: "u", namespace: "default" } }],
        clusters: [
          { name: "other", cluster: { server: "https://127.0.0.1:1" } },
          { name: "c", cluster: { server: address, ...cluster } },
        ],
        users: [{ name: "u", user }],
      }),
    );
  const known = { "certificate-authority-data": base64(server.certificate) };
  const connect = (): Promise<ReadOnlyApi> => ReadOnlyApi.connect({ context: "house", kubeconfig: file });
  const seen = async (): Promise<unknown> => (await connect()).find("/");

  it("with a token, certificates in it or files beside it leads to the cluster, with the caller's credentials", async () => {
    write(known, { token: "abc" });
    assert.deepEqual(await seen(), { token: "Bearer abc", certificate: "" });
    write({ "certificate-authority": "ca.crt" }, { token: "other" });
    assert.deepEqual(await seen(), { token: "Bearer other", certificate: "" });
    write(known, {
      "client-certificate-data": base64(person.certificate),
      "client-key-data": base64(person.privateKey),
    });
    assert.deepEqual(await seen(), { token: "", certificate: fingerprint });
    write(known, { "client-certificate": "person.crt", "client-key": path.join(folder, "person.key") });
    assert.deepEqual(await seen(), { token: "", certificate: fingerprint });
  });

  it("is not trusted with a certificate that its authority has not signed", async () => {
    write({ "certificate-authority-data": base64(person.certificate) }, { token: "abc" });
    await assert.rejects(
      ReadOnlyApi.connect({ context: "house", kubeconfig: file }, { firstPause: 1 }).then((api) =>
        api.find("/"),
      ),
      /does not answer: .*(self-signed|signature|unable to verify)/,
    );
  });

  it("with a credential plugin or an unverified server works as kubectl makes it work", async () => {
    const plugin = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: [
        "-e",
        'console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token: "of-a-plugin" } }))',
      ],
      interactiveMode: "Never",
    };
    write(known, { exec: plugin });
    assert.deepEqual(await seen(), { token: "Bearer of-a-plugin", certificate: "" });
    write({ "insecure-skip-tls-verify": true }, { token: "abc" });
    assert.deepEqual(await seen(), { token: "Bearer abc", certificate: "" });
  });

  it("lists its contexts", async () => {
    write(known, {});
    assert.deepEqual(await contextsOf(file), ["house"]);
  });

  it("is asked eighty questions over eight connections", async () => {
    for (const cluster of [known, { "insecure-skip-tls-verify": true }]) {
      connections = 0;
      write(cluster, { token: "abc" });
      const api = await connect();
      await Promise.all(Array.from({ length: 80 }, (_, i) => api.find(`/${i}`)));
      assert.equal(connections, 8);
    }
  });

  it("is patient with a question that waits for a connection", async () => {
    write(known, { token: "abc" });
    const api = await ReadOnlyApi.connect({ context: "house", kubeconfig: file }, { timeout: 1200 });
    const answers = await Promise.all(Array.from({ length: 32 }, (_, i) => api.find(`/slow/${i}`)));
    assert.equal(answers.length, 32);
  });

  it("with a token is read without the library, which is slow to load", async () => {
    const loads = (): string =>
      execFileSync(
        process.execPath,
        [
          "--input-type=module",
          "--eval",
          `import { registerHooks } from "node:module";
           registerHooks({ resolve: (name, context, next) => {
             if (name === "@kubernetes/client-node") console.log("the library");
             return next(name, context);
           } });
           const [kubeconfig, module] = process.argv.slice(1);
           const { connectionTo } = await import(module);
           await connectionTo({ context: "house", kubeconfig });`,
          file,
          path.join(root, "components/cluster/kubeconfig.ts"),
        ],
        { encoding: "utf8" },
      );
    write(known, { token: "abc" });
    assert.equal(loads(), "");
    write({ ...known, "tls-server-name": "cluster" }, { token: "abc" });
    assert.equal(loads(), "the library\n");
  });

  it("with a mistake is refused with the library's reason", async () => {
    write(known, { token: "abc" });
    await assert.rejects(
      connectionTo({ context: "hause", kubeconfig: file }),
      /has no context "hause"; it has house/,
    );
    writeFileSync(file, "contexts: [");
    await assert.rejects(connectionTo({ context: "house", kubeconfig: file }), /config cannot be read/);
    write(known, { "client-certificate": "absent.crt", "client-key": "absent.key" });
    await assert.rejects(connectionTo({ context: "house", kubeconfig: file }), /absent\.crt/);
  });

  it("that is not YAML is refused without the lines around the mistake, which may hold a token", async () => {
    writeFileSync(file, "users:\n- name: u\n  user:\n    token: hunter2\n   x: [\n");
    for (const refused of [contextsOf(file), connectionTo({ context: "house", kubeconfig: file })])
      await assert.rejects(refused, ({ message }: Error) => {
        assert.match(message, /config cannot be read: bad indentation of a mapping entry \(5:4\)$/);
        return true;
      });
  });

  it("in several files with one name says which name is there twice", async () => {
    write(known, { token: "abc" });
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = [file, file].join(path.delimiter);
    try {
      await assert.rejects(contextsOf(), /cannot be read: the cluster \S+ is there twice; rename one/);
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
    }
  });
});
