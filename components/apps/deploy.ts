import type * as pulumi from "@pulumi/pulumi";
import { idsOf } from "../cluster/objects.ts";
import { sent } from "../cluster/sent.ts";
import { App } from "./App.ts";
import { type AppEnvironment, appArgs, verifyArgs } from "./args.ts";
import type { AppConfig } from "./config.ts";
import { Verify } from "./Verify.ts";

/** Registers the verify page, if an app of the stack is that page, and every app. */
export async function deployApps(
  apps: readonly AppConfig[],
  run: AppEnvironment,
  opts: pulumi.ComponentResourceOptions,
): Promise<{ resources: pulumi.Resource[]; urls: Record<string, pulumi.Output<string>> }> {
  const verify = verifyArgs(apps, run);
  const resources: pulumi.Resource[] = verify ? [new Verify("verify-service", verify, opts)] : [];
  const existing = idsOf(run.live.cluster.ingresses);
  const urls: Record<string, pulumi.Output<string>> = {};
  for (const app of apps) {
    const deployed = await sent(new App(app.name, appArgs(app, run, existing), opts));
    resources.push(deployed);
    urls[app.name] = deployed.url;
  }
  return { resources, urls };
}
