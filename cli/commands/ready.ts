import type { ReadinessRow } from "../../components/cluster/readiness.ts";
import { readinessData, readinessTable } from "../../components/cluster/readiness-table.ts";
import { staysInCoexist } from "../../components/ingress-nginx/hybrid.ts";
import type { Stack } from "../../stack/stack.ts";
import { preview, setPhase } from "../../stack-file/commands.ts";
import { stackFileName } from "../../stack-file/file-name.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit } from "../exit.ts";
import { json } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import type { ReadyOptions } from "../usage/ready.ts";
import { stackNow } from "../view-by-name.ts";

/** What must still happen before the live cluster can go to `retired`. */
export const ready: Action<ReadyOptions> = {
  async run(args, options, io) {
    const project = projectOf(options, io);
    const stack = stackNow(project, stackIn(project, args[0]));
    if (stack.ingressNginx === undefined)
      throw new StackFileError(stackFileName(stack.name), [
        {
          at: "ingressNginx",
          message: "missing: the stack file does not describe an ingress-nginx to remove",
        },
      ]);
    const rows = await io.readReadiness(stack);
    const data = readinessData(rows);
    if (options.json) io.out(json("readiness", { stack: stack.name, ...data }));
    else
      io.out(
        readyText(
          stack,
          rows,
          data.ready,
          paint(io, data.ready ? "green" : "yellow", conclusion(stack, rows, data.ready)),
        ),
      );
    return data.ready ? exit.ok : exit.failed;
  },
};

/** The verdict in words. */
export function conclusion(
  stack: Pick<Stack, "ingressNginx">,
  rows: readonly ReadinessRow[],
  isReady: boolean,
): string {
  if (staysInCoexist(stack))
    return "stays in coexist on purpose (ingressNginx.stays), so nothing has to be ready";
  if (rows.length === 0) return "nothing of ingress-nginx has an effect any more";
  if (!isReady) return "not ready for retired";
  return rows.some(({ override }) => override !== undefined)
    ? "every gate holds, or is overridden"
    : "every gate holds";
}

/** The next step is a preview, because it also runs the checks that this command does not run. */
function nextStep({ name, phase }: Pick<Stack, "name" | "phase">): string[] {
  const head = "next, to see what retired would remove, or what else stands against it";
  if (phase === "retired") return [head, `    ${preview(name)}`];
  return [
    head,
    `    ${setPhase(name, "retired")} && ${preview(name)}`,
    "the stack file then says retired, and the next up removes; to only look, set the phase back",
    `    ${setPhase(name, phase)}`,
  ];
}

function readyText(
  stack: Pick<Stack, "name" | "phase">,
  rows: readonly ReadinessRow[],
  isReady: boolean,
  head: string,
): string {
  const fixes = rows.flatMap(({ items }) =>
    items.flatMap(({ ok, subject, fix }) => (ok || fix === undefined ? [] : [`${subject}\n    ${fix}`])),
  );
  return `${[
    `${stack.name}: ${head}`,
    ...(rows.length > 0 ? ["", ...readinessTable(rows)] : []),
    ...(fixes.length > 0 ? ["", ...fixes] : []),
    ...(isReady && rows.length > 0 ? ["", ...nextStep(stack)] : []),
  ].join("\n")}\n`;
}
