import type * as pulumi from "@pulumi/pulumi";
import { idsOf } from "../cluster/objects.ts";
import { App } from "./App.ts";
import { type AppEnvironment, appArgs, verifyArgs } from "./args.ts";
import type { AppConfig } from "./config.ts";
import { Verify } from "./Verify.ts";

/** Registers the verify page, if an app of the stack is that page, and every app. */
export function deployApps(
  apps: readonly AppConfig[],
  run: AppEnvironment,
  opts: pulumi.ComponentResourceOptions,
): { resources: pulumi.Resource[]; urls: Record<string, pulumi.Output<string>> } {
  const verify = verifyArgs(apps, run);
  const pages = verify ? [new Verify("verify-service", verify, opts)] : [];
  const existing = idsOf(run.live.cluster.ingresses);
  const deployed = apps.map(
    (app) => [app.name, new App(app.name, appArgs(app, run, existing), opts)] as const,
  );
  return {
    resources: [...pages, ...deployed.map(([, app]) => app)],
    urls: Object.fromEntries(deployed.map(([name, { url }]) => [name, url])),
  };
}
