import { strict as assert } from "node:assert";
import { readLog } from "../../../../components/pomerium/log.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";

describe("the log of Pomerium's pods", () => {
  const { fake, connect } = useFakeApi();
  const base = "/api/v1/namespaces/pomerium/pods";

  async function read(sinceSeconds?: number): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of readLog(await connect(), sinceSeconds)) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }

  it("is that of each pod, of the container of Pomerium, and only as old as asked for", async () => {
    fake.objects[base] = {
      items: [
        {
          metadata: { name: "pomerium-0" },
          spec: { containers: [{ name: "proxy-helper" }, { name: "pomerium" }] },
        },
        { metadata: { name: "pomerium-1" }, spec: { containers: [{ name: "other" }] } },
      ],
    };
    fake.texts = {
      [`${base}/pomerium-0/log?container=pomerium&sinceSeconds=60`]: "a\nb",
      [`${base}/pomerium-1/log?container=other&sinceSeconds=60`]: "c\n",
    };
    assert.equal(await read(59.2), "a\nb\nc\n\n");
    assert.ok(fake.asked.every(({ method }) => method === "GET"));
    assert.match(fake.asked[0]!.path, /labelSelector=app\.kubernetes\.io%2Fname%3Dpomerium/);
  });

  it("is an error without a pod, and where the cluster refuses it", async () => {
    fake.objects[base] = { items: [] };
    await assert.rejects(read(), { name: "ClusterError", message: /namespace pomerium has no pod/ });
    fake.objects[base] = { items: [{ metadata: { name: "pomerium-0" }, spec: { containers: [] } }] };
    await assert.rejects(read(), { name: "ClusterError", message: /pods\/pomerium-0\/log .* 404/ });
  });
});
