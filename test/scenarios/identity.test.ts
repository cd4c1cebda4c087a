import { strict as assert } from "node:assert";
import fc from "fast-check";
import { tunnelTarget } from "../../components/tunnels/live.ts";
import type { StackConfig } from "../../sandbox/stacks.ts";
import { stored } from "../support/snapshot.ts";
import { succeeded, useStage } from "../support/stage.ts";

interface App {
  namespace: string;
  host?: string;
  service: object;
  access: unknown;
  replaces?: unknown;
  tls?: { secretName: string };
}

/** The parts of alfred's stack file that the edits change. */
interface Values {
  domain: string;
  apps: Record<string, App>;
  tunnels: Record<string, { apps: string[]; extraRules?: object[] }>;
  accessTests: { apps: Record<string, unknown> };
}

/** Apps whose names and hosts may change. Each has a different Service. */
const movable = ["audiobookshelf", "home-assistant", "kubernetes-dashboard", "grafana"];

/** One edit of the stack file that leaves every app, host and tunnel in it. */
type Edit =
  | { kind: "rename app"; app: number; name: string }
  | { kind: "swap names"; app: number; other: number }
  | { kind: "swap hosts"; app: number; other: number }
  | { kind: "name the Secret"; app: number; secretName: string }
  | { kind: "rename tunnel"; name: string }
  | { kind: "reorder apps" };

const app = fc.nat(movable.length - 1);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant("rename app" as const),
    app,
    name: fc.constantFrom("books", "home", "boards", "a1"),
  }),
  fc.record({ kind: fc.constant("swap names" as const), app, other: app }),
  fc.record({ kind: fc.constant("swap hosts" as const), app, other: app }),
  fc.record({
    kind: fc.constant("name the Secret" as const),
    app,
    secretName: fc.constantFrom("served", "audiobookshelf-tls"),
  }),
  fc.record({ kind: fc.constant("rename tunnel" as const), name: fc.constantFrom("way-in", "edge") }),
  fc.record({ kind: fc.constant("reorder apps" as const) }),
);

/** A map with renamed keys, in the same order. */
function renamed<T>(map: Record<string, T>, names: Record<string, string>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [names[key] ?? key, value]));
}

function apply(values: Values, secrets: StackConfig["secrets"], change: Edit, byIndex: string[]): void {
  const rename = (names: Record<string, string>): void => {
    values.apps = renamed(values.apps, names);
    values.accessTests.apps = renamed(values.accessTests.apps, names);
    for (const tunnel of Object.values(values.tunnels))
      tunnel.apps = tunnel.apps.map((name) => names[name] ?? name);
    for (const [i, name] of byIndex.entries()) byIndex[i] = names[name] ?? name;
  };
  switch (change.kind) {
    case "rename app":
      if (!(change.name in values.apps)) rename({ [byIndex[change.app]!]: change.name });
      return;
    case "swap names": {
      const [one, two] = [byIndex[change.app]!, byIndex[change.other]!];
      rename({ [one]: two, [two]: one });
      return;
    }
    case "swap hosts": {
      const [one, two] = [values.apps[byIndex[change.app]!]!, values.apps[byIndex[change.other]!]!];
      [one.host, two.host] = [two.host!, one.host!];
      return;
    }
    case "name the Secret":
      values.apps[byIndex[change.app]!]!.tls = { secretName: change.secretName };
      return;
    case "rename tunnel": {
      const [name = ""] = Object.keys(values.tunnels);
      values.tunnels = renamed(values.tunnels, { [name]: change.name });
      for (const { path } of secrets) if (path[0] === "tunnels" && path[1] === name) path[1] = change.name;
      return;
    }
    case "reorder apps":
      values.apps = Object.fromEntries(Object.entries(values.apps).reverse());
  }
}

describe("edits of the stack file that rename, move and swap", function () {
  this.timeout(600_000);
  const { sandbox, workspace, configure } = useStage("alfred");
  const api = () => sandbox().cluster.api;

  // After ingress-nginx is removed, no nginx Ingress prevents a host from moving to another app.
  before(async () => {
    for (const phase of ["coexist", "cutover", "retired"] as const) {
      await configure(phase);
      succeeded(await workspace().up());
    }
  });

  it("never delete or replace an object that the stack file still asks for", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const [objects, account] = [await stored(api()), structuredClone(sandbox().cloudflare.state)];
        const { values } = await configure("retired", (config) => {
          const byIndex = [...movable];
          for (const change of edits) apply(config.values as never, config.secrets, change, byIndex);
        });
        succeeded(await workspace().up());
        const after = await stored(api());

        // An object with the same name before and after must be the same object.
        for (const [name, { metadata }] of after)
          assert.equal(metadata.uid, objects.get(name)?.metadata.uid ?? metadata.uid, `${name} was replaced`);

        const { apps, domain, tunnels } = values as unknown as Values;
        for (const [name, { namespace, host = `${name}.${domain}`, tls }] of Object.entries(apps)) {
          // A host keeps its Certificate and its Secret when its app is renamed.
          const secret = `secrets ${namespace}/${tls?.secretName ?? `${name}-tls`}`;
          assert.ok(after.has(secret), `${secret} is gone`);
          const ingress = after.get(`ingresses ${namespace}/${name}-pomerium-ingress`);
          assert.ok(ingress, `the Ingress of ${name} is gone`);
          // A record with the same id has not been replaced.
          const record = (state: typeof account) => state.records.filter((each) => each.name === host);
          if (Object.values(tunnels).some((tunnel) => tunnel.apps.includes(name))) {
            assert.equal(record(sandbox().cloudflare.state).length, 1, `${host} has no record, or several`);
            const [before] = record(account);
            const [now] = record(sandbox().cloudflare.state);
            if (before) assert.equal(now?.id, before.id, `the record of ${host} was replaced`);
          }
        }
        for (const { id } of account.tunnels.filter(({ deletedAt }) => !deletedAt)) {
          const tunnel = sandbox().cloudflare.state.tunnels.find((each) => each.id === id);
          assert.ok(tunnel && !tunnel.deletedAt, "the tunnel was deleted");
          assert.ok(
            sandbox().cloudflare.state.records.every(({ content }) => content === tunnelTarget(id)),
            "a record does not lead to the tunnel",
          );
        }
      }),
      { numRuns: 6, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: false },
    );
  });
});
