import { type ParseOptions, parseStack } from "../../../stack/load.ts";
import type { Stack } from "../../../stack/stack.ts";
import { type Problem, StackFileError } from "../../../stack-file/problems.ts";

export type Raw = Record<string, unknown>;

/** A secret that must turn up nowhere. */
export const hunter2 = "hunter2-correct-horse-battery";

/** A small stack without a mistake: one app of each kind. */
export function goodStack(): Raw {
  return {
    cluster: { context: "test", exposure: "direct" },
    phase: "coexist",
    domain: "example.org",
    pomerium: {
      loadBalancerIP: "192.168.0.172",
      session: "720h",
      identityProvider: { provider: "google", clientId: "client", clientSecret: hunter2 },
      storage: { pebble: { hostPath: "/data/pomerium" } },
    },
    certificates: {
      email: "root@example.org",
      zones: {
        "example.org": { porkbun: { apiKey: hunter2, secretApiKey: hunter2 } },
        "example.net": { cloudflare: { apiToken: hunter2 } },
      },
    },
    users: {
      admins: ["admin-user@gmail.com"],
      groups: { readers: ["alice@gmail.com", "bob@gmail.com"] },
    },
    apps: {
      komga: {
        namespace: "komga",
        service: { name: "komga-svc", port: 25600 },
        access: { groups: ["readers"], users: ["carol@gmail.com"], api: "komga" },
        replaces: "komga-ingress",
        accept: { "limit-rps": "Komga bears it" },
      },
      influxdb: {
        namespace: "monitoring",
        service: { name: "influxdb-svc", port: "http" },
        access: { apiOnly: ["/write", { path: "/query", exact: true }] },
      },
      wiki: {
        namespace: "monitoring",
        host: "wiki.example.net",
        service: { name: "wiki", port: 80 },
        access: "admins",
        route: { timeout: "0s" },
      },
    },
    tunnels: {
      home: {
        accountId: "0123456789abcdef0123456789abcdef",
        tunnelId: "0c7a70e1-5e1f-4a5e-9d57-0123456789ab",
        zoneId: "fedcba9876543210fedcba9876543210",
        apiToken: hunter2,
        apps: ["wiki"],
        extraRules: [{ hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" }],
      },
    },
    ingressNginx: {
      helmRelease: "ingress-nginx",
      address: "192.168.0.171",
      abandon: { "old.example.org": "nobody calls it" },
      override: { canaries: "the zone is proven already" },
    },
    accessTests: {
      strict: true,
      apps: {
        komga: [{ path: "/api/v1", allow: ["anonymous"] }, { deny: ["stranger", "anonymous"] }],
        influxdb: [{ paths: ["/", "/debug"], deny: ["stranger"] }],
        wiki: [{ allow: ["admin-user@gmail.com"], deny: ["stranger", "group:readers"] }],
      },
    },
  };
}

/** Secrets as they arrive in the program: decrypted. */
export const decrypted: ParseOptions = { plain: () => false };

export function parse(raw: unknown, options: ParseOptions = decrypted): Stack {
  return parseStack("test", raw, options);
}

/** What is wrong with a stack: `key path: message`, and the command that fixes it. */
export function problemsOf(raw: unknown, options: ParseOptions = decrypted): string[] {
  try {
    parse(raw, options);
    return [];
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    return error.problems.map(lineOf);
  }
}

function lineOf({ at, message, fix }: Problem): string {
  return `${at}: ${message}${fix === undefined ? "" : ` » ${fix}`}`;
}

/** The value of a path such as `apps.komga.access` set, or taken away with undefined; what is absent is made. */
export function put(raw: Raw, path: string, value: unknown): Raw {
  const steps = [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, bare]) => quoted ?? (index === undefined ? bare! : Number(index)),
  );
  let node = raw as Record<string | number, unknown>;
  for (const step of steps.slice(0, -1)) {
    if (typeof node[step] !== "object" || node[step] === null) node[step] = {};
    node = node[step] as Record<string | number, unknown>;
  }
  const last = steps.at(-1)!;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return raw;
}

/** What a stack is warned of, but for what the linter says of every policy with open paths. */
export function warnings({ warnings }: Stack): string[] {
  return warnings
    .filter(({ message }) => !/compares every text|keeps escaped slashes/.test(message))
    .map(({ at, message }) => `${at}: ${message}`);
}
