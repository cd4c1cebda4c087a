import { z } from "zod";
import { durationMilliseconds, goDuration } from "../../stack-file/duration.ts";
import { headerName, headerValue } from "./header.ts";

/** Structured annotation values, under the names that Pomerium and Envoy give their fields. */

const count = z.int().min(0).max(0xffff_ffff);
const percent = z.int().min(0).max(100);

/** Envoy refuses these times if they are zero. */
const someTime = goDuration.refine((value) => (durationMilliseconds(value) ?? 0) > 0, {
  error: "is no time: write more than 0s",
});

/** Limits of what Pomerium sends to one backend at a time. */
export const circuitBreakerThresholds = z.strictObject({
  max_connections: count.optional().describe("TCP connections; 1024 when absent"),
  max_pending_requests: count.optional().describe("requests that wait for a connection; 1024 when absent"),
  max_requests: count.optional().describe("requests at a time; 1024 when absent"),
  max_retries: count.optional().describe("retries at a time; 3 when absent"),
  max_connection_pools: count.optional().describe("connection pools; unlimited when absent"),
});

const hexadecimal = z
  .string()
  .regex(/^(?:[0-9a-f]{2})+$/i, { error: "is not hexadecimal: two digits for each byte" });
const payload = z.union([z.strictObject({ text: hexadecimal }), z.strictObject({ binary: z.base64() })]);

const statusRange = z
  .strictObject({ start: z.int().min(100).max(599), end: z.int().min(101).max(600) })
  .refine(({ start, end }) => start < end, { error: "ends before it starts" })
  .describe("half-open range of status codes: {start: 200, end: 300}");

/**
 * An active check of the backend's endpoints.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/health_check.proto
 */
export const healthCheck = z
  .strictObject({
    timeout: someTime.describe("wait for an answer"),
    interval: someTime.describe("time between two checks"),
    unhealthy_threshold: count.describe("failures in a row until an endpoint is left out"),
    healthy_threshold: count.describe("successes in a row until it is taken back"),
    http_health_check: z
      .strictObject({
        path: headerValue.startsWith("/"),
        host: headerValue.optional(),
        receive: z.array(payload).optional(),
        response_buffer_size: count.optional(),
        request_headers_to_remove: z.array(headerName).optional(),
        expected_statuses: z.array(statusRange).optional(),
        retriable_statuses: z.array(statusRange).optional(),
        codec_client_type: z.enum(["HTTP1", "HTTP2"]).optional(),
      })
      .optional(),
    tcp_health_check: z
      .strictObject({ send: payload.optional(), receive: z.array(payload).optional() })
      .optional(),
    grpc_health_check: z
      .strictObject({ service_name: z.string().optional(), authority: headerValue.optional() })
      .optional(),
    initial_jitter: goDuration.optional(),
    interval_jitter: goDuration.optional(),
    interval_jitter_percent: percent.optional(),
    alt_port: z.int().min(1).max(65535).optional(),
    reuse_connection: z.boolean().optional(),
    no_traffic_interval: someTime.optional(),
    no_traffic_healthy_interval: someTime.optional(),
    unhealthy_interval: someTime.optional(),
    unhealthy_edge_interval: someTime.optional(),
    healthy_edge_interval: someTime.optional(),
    always_log_health_check_failures: z.boolean().optional(),
    always_log_health_check_success: z.boolean().optional(),
  })
  .refine(
    (check) =>
      [check.http_health_check, check.tcp_health_check, check.grpc_health_check].filter(
        (kind) => kind !== undefined,
      ).length === 1,
    { error: "needs exactly one of http_health_check, tcp_health_check and grpc_health_check" },
  );

/**
 * Leaving out endpoints whose answers are errors.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/outlier_detection.proto
 */
export const outlierDetection = z
  .strictObject({
    consecutive_5xx: count.optional(),
    interval: someTime.optional(),
    base_ejection_time: someTime.optional(),
    max_ejection_percent: percent.optional(),
    enforcing_consecutive_5xx: percent.optional(),
    enforcing_success_rate: percent.optional(),
    success_rate_minimum_hosts: count.optional(),
    success_rate_request_volume: count.optional(),
    success_rate_stdev_factor: count.optional(),
    consecutive_gateway_failure: count.optional(),
    enforcing_consecutive_gateway_failure: percent.optional(),
    split_external_local_origin_errors: z.boolean().optional(),
    consecutive_local_origin_failure: count.optional(),
    enforcing_consecutive_local_origin_failure: percent.optional(),
    enforcing_local_origin_success_rate: percent.optional(),
    failure_percentage_threshold: percent.optional(),
    enforcing_failure_percentage: percent.optional(),
    enforcing_failure_percentage_local_origin: percent.optional(),
    failure_percentage_minimum_hosts: count.optional(),
    failure_percentage_request_volume: count.optional(),
    max_ejection_time: someTime.optional(),
    max_ejection_time_jitter: goDuration.optional(),
    successful_active_health_check_uneject_host: z.boolean().optional(),
    always_eject_one_host: z.boolean().optional(),
  })
  .refine(
    ({ base_ejection_time: base = "30s", max_ejection_time: most }) =>
      most === undefined || (durationMilliseconds(most) ?? 0) >= (durationMilliseconds(base) ?? 0),
    {
      error: "max_ejection_time is shorter than base_ejection_time, which is 30s when absent",
      path: ["max_ejection_time"],
    },
  );

/** A response header to rewrite: the whole value, or only its beginning where `prefix` is given. */
export const responseHeaderRewrite = z.strictObject({
  header: headerName,
  prefix: headerValue.optional(),
  value: headerValue,
});

/** Envoy's own settings of a ring hash, a Maglev table and least requests, which v0.31 accepted unchanged. */
export const ringHash = z.strictObject({
  minimum_ring_size: count.optional(),
  maximum_ring_size: count.optional(),
  hash_function: z.enum(["XX_HASH", "MURMUR_HASH_2"]).optional(),
});
export const maglev = z.strictObject({ table_size: count.optional() });
export const leastRequest = z.strictObject({ choice_count: z.int().min(2).optional() });
