import type { ExportedObject } from "../../../discovery/exported.ts";
import { ExportedCluster } from "../../../discovery/exported-cluster.ts";
import { type Inventory, readInventory } from "../../../discovery/inventory.ts";
import { planStack } from "../../../discovery/plan.ts";
import type { Todo } from "../../../discovery/section.ts";
import { stackText } from "../../../discovery/stack-text.ts";
import { parseStack } from "../../../stack/load.ts";
import { secretsOf } from "../../../stack/schema.ts";
import type { Stack } from "../../../stack/stack.ts";
import { keyPath } from "../../../stack-file/paths.ts";
import { readStackFile } from "../../../stack-file/stack-file.ts";
import { decrypted, put, type Raw } from "../stack/base.ts";

export const inventoryOf = (objects: readonly ExportedObject[]): Promise<Inventory> =>
  readInventory(new ExportedCluster(objects));

/** A written stack file. */
export interface Written {
  text: string;
  todos: Todo[];
  /** Its values, unchecked. */
  raw: Raw;
}

/** The stack file that `init` writes for some objects. */
export async function written(objects: readonly ExportedObject[]): Promise<Written> {
  return writtenFrom(await inventoryOf(objects));
}

export function writtenFrom(inventory: Inventory): Written {
  const { text, todos } = stackText(planStack(inventory), {
    stack: "test",
    admins: [],
    source: "a test",
  });
  const { raw, problems } = readStackFile("Pulumi.test.yaml", text);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { text, todos, raw };
}

/** What a person would write for the to-dos that `check` names. */
const answers: Readonly<Record<string, unknown>> = {
  "cluster.context": "home",
  domain: "example.org",
  "pomerium.loadBalancerIP": "192.0.2.99",
  "pomerium.address.node": "192.0.2.10",
  "pomerium.identityProvider.provider": "google",
  "pomerium.identityProvider.clientId": "client",
  "pomerium.storage.pebble.node": "worker-a",
  "certificates.email": "admin@example.org",
  "users.admins": ["admin@example.org"],
};

/** The stack once a person has done what is listed, and nothing else. */
export function finished({ raw, todos }: Pick<Written, "raw" | "todos">): Stack {
  const done = structuredClone(raw);
  for (const { at } of todos.filter(({ stops }) => stops === "check")) {
    const answer =
      answers[at] ??
      (at.startsWith("certificates.zones") ? { cloudflare: {} } : undefined) ??
      (at.startsWith("ingressNginx.keep") ? "it stays" : undefined);
    if (answer === undefined) throw new Error(`no answer to ${at}`);
    put(done, at, answer);
  }
  for (const path of secretsOf(done)) put(done, keyPath(path), "a-secret");
  return parseStack("test", done, decrypted);
}
