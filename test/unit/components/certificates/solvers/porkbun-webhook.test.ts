import { strict as assert } from "node:assert";
import {
  porkbunInstallation,
  webhookSchema,
} from "../../../../../components/certificates/solvers/porkbun-webhook.ts";
import { webhookOf } from "../webhook-of.ts";

const context = { namespace: "cert-manager", credentials: ["porkbun-example.org"] };
const release = (input: object = {}) => porkbunInstallation(webhookOf(input), context).release!;
const wrong = (input: object): string[] =>
  (webhookSchema.safeParse(input).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

describe("the webhook for Porkbun", () => {
  it("is Talinx's chart with its image pinned by default", () => {
    assert.equal(porkbunInstallation(webhookOf(), context).apiGroup, "porkbun.talinx.dev");
    assert.deepEqual(release(), {
      part: "webhook",
      name: "cert-manager-webhook-porkbun",
      repository: "https://talinx.github.io/cert-manager-webhook-porkbun",
      chart: "cert-manager-webhook-porkbun",
      version: "1.0.0",
      values: {
        groupName: "porkbun.talinx.dev",
        certManager: { namespace: "cert-manager", serviceAccountName: "cert-manager" },
        image: { repository: "talinx/cert-manager-webhook-porkbun", tag: "1.0.0" },
      },
    });
  });

  it("accepts any version of a chart from a folder", () => {
    const { repository, version, chart } = release({ chart: "./charts/webhook" });
    assert.deepEqual([repository, version, chart], [undefined, undefined, "./charts/webhook"]);
  });

  it("never installs the newest chart or image of the day", () => {
    const pinned = "version: missing: without it, the newest chart of the day would be installed";
    assert.deepEqual(wrong({ chart: "oci://charts.example.com/webhook" }), [pinned]);
    assert.deepEqual(wrong({ chart: "webhook", repository: "https://charts.example.com" }), [pinned]);
    const image =
      "image: must be an image with its tag, and not latest, which is another image every so often";
    assert.deepEqual(wrong({ image: "talinx/webhook:latest" }), [image]);
    assert.deepEqual(wrong({ image: "localhost:5000/webhook" }), [image]);
    // Not through the chart's values either.
    assert.deepEqual(release({ values: { image: { tag: "latest", pullPolicy: "Always" } } }).values.image, {
      repository: "talinx/cert-manager-webhook-porkbun",
      tag: "1.0.0",
      pullPolicy: "Always",
    });
  });

  it("accepts an image with a digest, from a registry with a port", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    assert.deepEqual(release({ image: `localhost:5000/webhook:1.2@${digest}` }).values.image, {
      repository: "localhost:5000/webhook",
      tag: `1.2@${digest}`,
    });
  });

  it("of mdonoughe needs the folder of its chart, since no repository has it", () => {
    assert.deepEqual(wrong({ flavour: "mdonoughe" }), [
      "chart: missing: mdonoughe publishes no Helm repository; name the chart's folder in a checkout",
    ]);
    assert.equal(release({ flavour: "mdonoughe", chart: "./deploy" }).name, "porkbun-webhook");
  });

  it("passes further values on to the chart", () => {
    assert.deepEqual(
      release({
        groupName: "acme.example.org",
        values: {
          securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } },
          groupName: "ignored.example.org",
          certManager: { serviceAccountName: "issuing" },
        },
      }).values,
      {
        groupName: "acme.example.org",
        securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } },
        certManager: { namespace: "cert-manager", serviceAccountName: "issuing" },
        image: { repository: "talinx/cert-manager-webhook-porkbun", tag: "1.0.0" },
      },
    );
  });
});
