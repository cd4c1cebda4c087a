import type { AppConfig } from "../../components/apps/config.ts";
import { isPathless } from "../../components/apps/ingress.ts";
import { ownerOf, type Place, placesOf } from "../../components/apps/places.ts";
import { pomeriumPath, sampleHost } from "../../components/ingress-nginx/traffic.ts";
import { anonymous, type Decider, decider } from "../../policies/access/matrix/decider.ts";
import { isOwnPath } from "../../policies/access/own-paths.ts";
import { type ApiPath, allOpenPaths } from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import { viewOfStack } from "../../stack/access-view.ts";
import type { Stack } from "../../stack/stack.ts";

/** Why a request is sent. */
export type Purpose =
  | "site"
  | "path"
  | "open path"
  | "near miss"
  | "websocket"
  | "preflight"
  | "slow"
  | "upload"
  | "sign-in pages";

/**
 * What the stack file says of an anonymous caller. `app`: the app answers. `sign-in`: the sign-in page. `closed`: no
 * answer of the app. `unknown`: a policy decides it by something that is not known here. `pomerium`: Pomerium itself
 * answers.
 */
export type Expectation = "app" | "sign-in" | "closed" | "unknown" | "pomerium";

/** One request, to be sent to one or both addresses. */
export interface Question {
  /** A whole host name; for a wildcard, one that it stands for. */
  host: string;
  purpose: Purpose;
  method: "GET" | "OPTIONS" | "POST";
  path: string;
  expected: Expectation;
  /** Whether the old address has something to compare with. */
  asksOld: boolean;
}

/** A host of the stack file and what it is asked. */
export interface HostPlan {
  /** As in the stack file, also a wildcard. */
  host: string;
  /** Key of its app; absent for the host of the sign-in pages. */
  app?: string;
  /** Key path of the app. */
  at: string;
  /** Whether the app names Ingresses of ingress-nginx that it takes over from. */
  replaces: boolean;
  questions: Question[];
  /** Places of the app, to find the settings of a path. */
  places: readonly Place[];
  /** Why the host is not compared. */
  skipped?: string;
}

export interface AskOptions {
  /** Hosts of the stack file. Default: all. */
  hosts?: readonly string[] | undefined;
  /** Further paths to ask at every host. */
  paths?: readonly string[] | undefined;
  /** Paths whose answers are held open. */
  slow?: readonly string[] | undefined;
  /** Whether something is uploaded to paths that are open to anybody. */
  upload?: boolean | undefined;
}

/** The parts of a stack that the questions depend on. */
export type AskedStack = Pick<Stack, "apps" | "pomerium" | "directory" | "isolation">;

/** Last part of a made-up path. No app has it, so an upload there is not stored. */
const madeUp = "pomerium-migration-compare";

/** Plans the requests of every host: pure, so that their number is known before the first one is sent. */
export function planQuestions(stack: AskedStack, options: AskOptions = {}): HostPlan[] {
  const { apps } = viewOfStack("now", stack as Stack);
  const isAsked = (host: string): boolean => options.hosts === undefined || options.hosts.includes(host);
  const { authenticateHost } = stack.pomerium;
  const signIn: HostPlan[] = isAsked(authenticateHost)
    ? [
        {
          host: authenticateHost,
          at: "pomerium",
          replaces: false,
          places: [],
          questions: [
            {
              ...{ host: authenticateHost, purpose: "sign-in pages", method: "GET", path: pomeriumPath },
              ...{ expected: "pomerium", asksOld: false },
            },
          ],
        },
      ]
    : [];
  return [
    ...stack.apps.flatMap((app, i) =>
      isAsked(app.host) ? [planOfApp(app, decider(apps[i]!), options)] : [],
    ),
    ...signIn,
  ];
}

