import { strict as assert } from "node:assert";
import fc from "fast-check";
import { wantedIssuance } from "../../components/certificates/issuer-objects.ts";
import { canarySecret } from "../../components/certificates/issuer-spec.ts";
import { wantedCertificates } from "../../components/certificates/wanted.ts";
import { ingressName, openIngressName } from "../../components/cluster/names.ts";
import type { Phase } from "../../components/cluster/phase.ts";
import { recordHosts } from "../../components/tunnels/carried-hosts.ts";
import { accessRoutes } from "../../policies/access/routes.ts";
import { servicesBefore } from "../../sandbox/before/before.ts";
import { readInventory } from "../../sandbox/before/inventory.ts";
import { seed as seedCluster } from "../../sandbox/cluster/seed.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type StackConfig, stackFile } from "../../sandbox/stacks.ts";
import { loadFromFile, parseStack } from "../../stack/load.ts";
import { secretsOf } from "../../stack/schema.ts";
import type { Stack } from "../../stack/stack.ts";
import { keyPath } from "../../stack-file/paths.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import { type Stored, stored } from "../support/snapshot.ts";
import { anEdit, type Edit, type EditSpace, edited } from "../support/stack-edits.ts";
import { refusal, succeeded, useStage } from "../support/stage.ts";

/** Repeats a run: SEED=… in front of the test command. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

/** A namespace with the Services of all edited apps. */
const elsewhere = "elsewhere";

const otherTunnel = "b2a7ed00-5e1f-4a5e-9d57-0123456789ab";

interface Subject {
  stack: string;
  /** Apps that are edited. Each has another Service. */
  apps: string[];
  zones: string[];
  /** Phases in order, and how many lists of edits are tried in each. */
  phases: [phase: Phase, runs: number][];
}

const subjects: Subject[] = [
  {
    stack: "alfred",
    apps: ["audiobookshelf", "home-assistant", "kubernetes-dashboard", "grafana"],
    zones: ["very-very-dark-gray.top"],
    phases: [
      ["coexist", 0],
      ["cutover", 2],
      ["retired", 3],
    ],
  },
  {
    stack: "octavo",
    apps: ["komga", "grafana", "home-assistant", "navidrome"],
    zones: ["uu.am", "very-very-dark-gray.top"],
    phases: [["coexist", 1]],
  },
];

/** What a cluster and a Cloudflare account hold. */
interface World {
  objects: Map<string, Stored>;
  account: Sandbox["cloudflare"]["state"];
}

/** The stack of these values; undefined if the checks of the stack file refuse them. */
function stackOf(name: string, values: Record<string, unknown>): Stack | undefined {
  try {
    return parseStack(name, values, { missingSecrets: "warning" });
  } catch (error) {
    if (error instanceof StackFileError) return undefined;
    throw error;
  }
}

/** Objects that a stack asks for and that an edit may move, by their names in `stored`. */
function wantedObjects(stack: Stack): string[] {
  return [
    ...stack.apps.flatMap(({ name, namespace, access }) =>
      [ingressName(name), openIngressName(name)]
        .slice(0, accessRoutes(access).length)
        .map((object) => `ingresses ${namespace}/${object}`),
    ),
    ...wantedCertificates(stack).map(({ namespace, secretName }) => `secrets ${namespace}/${secretName}`),
    ...Object.keys(stack.certificates.zones).map(
      (zone) => `secrets ${stack.certificates.namespace}/${canarySecret(zone)}`,
    ),
    ...wantedIssuance(stack.certificates)
      .objects.filter(({ kind }) => kind === "Secret")
      .map(({ namespace, name }) => `secrets ${namespace}/${name}`),
  ];
}

/** Checks that what a stack still asks for is what it was before. */
function assertKept(stack: Stack, before: World, after: World): void {
  const wanted = new Set(wantedObjects(stack));
  for (const name of wanted) assert.ok(after.objects.has(name), `${name} is missing`);
  for (const [name, { metadata, spec }] of before.objects) {
    const now = after.objects.get(name);
    // An object of the same name must be the same object.
    if (now !== undefined) {
      assert.equal(now.metadata.uid, metadata.uid, `${name} was replaced`);
      continue;
    }
    const { secretName } = (spec ?? {}) as { secretName?: string };
    const means = secretName === undefined ? name : `secrets ${metadata.namespace}/${secretName}`;
    assert.match(name, /^(ingresses|certificates|secrets) /, `${name} was deleted`);
    assert.ok(!wanted.has(means), `${name} was deleted`);
  }
  for (const { id, deletedAt } of before.account.tunnels) {
    const now = after.account.tunnels.find((each) => each.id === id);
    assert.ok(deletedAt !== undefined || (now && now.deletedAt === undefined), `tunnel ${id} was deleted`);
  }
  for (const tunnel of stack.tunnels)
    for (const host of recordHosts(stack, tunnel)) {
      const [former, [now, ...others]] = [before, after].map(({ account }) =>
        account.records.filter(({ name }) => name === host),
      ) as [World["account"]["records"], World["account"]["records"]];
      assert.deepEqual(others, [], `${host} has several records`);
      assert.ok(now, `${host} has no record`);
      // A record with the same id has not been replaced.
      if (former[0]) assert.equal(now.id, former[0].id, `the record of ${host} was replaced`);
    }
}

