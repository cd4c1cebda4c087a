// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Pomerium writes its substitutions like this
import type { Entry } from "../judgement.ts";
import { isEverywhere, networksOf } from "../networks.ts";
import { byCertificate, byNetworks, bySignIn } from "../replacements.ts";

/** Annotations that decide who may call. */
export const callers: readonly Entry[] = [
  {
    names: ["whitelist-source-range", "allowlist-source-range"],
    outcome: "decide",
    says: "`access.from` admits the same networks, where Pomerium sees callers' own addresses",
    protects: true,
    replacedBy: byNetworks,
    byValue: (value) =>
      isEverywhere(networksOf(value)) ? { outcome: "unnecessary", says: "admits every address" } : undefined,
  },
  {
    names: ["denylist-source-range"],
    outcome: "decide",
    says: "`access.policy` can deny a `source_ip`, where Pomerium sees callers' own addresses",
    protects: true,
  },
  {
    names: ["auth-type", "auth-secret", "auth-secret-type", "auth-realm"],
    needs: "auth-type",
    outcome: "lost",
    says: "no password is asked for any more; people sign in instead",
    protects: true,
    replacedBy: bySignIn,
  },
  {
    names: ["auth-url", "auth-signin", "auth-snippet"],
    needs: "auth-url",
    outcome: "lost",
    says: "no other service is asked any more; people sign in instead",
    protects: true,
    replacedBy: bySignIn,
  },
  {
    names: [
      "auth-always-set-cookie",
      "auth-cache-duration",
      "auth-cache-key",
      "auth-keepalive",
      "auth-keepalive-requests",
      "auth-keepalive-share-vars",
      "auth-keepalive-timeout",
      "auth-method",
      "auth-request-redirect",
      "auth-signin-redirect-param",
    ],
    outcome: "unnecessary",
    says: "a detail of auth-url, and goes with it",
  },
  {
    names: ["auth-proxy-set-headers", "auth-response-headers"],
    outcome: "decide",
    says: "the app must read who calls in X-Pomerium-Jwt-Assertion (`route.pass_identity_headers`); callers can forge other headers: name them in `route.remove_request_headers`",
  },
  {
    names: ["enable-global-auth"],
    outcome: "decide",
    says: "global-auth-url of ingress-nginx's ConfigMap is not asked any more; people sign in instead",
    protects: true,
    replacedBy: bySignIn,
  },
  {
    names: ["auth-tls-secret", "auth-tls-verify-depth"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    outcome: "decide",
    says: "`route.tls_downstream_client_ca_secret` asks for clients' certificates of an authority",
    protects: true,
    replacedBy: byCertificate,
  },
  {
    names: ["auth-tls-match-cn"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    outcome: "lost",
    says: "Pomerium can ask for a certificate's fingerprint or alternative names, not for its common name",
    protects: true,
  },
  {
    names: ["auth-tls-verify-client"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    outcome: "decide",
    says: "a detail of auth-tls-secret; with `optional`, ingress-nginx left it to the app to refuse",
    protects: true,
    byValue: (value) =>
      /^(on|off|optional|optional_no_ca)$/.test(value)
        ? undefined
        : { outcome: "decide", says: "ingress-nginx takes this value for `on`", protects: true },
  },
  {
    names: ["auth-tls-error-page"],
    outcome: "lost",
    says: "there is no page of one's own for a client without a certificate",
  },
  {
    names: ["auth-tls-pass-certificate-to-upstream"],
    outcome: "decide",
    says: "`route.set_request_headers` with ${pomerium.client_cert_fingerprint} passes the certificate's fingerprint, not the certificate",
  },
  {
    names: ["satisfy"],
    outcome: "decide",
    says: "address or sign-in, either was enough; with `access.from` both must fit",
    byValue: (value) =>
      value === "any" ? undefined : { outcome: "unnecessary", says: "everything must fit, as with Pomerium" },
  },
];
