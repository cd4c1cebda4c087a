import { builtIn, onGitHub } from "../entry.ts";

const mealieRoutes = onGitHub("mealie-recipes/mealie", "mealie/routes/__init__.py");

const actualServer = onGitHub("actualbudget/actual", "packages/sync-server/src/app.ts");

const actualSync = onGitHub("actualbudget/actual", "packages/sync-server/src/app-sync.ts");

/** Apps for recipes and money, besides Firefly III. */
export const household = {
  mealie: builtIn({
    title: "Mealie, recipes",
    api: [
      {
        path: "/api",
        reason:
          "calls of mobile apps and Home Assistant, with a token; sign-in, information, public groups and pictures of recipes answer without",
        source: mealieRoutes,
      },
    ],
    clients: [
      {
        name: "mobile apps, shortcuts and Home Assistant",
        through: ["/api"],
        source: onGitHub("mealie-recipes/mealie", "docs/docs/documentation/community-guide/ios.md"),
      },
    ],
    needs: [
      {
        reason: "ALLOW_SIGNUP stays off, and groups stay private, while /api is open",
        source: onGitHub(
          "mealie-recipes/mealie",
          "docs/docs/documentation/getting-started/installation/backend-config.md",
        ),
      },
    ],
    route: {},
    why: {},
    health: { path: "/api/app/about", source: mealieRoutes },
  }),
  actual: builtIn({
    title: "Actual, budgets",
    leftOut: [
      {
        path: "/sync",
        reason: "the desktop app and scripts call it, with a session token; open it where they are used",
        source: actualSync,
      },
      {
        path: "/account",
        reason:
          "where the desktop app and scripts sign in; open it together with /sync, once a password is set",
        source: actualServer,
        unsure: true,
      },
    ],
    neverOpen: [
      { path: "/metrics", reason: "measurements of the server, sent to anybody", source: actualServer },
      { path: "/info", reason: "information about the server, sent to anybody", source: actualServer },
      { path: "/admin", reason: "administration; no client needs it", source: actualServer },
      { path: "/secret", reason: "secrets of the server; no client needs it", source: actualServer },
    ],
    clients: [{ name: "the desktop app and scripts", through: ["/sync", "/account"], source: actualSync }],
    route: {},
    why: {},
    health: { path: "/health", source: actualServer },
  }),
};