function planOfApp(app: AppConfig, deciding: Decider, options: AskOptions): HostPlan {
  const places = placesOf(app);
  const plan = {
    ...{ host: app.host, app: app.key, at: app.at, replaces: app.replaces.length > 0, places },
  };
  if (isPathless(app.route))
    return { ...plan, questions: [], skipped: "a stream of bytes: it cannot be compared by HTTP requests" };
  const host = sampleHost(app.host);
  const expect = (path: string, method: string): Expectation =>
    expectation(deciding, path, method, ownerOf(path, places)!);
  const ask = (
    purpose: Purpose,
    path: string,
    { method = "GET", asksOld = true }: { method?: Question["method"]; asksOld?: boolean } = {},
  ): Question => ({ host, purpose, method, path, expected: expect(path, method), asksOld });

  const open = allOpenPaths(app);
  const own = app.paths.filter(({ access }) => access?.kind !== "public");
  const upgrades = ["/", ...[...open, ...own].map(({ path }) => path).filter(looksLikeWebSocket)];
  const questions = [
    ask("site", "/"),
    ...own.map(({ path }) => ask("path", path)),
    ...open.map(({ path }) => ask("open path", path)),
    ...open.flatMap((path) => {
      const near = ask("near miss", nearMiss(path), { asksOld: true });
      return isClosed(near.expected) ? [near] : [];
    }),
    ...upgrades.map((path) => ask("websocket", path)),
    preflight(ask("preflight", "/", { method: "OPTIONS" }), app.route),
    ...(options.slow ?? []).map((path) => ask("slow", path)),
    ...(options.upload ? uploadPaths(app, open) : []).map((path) => ask("upload", path, { method: "POST" })),
  ].filter(({ path }) => !isOwnPath(path));
  // A path of `--path` is asked for, even if Pomerium answers it itself.
  const [site, ...rest] = questions;
  const named = (options.paths ?? []).map((path) => ask("path", path));
  return { ...plan, questions: unique([site!, ...named, ...rest]) };
}

/**
 * A path beside an open one, which the open path must not open: `/apixyz` for `/api`, and `/login/x` for the single
 * path `/login`.
 */
export function nearMiss({ path, exact }: Pick<ApiPath, "path" | "exact">): string {
  const bare = path.replace(/\/$/, "");
  return exact && bare === path ? `${bare}/xyz` : `${bare}xyz`;
}

/** Whether the end of a path is a usual name of a WebSocket's endpoint. */
function looksLikeWebSocket(path: string): boolean {
  return /\/(?:ws|websockets?|socket\.io|sockjs|hubs?|live)\/?$/i.test(path);
}

/** Made-up paths that anybody may call. A path that is open alone has nothing below it. */
function uploadPaths(app: Pick<AppConfig, "access">, open: readonly ApiPath[]): string[] {
  if (app.access.kind === "public") return [`/${madeUp}`];
  const below = open.filter(({ exact }) => !exact).map(({ path }) => `${path.replace(/\/$/, "")}/${madeUp}`);
  return below.slice(0, 1);
}

/** With this setting, Pomerium lets the browser's question pass to the app. */
function preflight(question: Question, { cors_allow_preflight: passes }: Route): Question {
  return passes ? { ...question, expected: "app" } : question;
}

const isClosed = (expected: Expectation): boolean => expected === "sign-in" || expected === "closed";

function expectation(deciding: Decider, path: string, method: string, place: Place): Expectation {
  const { decision, criterion } = deciding.verdict(anonymous, { path, method });
  if (criterion === "own path") return "pomerium";
  if (decision === "allow") return "app";
  if (decision === "unknown") return "unknown";
  // To the clients of an MCP server, Pomerium answers 401.
  return place.access.kind === "people" && !place.route.mcp_server ? "sign-in" : "closed";
}

/** Each request once. The same path may be asked for another reason only if that sends another request. */
function unique(questions: readonly Question[]): Question[] {
  const idOf = ({ purpose, method, path }: Question): string =>
    `${purpose === "websocket" || purpose === "slow" ? purpose : ""} ${method} ${path}`;
  return [...Map.groupBy(questions, idOf).values()].flatMap(([first]) => first ?? []);
}

/** Number of requests that the plans send. */
export function requestsOf(plans: readonly HostPlan[]): number {
  return plans.flatMap(({ questions }) => questions).reduce((sum, { asksOld }) => sum + (asksOld ? 2 : 1), 0);
}
