import type { Row } from "../../components/cluster/readiness.ts";
import { readinessData, readinessTable } from "../../components/cluster/readiness-table.ts";
import type { Stack } from "../../stack/stack.ts";
import { preview, setPhase } from "../../stack-file/commands.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import { stackFileName } from "../../stack-file/stack-file.ts";
import type { Command } from "../command.ts";
import { exit } from "../exit.ts";
import { paint } from "../io.ts";
import { json } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import { stackNow } from "../views.ts";

/** What stands between the live cluster and `retired`. */
export const ready: Command = {
  name: "ready",
  summary: "whether the cluster is ready to leave ingress-nginx for good",
  args: "[stack]",
  most: 1,
  options: {
    json: { meaning: "for programs" },
  },
  notes: [
    "Looks at the live cluster, and writes to nothing. A row is a gate, which `ingressNginx.override` can override by",
    "its name, or the protections that the apps' nginx Ingresses have and Pomerium has not. Exits with 1 while it is",
    "not ready.",
  ],
  async run(input, io) {
    const project = projectOf(input, io);
    const stack = stackNow(project, stackIn(project, input.args[0]));
    if (stack.ingressNginx === undefined)
      throw new StackFileError(stackFileName(stack.name), [
        {
          at: "ingressNginx",
          message: "missing: the stack file speaks of no ingress-nginx that the cluster could leave",
        },
      ]);
    const rows = await io.readReadiness(stack);
    const data = readinessData(rows);
    if (input.flag("json")) io.out(json("readiness", { stack: stack.name, ...data }));
    else
      io.out(
        told(stack, rows, data.ready, paint(io, data.ready ? "green" : "yellow", verdict(rows, data.ready))),
      );
    return data.ready ? exit.ok : exit.failed;
  },
};

function verdict(rows: readonly Row[], isReady: boolean): string {
  if (rows.length === 0) return "nothing of ingress-nginx has an effect any more";
  if (!isReady) return "not ready for retired";
  return rows.some(({ override }) => override !== undefined)
    ? "every gate holds, or is overridden"
    : "every gate holds";
}

/** What only a preview knows is not said here: whether the rest of the stack file is fit for it, for one. */
function nextStep({ name, phase }: Pick<Stack, "name" | "phase">): string {
  const commands = [...(phase === "retired" ? [] : [setPhase(name, "retired")]), preview(name)];
  return `next, to see what retired would remove, or what else stands against it\n    ${commands.join(" && ")}`;
}

function told(
  stack: Pick<Stack, "name" | "phase">,
  rows: readonly Row[],
  isReady: boolean,
  head: string,
): string {
  const mends = rows.flatMap(({ items }) =>
    items.flatMap(({ ok, subject, mend }) => (ok || mend === undefined ? [] : [`${subject}\n    ${mend}`])),
  );
  return `${[
    `${stack.name}: ${head}`,
    ...(rows.length > 0 ? ["", ...readinessTable(rows)] : []),
    ...(mends.length > 0 ? ["", ...mends] : []),
    ...(isReady && rows.length > 0 ? ["", nextStep(stack)] : []),
  ].join("\n")}\n`;
}
