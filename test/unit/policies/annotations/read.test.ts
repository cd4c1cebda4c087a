import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { annotationPrefix as prefix } from "../../../../policies/annotations/annotations.ts";
import { checkRoute } from "../../../../policies/annotations/check.ts";
import { checkAnnotations, readRoute } from "../../../../policies/annotations/read.ts";
import { renderRoute } from "../../../../policies/annotations/render.ts";
import { newestRelease } from "../../../../policies/language/releases.ts";
import { route } from "./arbitrary.ts";

describe("reading annotations", () => {
  it("gives back the route that they were rendered from", () => {
    fc.assert(
      fc.property(route, (given) => {
        fc.pre(checkRoute(given, newestRelease).length === 0);
        assert.deepEqual(readRoute(renderRoute(given, newestRelease)), given);
      }),
    );
  });

  it("finds nothing wrong with what people write in other ways than this program", () => {
    const written = {
      timeout: '"30s"',
      allow_websockets: "True",
      set_request_headers: "X-A: b\nX-C: d\n",
      circuit_breaker_thresholds: '{"maxRequests": 5}',
      healthy_panic_threshold: "50",
      mcp_server: "",
      host_rewrite: "a.example.org",
    };
    const keyed = Object.fromEntries(Object.entries(written).map(([key, value]) => [prefix + key, value]));
    const { mcp_server: _, ...found } = readRoute(keyed);
    assert.deepEqual(
      checkAnnotations(
        Object.fromEntries(Object.keys(found).map((key) => [prefix + key, keyed[prefix + key]!])),
        newestRelease,
      ),
      [],
    );
  });

  it("refuses a value of another form, and an annotation that Pomerium does not know", () => {
    const at = (annotations: Record<string, string>): string[] =>
      checkAnnotations(annotations, newestRelease).map(({ at }) => at);
    assert.deepEqual(at({ [`${prefix}allow_websockets`]: "1" }), ["allow_websockets"]);
    assert.deepEqual(at({ [`${prefix}timeout`]: "2d" }), ["timeout"]);
    assert.deepEqual(at({ [`${prefix}name`]: "2048" }), ["name"]);
    assert.deepEqual(at({ [`${prefix}timeuot`]: "0s" }), ["timeuot"]);
    assert.deepEqual(at({ "nginx.ingress.kubernetes.io/timeout": "2d" }), []);
  });
});
