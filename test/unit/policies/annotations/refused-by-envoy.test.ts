import { strict as assert } from "node:assert";
import { checkRoute } from "../../../../policies/annotations/check.ts";

const check = {
  timeout: "1s",
  interval: "5s",
  unhealthy_threshold: 2,
  healthy_threshold: 2,
  http_health_check: { path: "/" },
};
const http = (more: object) => ({
  health_checks: [{ ...check, http_health_check: { ...check.http_health_check, ...more } }],
});
const other = (more: object) => ({ health_checks: [{ ...check, http_health_check: undefined, ...more }] });
const places = (route: unknown): string[] => checkRoute(route, "v0.33.1").map(({ at }) => at);

// A running Pomerium v0.33.1 with Envoy 1.37 refused, or took, each of these Ingresses as a whole.
describe("a value of a route that Envoy refuses, and Pomerium with it", () => {
  const refused: [title: string, route: object, at: string][] = [
    ["an interval of zero", { outlier_detection: { interval: "0s" } }, "outlier_detection.interval"],
    [
      "a longest ejection that is shorter than the first, which is 30s when absent",
      { outlier_detection: { max_ejection_time: "29s" } },
      "outlier_detection.max_ejection_time",
    ],
    [
      "a check without time for an answer",
      { health_checks: [{ ...check, timeout: "0s" }] },
      "health_checks[0].timeout",
    ],
    [
      "a check without a pause",
      { health_checks: [{ ...check, unhealthy_interval: "0.000ms" }] },
      "health_checks[0].unhealthy_interval",
    ],
    ["a line break in a check's path", http({ path: "/a\nb" }), "health_checks[0].http_health_check.path"],
    [
      "a range of statuses that ends where it starts",
      http({ expected_statuses: [{ start: 200, end: 200 }] }),
      "health_checks[0].http_health_check.expected_statuses[0]",
    ],
    ["a body of a check", http({ send: { text: "00" } }), "health_checks[0].http_health_check"],
    [
      "a check by HTTP/3",
      http({ codec_client_type: "HTTP3" }),
      "health_checks[0].http_health_check.codec_client_type",
    ],
    [
      "a gRPC check of a backend without HTTP/2",
      other({ grpc_health_check: {} }),
      "health_checks[0].grpc_health_check",
    ],
    ["a line break in a path", { prefix_rewrite: "/a\rb" }, "prefix_rewrite"],
    [
      "a line break in a substitution",
      { regex_rewrite_pattern: "^/(.*)$", regex_rewrite_substitution: "/a\nb" },
      "regex_rewrite_substitution",
    ],
    ["a Host header in the answer", { set_response_headers: { Host: "x" } }, "set_response_headers.Host"],
    ["a request without its Host header", { remove_request_headers: ["host"] }, "remove_request_headers[0]"],
    ["an upgrade twice with other capitals", { allow_upgrades: ["x", "X"] }, "allow_upgrades[1]"],
    [
      "an upgrade of Pomerium's own with other capitals",
      { allow_upgrades: ["WebSocket"] },
      "allow_upgrades[0]",
    ],
    ["an MCP server that takes nothing", { mcp_server_max_request_bytes: 0 }, "mcp_server_max_request_bytes"],
    [
      "a tunnel's policy that is none",
      { upstream_tunnel: true, upstream_tunnel_ssh_policy: "nonsense" },
      "upstream_tunnel_ssh_policy",
    ],
  ];
  for (const [title, route, at] of refused)
    it(`is found: ${title}`, () => assert.deepEqual(places(route), [at]));

  it("is found in the payload of a TCP check, which is hexadecimal", () => {
    const send = (text: string) => places(other({ tcp_health_check: { send: { text } } }));
    assert.deepEqual(send("00fF"), []);
    for (const text of ["zz", "abc", ""]) assert.equal(send(text).length, 1, text);
  });

  it("is not found where Envoy takes it", () => {
    for (const route of [
      { outlier_detection: { base_ejection_time: "400s" } },
      { outlier_detection: { max_ejection_time: "30s", max_ejection_time_jitter: "0s" } },
      { health_checks: [{ ...check, initial_jitter: "0s", interval_jitter: "0s" }] },
      http({ expected_statuses: [{ start: 200, end: 600 }], host: "a\tb", codec_client_type: "HTTP2" }),
      { secure_upstream: true, ...other({ grpc_health_check: {} }) },
      { set_request_headers: { host: "x" } },
      { allow_upgrades: ["websocket", "websocket", "spdy/3.1", "x"] },
      { prefix_rewrite: "/a\tb" },
    ])
      assert.deepEqual(places(route), [], JSON.stringify(route));
  });
});