for (const { stack: name, apps, zones, phases } of subjects)
  describe(`edits of ${name}'s stack file that rename, move and swap (SEED=${seed})`, function () {
    this.timeout(600_000);
    const file = loadFromFile(stackFile(name));
    const edits = file.apps.filter((app) => apps.includes(app.name));
    const services = servicesBefore(edits, readInventory(name));
    const places = [...new Set([...edits.map(({ namespace }) => namespace), elsewhere])];
    const { sandbox, workspace, configure } = useStage(name, async ({ cluster, cloudflare }) => {
      const copies = places.flatMap((namespace) =>
        services
          .filter((service) => service.namespace !== namespace)
          .map((service) => ({ ...service, namespace })),
      );
      await seedCluster(cluster, { services: copies, certManager: false });
      // Records made by hand do not move to another tunnel.
      cloudflare.state.records = [];
      const [tunnel] = cloudflare.state.tunnels;
      if (tunnel)
        cloudflare.state.tunnels.push({
          ...structuredClone(tunnel),
          id: otherTunnel,
          name: "other",
          config: { ingress: [{ service: "http_status:404" }] },
        });
    });

    const space: EditSpace = {
      apps: apps.length,
      namespaces: [elsewhere],
      zones,
      credentials: () => ({}),
    };
    const world = async (): Promise<World> => ({
      objects: await stored(sandbox().cluster.api),
      account: structuredClone(sandbox().cloudflare.state),
    });

    /** The stack file before the edits, with a second tunnel. */
    const prepare = ({ values }: StackConfig, phase: Phase): void => {
      const tunnels = values.tunnels as Record<string, object>;
      const [first] = Object.values(tunnels);
      tunnels.other = { ...first, tunnelId: otherTunnel, apps: [], extraRules: [], authenticate: false };
      if (Object.keys(tunnels).length === 2 && first !== undefined)
        Object.assign(first, { authenticate: file.tunnels[0]?.authenticate ?? false });
      // After ingress-nginx is removed, no nginx Ingress prevents a host from moving to another app.
      if (phase === "retired")
        for (const app of Object.values(values.apps as Record<string, Record<string, unknown>>)) {
          delete app.replaces;
          delete app.accept;
        }
    };

    /** Writes the stack file after the edits. Edits that its checks refuse are left out. */
    const edit = async (
      phase: Phase,
      list: readonly Edit[],
      begin = (config: StackConfig): void => prepare(config, phase),
    ): Promise<Stack> => {
      const config = await configure(phase, (config) => {
        begin(config);
        const known = new Map(config.secrets.map(({ path, value }) => [keyPath(path), value]));
        const token = config.secrets.find(({ path: [section] }) => section === "tunnels")?.value;
        let now = { values: config.values, names: [...apps] };
        for (const change of list) {
          const next = edited(now, change, space);
          if (stackOf(name, next.values) !== undefined) now = next;
        }
        config.values = now.values;
        config.secrets = secretsOf(now.values).map((path) => ({
          path,
          value: known.get(keyPath(path)) ?? token ?? `sandbox-${"0".repeat(32)}`,
        }));
      });
      const stack = stackOf(name, config.values);
      assert.ok(stack);
      return stack;
    };

    for (const [phase, numRuns] of phases)
      it(`never delete or replace an object that the stack file still asks for in phase ${phase}`, async () => {
        // Before ingress-nginx is removed, the apps must answer for what its Ingresses have.
        await edit(phase, [], (config) => prepare(config, "cutover"));
        succeeded(await workspace().up());
        if (numRuns === 0) return;
        let applied = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(anEdit(space), { minLength: 1, maxLength: 4 }), async (list) => {
            // The way back is an edit, too. It also gives each list of edits the same beginning.
            for (const each of [list, []]) {
              const before = await world();
              const stack = await edit(phase, each);
              const outcome = await workspace().up();
              if (outcome.errors.length === 0) {
                assertKept(stack, before, await world());
                if (each === list) applied += 1;
              } else {
                assert.match(refusal(outcome), /Nothing was changed\./);
                assert.deepEqual([...(await world()).objects.keys()], [...before.objects.keys()]);
              }
            }
          }),
          { numRuns, seed },
        );
        // In earlier phases, an nginx Ingress may forbid each list of edits.
        if (phase === "retired") assert.ok(applied > 0, "every list of edits was refused");
      });
  });
