import type { Action, Usage } from "./command.ts";
import { access } from "./usage/access.ts";
import { audit } from "./usage/audit.ts";
import { catalogue } from "./usage/catalogue.ts";
import { check } from "./usage/check.ts";
import { comment } from "./usage/comment.ts";
import { compare } from "./usage/compare.ts";
import { diff } from "./usage/diff.ts";
import { fleet } from "./usage/fleet.ts";
import { guard } from "./usage/guard.ts";
import { init } from "./usage/init.ts";
import { lint } from "./usage/lint.ts";
import { logs } from "./usage/logs.ts";
import { paths } from "./usage/paths.ts";
import { ready } from "./usage/ready.ts";
import { report } from "./usage/report.ts";
import { test } from "./usage/test.ts";
import { why } from "./usage/why.ts";

/** One command of the program. */
export interface Subcommand {
  usage: Usage;
  /** Loads what the command does. Help and a shell's completion do without it, so they are fast. */
  load(): Promise<Action<never>>;
}

/** All commands, in the order of the help. */
export const subcommands: readonly Subcommand[] = [
  { usage: audit, load: async () => (await import("./commands/audit.ts")).audit },
  { usage: init, load: async () => (await import("./commands/init.ts")).init },
  { usage: check, load: async () => (await import("./commands/check.ts")).check },
  { usage: access, load: async () => (await import("./commands/access.ts")).access },
  { usage: why, load: async () => (await import("./commands/why.ts")).why },
  { usage: test, load: async () => (await import("./commands/test.ts")).test },
  { usage: diff, load: async () => (await import("./commands/diff.ts")).diff },
  { usage: compare, load: async () => (await import("./commands/compare.ts")).compare },
  { usage: ready, load: async () => (await import("./commands/ready.ts")).ready },
  { usage: report, load: async () => (await import("./commands/report.ts")).report },
  { usage: fleet, load: async () => (await import("./commands/fleet.ts")).fleet },
  { usage: logs, load: async () => (await import("./commands/logs.ts")).logs },
  { usage: lint, load: async () => (await import("./commands/lint.ts")).lint },
  { usage: paths, load: async () => (await import("./commands/paths.ts")).paths },
  { usage: guard, load: async () => (await import("./commands/guard.ts")).guard },
  { usage: comment, load: async () => (await import("./commands/comment.ts")).comment },
  { usage: catalogue, load: async () => (await import("./commands/catalogue.ts")).catalogue },
];
