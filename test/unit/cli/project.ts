import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { Io } from "../../../cli/io.ts";
import { run } from "../../../cli/run.ts";
import type { PomeriumStatus } from "../../../components/cluster/pomerium-status.ts";
import type { ReadinessRow } from "../../../components/cluster/readiness.ts";
import type { LiveState } from "../../../stack/access-view.ts";
import { controllerObjects } from "../discovery/before.ts";

const sealed = { secure: "v1:c2VhbGVk:c2VhbGVk" };

/** The cluster that {@link house} means. */
export const houseUid = "11111111-2222-3333-4444-555555555555";

/** A small stack file without a mistake; changed by hand in each test. */
export function house() {
  return {
    cluster: { context: "house", uid: houseUid, exposure: "direct" },
    phase: "coexist",
    domain: "example.org",
    pomerium: {
      version: "v0.33.1",
      loadBalancerIP: "192.168.0.172",
      coexistPort: 8443,
      session: "720h",
      identityProvider: { provider: "google", clientId: "client", clientSecret: sealed },
      storage: { pebble: { hostPath: "/data/pomerium", size: "2Gi" } },
    },
    certificates: {
      email: "root@example.org",
      zones: { "example.org": { cloudflare: { apiToken: sealed } } },
    },
    users: {
      admins: ["admin-user@gmail.com"],
      groups: { readers: ["alice@gmail.com"] } as Record<string, string[]>,
    },
    apps: {
      komga: {
        namespace: "komga",
        service: { name: "komga-svc", port: 25600 },
        access: { groups: ["readers"], api: ["/opds"] } as unknown,
      },
      wiki: { namespace: "wiki", service: { name: "wiki", port: 80 }, access: "admins" as unknown },
    } as Record<string, { namespace: string; service: object; access: unknown; host?: string }>,
    tunnels: {},
    accessTests: {
      strict: false,
      apps: {
        komga: [
          { allow: ["group:readers"], deny: ["stranger", "anonymous"] },
          { path: "/opds/v1.2", allow: ["anonymous"] },
        ],
        wiki: [{ deny: ["alice@gmail.com", "stranger", "anonymous"] }],
      } as Record<string, object[]>,
    },
  };
}

/** A public app, which must say so twice. */
export function publicApp(host: string) {
  return {
    namespace: "ddns",
    host,
    service: { name: "ddns", port: 8000 },
    access: { public: { consent: host } },
  };
}

export interface Project {
  directory: string;
  /** Writes a stack file, or another one under its own name. */
  write(stack: string, content: object): void;
  put(file: string, text: string): void;
  /** Commits all files of the folder. */
  commit(): void;
}

const made: string[] = [];

/** A separate project in a temporary folder, without a git repository until the first commit. */
export function makeProject(stacks: Readonly<Record<string, object>> = {}): Project {
  const directory = mkdtempSync(join(tmpdir(), "pomerium-migration-cli-"));
  made.push(directory);
  const git = (...args: string[]): void => {
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: directory,
      stdio: "ignore",
    });
  };
  const project: Project = {
    directory,
    put(file, text) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), text);
    },
    write(stack, content) {
      const config = Object.fromEntries(
        Object.entries(content).map(([key, value]) => [`pomerium-migration:${key}`, value]),
      );
      project.put(`Pulumi.${stack}.yaml`, stringify({ config }, { aliasDuplicateObjects: false }));
    },
    commit() {
      git("init", "--quiet");
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", "as it is");
    },
  };
  project.put("Pulumi.yaml", "name: pomerium-migration\nruntime: nodejs\n");
  for (const [stack, content] of Object.entries(stacks)) project.write(stack, content);
  return project;
}

/** A repository with the house as committed, and with a change that is not. */
export function changedHouse(change: (stack: ReturnType<typeof house>) => void = () => {}): Project {
  const project = makeProject({ house: house() });
  project.commit();
  const now = house();
  change(now);
  project.write("house", now);
  return project;
}

// Suites share projects, so that none of them can say when the last is done.
process.once("exit", () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** What the command line may need besides the project. */
export interface Outside {
  stdin?: string;
  colour?: boolean;
  live?: LiveState;
  /** In place of `live`. */
  readCluster?: Io["readCluster"];
  contexts?: readonly string[];
  openCluster?: Io["openCluster"];
  readCloudflare?: Io["readCloudflare"];
  readiness?: ReadinessRow[];
  readLog?: Io["readLog"];
}

/** Runs a command line in a project. */
export async function cli(
  { directory }: Pick<Project, "directory">,
  argv: readonly string[],
  {
    stdin = "",
    colour = false,
    live,
    readCluster,
    contexts,
    openCluster,
    readCloudflare,
    readiness,
    readLog,
  }: Outside = {},
): Promise<Ran> {
  const texts = { out: "", err: "" };
  const io: Io = {
    out: (text) => {
      texts.out += text;
    },
    err: (text) => {
      texts.err += text;
    },
    stdin: async () => stdin,
    input: async function* () {
      yield stdin;
    },
    now: () => new Date("2026-11-26T12:00:00Z"),
    cwd: directory,
    colour,
    errorColour: colour,
    contexts: async () => [...(contexts ?? [])],
    openCluster:
      openCluster ??
      (async () => {
        throw new Error("no test asked for a cluster");
      }),
    readCloudflare: readCloudflare ?? (async () => undefined),
    readCluster:
      readCluster ??
      (async () => {
        if (!live) throw new Error("no test asked for a cluster");
        return live;
      }),
    readLog:
      readLog ??
      (() => {
        throw new Error("no test asked for a log");
      }),
    readReadiness: async () => {
      if (!readiness) throw new Error("no test asked for a cluster");
      return readiness;
    },
  };
  const code = await run(argv, io);
  return { code, ...texts };
}

/** A cluster with these Ingresses and nothing else of interest. */
export function cluster(
  ingresses: LiveState["ingresses"],
  { uid = houseUid, settings }: { uid?: string; settings?: PomeriumStatus["settings"] } = {},
): LiveState {
  return {
    uid,
    ingresses,
    pomerium: settings === undefined ? {} : { settings },
  };
}

/** Objects of a cluster whose ingress-nginx serves wiki.example.org to everybody. */
export function wikiCluster(uid: string) {
  const backend = { service: { name: "wiki", port: { number: 80 } } };
  return [
    ...controllerObjects(),
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid } },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "wiki", name: "wiki" },
      spec: {
        ingressClassName: "nginx",
        rules: [{ host: "wiki.example.org", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      },
    },
  ];
}
