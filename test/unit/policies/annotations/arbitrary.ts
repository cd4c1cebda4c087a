// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Pomerium writes its substitutions like this
import * as fc from "fast-check";
import type { Route } from "../../../../policies/annotations/annotations.ts";
import type { GoDuration } from "../../../../stack-file/duration.ts";

/** Text as people and mischief write it: words YAML takes for something else, quotes, line breaks, any Unicode. */
export const text = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1 }),
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.constantFrom(
      ...["true", "Yes", "on", "null", "~", "0777", "0o17", "1e3", "12:30:45", "2026-01-31", ".inf"],
      ...[
        "Foo: bar",
        "a #b",
        "- a",
        "{a}",
        "[",
        "&a",
        "*a",
        "!t",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'",
        '"',
        "---",
      ],
      ...[" lead", "trail ", "a\nb", "a\\b", "é", "\u0085", "\u2028", "\ufeff", "\u007f", "😀", "<<", "="],
    ),
  )
  .filter((value) => !value.includes("\0"));

const duration = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.nat(5000).map(String),
        fc.double({ min: 0, max: 99, noNaN: true }).map((n) => n.toFixed(3)),
      ),
      fc.constantFrom("ms", "s", "m", "h", "us", "ns"),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.map(([amount, unit]) => amount + unit).join("") as GoDuration);

const headerName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);
const headerValue = fc.oneof(
  fc.string({ unit: "grapheme-ascii" }),
  fc.constantFrom(
    "$",
    "$$",
    "$a",
    "100%",
    "%REQ(a)%",
    "a${b}c",
    "${pomerium.jwt}",
    "Bearer ${pomerium.id_token}$",
  ),
);
const headers = fc
  .uniqueArray(fc.tuple(headerName, headerValue), { selector: ([name]) => name.toLowerCase(), maxLength: 4 })
  .map((pairs) => Object.fromEntries(pairs));

/** Any route that Pomerium v0.33 takes, of the annotations that go through its YAML reader. */
export const route: fc.Arbitrary<Route> = fc
  .record(
    {
      name: text,
      description: text,
      logo_url: text,
      tls_skip_verify: fc.boolean(),
      allow_websockets: fc.boolean(),
      preserve_host_header: fc.boolean(),
      pass_identity_headers: fc.boolean(),
      timeout: duration,
      idle_timeout: duration,
      prefix_rewrite: text.map((value) => `/${value.replace(/[\n\r]/g, "")}`),
      set_request_headers: headers,
      set_response_headers: headers,
      rewrite_response_headers: fc.array(
        fc.record({ header: headerName, value: headerValue }, { noNullPrototype: true }),
        {
          maxLength: 2,
        },
      ),
      allow_upgrades: fc.uniqueArray(text, { selector: (value) => value.toLowerCase(), maxLength: 3 }),
      idp_access_token_allowed_audiences: fc.array(text, { maxLength: 3 }),
      load_balancing_policy: fc.constantFrom("round_robin", "maglev", "random", "ring_hash", "least_request"),
      healthy_panic_threshold: fc.integer({ min: 0, max: 100 }),
      circuit_breaker_thresholds: fc.record(
        { max_connections: fc.nat(), max_retries: fc.nat() },
        { requiredKeys: [], noNullPrototype: true },
      ),
      outlier_detection: fc.record(
        { interval: duration.filter((value) => /[1-9]/.test(value)), always_eject_one_host: fc.boolean() },
        { requiredKeys: [], noNullPrototype: true },
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((value) => value as Route);
