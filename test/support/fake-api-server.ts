import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { ReadOnlyApi } from "../../components/cluster/api.ts";

/** A fake API server. It answers from a table and records all requests. */
export class FakeApiServer {
  readonly asked: { method: string; path: string; accept: string; authorization: string }[] = [];
  objects: Record<string, unknown> = {};
  /** Answers that are plain text, such as logs. */
  texts: Record<string, string> = {};
  status: number | undefined;
  private readonly server = http.createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    this.asked.push({
      method: request.method ?? "",
      path: url.pathname + url.search,
      accept: request.headers.accept ?? "",
      authorization: request.headers.authorization ?? "",
    });
    const text = this.texts[url.pathname + url.search];
    if (text !== undefined) {
      response.end(text);
      return;
    }
    const answer = this.objects[url.pathname + url.search] ?? this.objects[url.pathname];
    response.statusCode = this.status ?? (answer === undefined ? 404 : 200);
    response.end(JSON.stringify(answer ?? { kind: "Status" }));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/**
 * Provides the surrounding suite with a fake API server. Its table and its records are empty before each test.
 *
 * @param contexts Contexts of the kubeconfig. The first is the one to connect to.
 */
export function useFakeApi(contexts: readonly [string, ...string[]] = ["octavo"]): {
  fake: FakeApiServer;
  /** Path of the kubeconfig. It is written before the first test. */
  file: string;
  connect(): Promise<ReadOnlyApi>;
} {
  const fake = new FakeApiServer();
  const folder = mkdtempSync(path.join(tmpdir(), "fake-api-"));
  const file = path.join(folder, "config");
  before(async () => writeKubeconfig(file, await fake.start(), contexts));
  beforeEach(() => {
    fake.asked.length = 0;
    fake.status = undefined;
    fake.objects = {};
    fake.texts = {};
  });
  after(() => {
    fake.stop();
    rmSync(folder, { recursive: true });
  });
  return { fake, file, connect: () => ReadOnlyApi.connect({ context: contexts[0], kubeconfig: file }) };
}

/** Writes a kubeconfig for the server, with these contexts and with invalid credentials. */
export function writeKubeconfig(file: string, server: string, contexts: readonly string[]): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": contexts.at(-1),
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "not-a-real-token" } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: "c", user: "u" } })),
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
}
