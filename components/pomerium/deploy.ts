import type * as pulumi from "@pulumi/pulumi";
import { type PomeriumEnvironment, pomeriumArgs } from "./args.ts";
import type { PomeriumConfig } from "./config.ts";
import { Pomerium } from "./Pomerium.ts";

/** Registers the stack's Pomerium. */
export function deployPomerium(
  config: PomeriumConfig,
  run: PomeriumEnvironment,
  opts: pulumi.ComponentResourceOptions,
): Pomerium {
  return new Pomerium("pomerium", pomeriumArgs(config, run), opts);
}
