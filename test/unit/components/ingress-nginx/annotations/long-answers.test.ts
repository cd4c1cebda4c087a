import { strict as assert } from "node:assert";
import { classify } from "../../../../../components/ingress-nginx/annotations/classify.ts";
import type { Route } from "../../../../../policies/annotations/annotations.ts";

const lacks = (name: string, value: string, route: Route = {}): string | undefined =>
  classify({ [`nginx.ingress.kubernetes.io/${name}`]: value })[0]?.lacks(route);

describe("an nginx Ingress for large files or streams", () => {
  it("needs a route without Pomerium's limit of 30s for an answer", () => {
    for (const [name, value] of [
      ["proxy-body-size", "0"],
      ["proxy-body-size", "10g"],
      ["proxy-body-size", "100M"],
      ["proxy-body-size", "2048m"],
      ["proxy-request-buffering", "off"],
      ["proxy-buffering", "off"],
    ] as const)
      assert.match(lacks(name, value) ?? "", /^timeout: 0s/, `${name}: ${value}`);
  });

  it("has all it needs once the route says how long, or is for WebSockets, which have no limit", () => {
    for (const route of [{ timeout: "0s" }, { timeout: "10m" }, { allow_websockets: true }] as const)
      assert.equal(lacks("proxy-body-size", "0", route), undefined);
  });

  it("is not one with a small limit, with buffers, or with a value that nginx does not read", () => {
    for (const [name, value] of [
      ["proxy-body-size", "8m"],
      ["proxy-body-size", "99m"],
      ["proxy-body-size", "lots"],
      ["proxy-buffering", "on"],
      ["proxy-request-buffering", "on"],
      ["proxy-buffer-size", "16k"],
    ] as const)
      assert.equal(lacks(name, value), undefined, `${name}: ${value}`);
  });
});
