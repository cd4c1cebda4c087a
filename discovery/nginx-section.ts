import { kubectl } from "../components/cluster/commands.ts";
import { objectId } from "../components/cluster/objects.ts";
import type { PathPart } from "../stack-file/paths.ts";
import type { Comment } from "./commented-yaml.ts";
import type { Controller, Inventory } from "./inventory.ts";
import type { Plan } from "./plan.ts";
import type { Section, Todo } from "./section.ts";

/** The section about ingress-nginx; undefined if the cluster has none of it. */
export function nginxSection(
  { inventory: { controllers, nginx } }: Plan,
  cluster: { context?: string },
): Section | undefined {
  const running = controllers.filter(({ workload }) => workload !== undefined);
  const nameless = running.filter(({ installation }) => installation === undefined);
  const [first, ...others] = uniqueInstallations(running);
  if (first === undefined && nameless.length === 0) return undefined;
  const comments: Comment[] = [];
  const todos: Todo[] = [];
  const oneLine: (readonly PathPart[])[] = others.map((_, i) => ["also", i]);
  const address = running.find(({ installation }) => installation === first?.installation)?.service
    ?.addresses?.[0];
  const value: Record<string, unknown> = {
    ...(first === undefined ? {} : namedAs(first)),
    ...(others.length === 0 ? {} : { also: others.map(namedAs) }),
    ...(nameless.length === 0
      ? {}
      : { keep: Object.fromEntries(nameless.map((each) => [objectId(each.workload!), null])) }),
    ...(address === undefined ? {} : { address }),
  };
  for (const each of nameless) {
    const id = objectId(each.workload!);
    comments.push({
      path: ["keep", id],
      place: "beside",
      text: "TO DO: why it stays; its objects carry no label by which this program could remove them",
    });
    todos.push({
      at: `ingressNginx.keep["${id}"]`,
      message: `why ${id} stays, since its objects carry no label to know them by`,
      stops: "check",
    });
  }
  const firstKey = Object.keys(value)[0];
  const before = (text: string): void => {
    if (firstKey !== undefined) comments.push({ path: [firstKey], place: "before", text });
  };
  if (first?.installation !== undefined && "manifest" in first.installation.from)
    before("Applied from upstream's static manifest, judged by its labels and the type of its Service.");
  for (const { note, todo } of [...withInstallers(nginx, cluster), ...withStreams(nginx)]) {
    before(note);
    todos.push(todo);
  }
  return { value, comments, oneLine, todos };
}

interface NotedTodo {
  note: string;
  todo: Todo;
}

/** The objects that would put ingress-nginx back after its removal. */
function withInstallers({ installers }: Inventory["nginx"], cluster: { context?: string }): NotedTodo[] {
  return installers
    .filter(({ isSuspended }) => !isSuspended)
    .map(({ label, note, command }) => ({
      note: `${label} installs it: ${note}.`,
      todo: {
        at: "ingressNginx",
        message: `${label} would put ingress-nginx back`,
        command: kubectl(cluster, command),
        stops: "retired",
      },
    }));
}

/** The TCP and UDP ports that ingress-nginx passes on. */
function withStreams({ streams }: Inventory["nginx"]): NotedTodo[] {
  return streams.map(({ protocol, port, backend }) => {
    const name = `${protocol.toLowerCase()}/${port}`;
    return {
      note: `DECIDE: ${name} leads to ${backend}, and goes with ingress-nginx. Give its Service a load balancer of its own, or add abandon: {${name}: <why nobody needs it>}.`,
      todo: {
        at: "ingressNginx.abandon",
        message: `where ${name} leads when ingress-nginx is gone (today ${backend})`,
        stops: "retired",
      },
    };
  });
}

const namespaceByDefault = "ingress-nginx";

function namedAs({ installation }: Controller): Record<string, unknown> {
  const { namespace, from } = installation!;
  return { ...from, ...(namespace === namespaceByDefault ? {} : { namespace }) };
}

/** One controller for each installation. A chart may run several workloads. */
function uniqueInstallations(controllers: readonly Controller[]): Controller[] {
  const named = controllers.filter(({ installation }) => installation !== undefined);
  return [...new Map(named.map((each) => [JSON.stringify(each.installation), each])).values()];
}
