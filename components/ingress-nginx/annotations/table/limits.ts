import type { Entry } from "../judgement.ts";
import { judgeBodySize } from "../long-answers.ts";
import { judgeSnippet } from "../snippet.ts";

/** Annotations that limit how much a caller may do, and snippets, which may do anything. */
export const limits: readonly Entry[] = [
  {
    names: ["limit-rps", "limit-rpm"],
    off: /^0+$/,
    outcome: "lost",
    says: "Pomerium limits no caller's requests; the app must bear them, or limit them itself",
    protects: true,
  },
  {
    names: ["limit-connections"],
    off: /^0+$/,
    outcome: "lost",
    says: "Pomerium limits no caller's connections; `route.circuit_breaker_thresholds` limits those of all callers together",
    protects: true,
  },
  {
    names: ["limit-rate"],
    off: /^0+$/,
    outcome: "lost",
    says: "Pomerium limits no answer's bandwidth",
    protects: true,
  },
  {
    names: [
      "global-rate-limit",
      "global-rate-limit-ignored-cidrs",
      "global-rate-limit-key",
      "global-rate-limit-window",
    ],
    needs: "global-rate-limit",
    off: /^0+$/,
    outcome: "lost",
    says: "Pomerium limits no caller's requests; ingress-nginx since v1.12 does not either",
    protects: true,
  },
  {
    names: ["limit-rate-after", "limit-burst-multiplier", "limit-allowlist", "limit-whitelist"],
    outcome: "lost",
    says: "a detail of the limits, which are lost themselves",
  },
  {
    names: ["proxy-body-size"],
    outcome: "decide",
    says: "Pomerium limits no body's size; the app must refuse what is too large for it",
    byValue: judgeBodySize,
  },
  {
    names: ["enable-modsecurity", "enable-owasp-core-rules", "modsecurity-snippet"],
    outcome: "lost",
    says: "Pomerium has no web application firewall",
    protects: true,
  },
  {
    names: ["modsecurity-transaction-id"],
    outcome: "lost",
    says: "a detail of ModSecurity, which is lost itself",
  },
  {
    names: ["configuration-snippet", "server-snippet", "stream-snippet"],
    outcome: "lost",
    says: "Pomerium does not read nginx's configuration; it may restrict callers, so read it",
    protects: true,
    byValue: judgeSnippet,
  },
];
