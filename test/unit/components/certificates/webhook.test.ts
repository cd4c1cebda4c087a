import { strict as assert } from "node:assert";
import {
  resolveWebhook,
  type WebhookArgs,
  webhookProblems,
  webhookValues,
} from "../../../../components/certificates/webhook.ts";

describe("the webhook for Porkbun", () => {
  const values = (args: WebhookArgs) => webhookValues(resolveWebhook(args), "cert-manager");
  const wrong = (args: WebhookArgs) =>
    webhookProblems(args).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

  it("is Talinx's chart with its image pinned, unless the stack says otherwise", () => {
    const { repository, chart, version, release } = resolveWebhook();
    assert.deepEqual(
      { repository, chart, version, release },
      {
        repository: "https://talinx.github.io/cert-manager-webhook-porkbun",
        chart: "cert-manager-webhook-porkbun",
        version: "1.0.0",
        release: "cert-manager-webhook-porkbun",
      },
    );
    assert.deepEqual(values({}), {
      groupName: "porkbun.talinx.dev",
      certManager: { namespace: "cert-manager", serviceAccountName: "cert-manager" },
      image: { repository: "talinx/cert-manager-webhook-porkbun", tag: "1.0.0" },
    });
  });

  it("takes a chart from a folder as it lies there, whatever its version", () => {
    const { repository, version } = resolveWebhook({ chart: "./charts/webhook" });
    assert.deepEqual([repository, version], [undefined, undefined]);
    assert.deepEqual(wrong({ chart: "./charts/webhook" }), []);
  });

  it("does not install whatever chart or image is the newest of the day", () => {
    const pinned = "missing: without it, the newest chart of the day would be installed";
    assert.deepEqual(wrong({ chart: "oci://charts.example.com/webhook" }), [`version: ${pinned}`]);
    assert.deepEqual(wrong({ chart: "webhook", repository: "https://charts.example.com" }), [
      `version: ${pinned}`,
    ]);
    assert.deepEqual(wrong({ image: "talinx/webhook:latest" }), [
      "image: must not be latest, which is another image every so often",
    ]);
    assert.deepEqual(wrong({ image: "localhost:5000/webhook" }), [
      'image: "localhost:5000/webhook" has no tag: write <repository>:<tag>',
    ]);
    // Not by way of the chart's values either.
    const image = { tag: "latest", pullPolicy: "Always" };
    assert.deepEqual(values({ values: { image } }).image, {
      repository: "talinx/cert-manager-webhook-porkbun",
      tag: "1.0.0",
      pullPolicy: "Always",
    });
  });

  it("may be an image by digest, from a registry with a port", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const image = `localhost:5000/webhook:1.2@${digest}`;
    assert.deepEqual(wrong({ image }), []);
    assert.deepEqual(values({ image }).image, { repository: "localhost:5000/webhook", tag: `1.2@${digest}` });
  });

  it("of mdonoughe needs the folder of its chart, since no repository has it", () => {
    assert.deepEqual(wrong({ flavour: "mdonoughe" }), [
      "chart: missing: mdonoughe publishes no Helm repository; name the chart's folder in a checkout",
    ]);
    assert.equal(resolveWebhook({ flavour: "mdonoughe", chart: "./deploy" }).release, "porkbun-webhook");
  });

  it("passes further values on to the chart", () => {
    const { certManager, ...rest } = values({
      groupName: "acme.example.org",
      values: {
        securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } },
        groupName: "ignored.example.org",
        certManager: { serviceAccountName: "issuing" },
      },
    }) as object & { certManager: object };
    assert.deepEqual(certManager, { namespace: "cert-manager", serviceAccountName: "issuing" });
    assert.deepEqual(rest, {
      groupName: "acme.example.org",
      securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } },
      image: { repository: "talinx/cert-manager-webhook-porkbun", tag: "1.0.0" },
    });
  });
});
