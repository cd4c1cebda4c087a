import { existsSync, writeFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { additions } from "../../discovery/additions.ts";
import { missingLines, missingUses } from "../../discovery/missing.ts";
import { type LeftOut, type Plan, planStack } from "../../discovery/plan.ts";
import type { Todo } from "../../discovery/section.ts";
import { stackText } from "../../discovery/stack-text.ts";
import { columns, indented, visible } from "../../report/text.ts";
import { rawFromFile } from "../../stack/load.ts";
import { stackFileName, stackOf } from "../../stack-file/file-name.ts";
import { isMap } from "../../stack-file/paths.ts";
import { counted, width } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { CliError, exit, UsageError } from "../exit.ts";
import type { Io } from "../io.ts";
import { json, type Paper } from "../output.ts";
import { directoryOf, stackPath } from "../project.ts";
import { readSource, refuseAnother, type Source } from "../source.ts";
import type { InitOptions } from "../usage/init.ts";

/** Writes the stack file of a cluster. */
export const init: Action<InitOptions> = {
  async run([name = ""], options, io) {
    const stack = stackOf(name);
    const directory = directoryOf(options, io);
    const path = stackPath({ directory }, stack);
    refuse(stack, options, existsSync(path));
    const source = await readSource(options, io);
    for (const problem of source.problems)
      io.err(`${paint({ colour: io.errorColour }, "yellow", "not read:")} ${visible(problem)}\n`);
    if (options.diff) {
      const raw = rawFromFile(path);
      refuseAnother(source, stack, isMap(raw.cluster) ? raw.cluster.uid : undefined);
      io.out(additions(raw, source.inventory));
      return exit.ok;
    }
    const plan = planStack(source.inventory, { cloudflare: await cloudflareOf(io) });
    const { text, todos } = stackText(plan, {
      stack,
      ...(source.context === undefined ? {} : { context: source.context }),
      ...(options.kubeconfig === undefined
        ? {}
        : { kubeconfig: fromFolder(directory, options.kubeconfig, io) }),
      admins: options.admin ?? [],
      source: source.name,
    });
    if (options.stdout) io.out(text);
    else writeFileSync(path, text, { flag: "wx" });
    const leftOut = [...plan.leftOut, ...plan.unserved].map(
      ({ host, ingress, why }): LeftOut => ({ host, ingress, why }),
    );
    const result = { stack, apps: plan.apps, leftOut, todos, isWritten: !options.stdout };
    if (options.json) io.out(initJson(result, source));
    else if (options.stdout) io.err(initText(result, source, { colour: io.errorColour }));
    else io.out(initText(result, source, io));
    return exit.ok;
  },
};

/** Refuses options that exclude each other, and to write over a file. */
function refuse(stack: string, { json, stdout, diff }: InitOptions, isThere: boolean): void {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack))
    throw new CliError(
      `"${visible(stack)}" is not a name of a stack: letters, digits, hyphens, dots and underscores`,
    );
  if (json && (stdout || diff))
    throw new UsageError(`--json and ${diff ? "--diff" : "--stdout"} exclude each other`);
  if (diff && !isThere)
    throw new CliError(`there is no ${stackFileName(stack)} yet; leave --diff out to write it`);
  if (isThere && !diff && !stdout)
    throw new CliError(
      `${stackFileName(stack)} exists, and is never overwritten; --diff prints what it lacks, --stdout what would be written`,
    );
}

/** A path of the command line, in the form for a file in another folder. */
function fromFolder(folder: string, path: string, { cwd }: Pick<Io, "cwd">): string {
  const meant = resolve(cwd, path);
  return isAbsolute(path) || resolve(folder, path) === meant ? path : relative(folder, meant);
}

/** The zones and tunnels at Cloudflare; undefined without a token. */
async function cloudflareOf(io: Io) {
  try {
    return await io.readCloudflare();
  } catch (error) {
    // By name: the class is in a module that is not needed without a token.
    if (!(error instanceof Error) || error.name !== "CloudflareError") throw error;
    throw new CliError(
      `${error.message}; the token in CLOUDFLARE_API_TOKEN needs Zone: Read and Cloudflare Tunnel: Read. Unset it to leave the tunnels out`,
    );
  }
}

interface Result {
  stack: string;
  apps: Plan["apps"];
  leftOut: readonly LeftOut[];
  todos: readonly Todo[];
  isWritten: boolean;
}

const stops: Record<Todo["stops"], string> = {
  check: "Left to do, and `check` names it:",
  preview: "Left to decide, before a preview goes through:",
  retired: "Left to do before the last phase:",
};

/** A wider key path does not widen the column. */
const widestPath = 36;

/** A task in one line if it fits, else below its key path. Commands are never broken. */
function listed({ at, message, command }: Todo): string[] {
  const line = `  ${visible(at).padEnd(widestPath)}  ${visible(message)}`;
  return [
    ...(width(line) <= columns ? [line] : [`  ${visible(at)}`, ...indented(visible(message), 4)]),
    ...(command === undefined ? [] : [`    ${visible(command)}`]),
  ];
}

function initJson({ stack, apps, todos, leftOut }: Result, { name, inventory }: Source): string {
  return json("init", {
    stack,
    file: stackFileName(stack),
    source: name,
    apps: apps.map(({ name: app, host, aliases }) => ({ app, host, aliases })),
    todos,
    leftOut,
    unknown: missingUses(inventory.missing).map(({ name: kind, unknown }) => ({ kind, unknown })),
  });
}

function initText({ stack, apps, leftOut, todos, isWritten }: Result, source: Source, paper: Paper): string {
  const head = `${isWritten ? `${stackFileName(stack)} is written` : stackFileName(stack)}: ${counted(apps.length, "app")} from ${visible(source.name)}`;
  const groups = Object.entries(stops).flatMap(([kind, title]) => {
    const own = todos.filter((each) => each.stops === kind);
    if (own.length === 0) return [];
    return ["", title, ...own.flatMap(listed)];
  });
  const missing = missingLines(source.inventory.missing);
  return `${[
    paint(paper, "bold", head),
    ...groups,
    ...(leftOut.length === 0
      ? []
      : [
          "",
          "No app takes over:",
          ...leftOut.flatMap(({ host, ingress, why }) => [
            ...indented(visible(`${host} (${ingress})`), 2),
            ...indented(visible(why), 4),
          ]),
        ]),
    ...(missing.length === 0 ? [] : ["", ...missing]),
    "",
    `Next: npx pomerium-migration check ${stack}`,
  ].join("\n")}\n`;
}
