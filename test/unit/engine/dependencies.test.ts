import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  deletionRounds,
  dependencyGraph,
  withDependents,
  withoutReferences,
} from "../../../sandbox/engine/dependencies.ts";
import type { ResourceState } from "../../../sandbox/engine/state.ts";

function resource(name: string, more: Partial<ResourceState> = {}): ResourceState {
  return {
    urn: name,
    type: "a:b:C",
    custom: true,
    id: name,
    inputs: {},
    outputs: {},
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
    ...more,
  };
}

const names = (rounds: ResourceState[][]): string[][] =>
  rounds.map((round) => round.map(({ urn }) => urn).sort());

/** A state in which each resource may need, be below, or be provided by any that came before it. */
const states = fc
  .array(fc.record({ picks: fc.array(fc.nat(), { maxLength: 4 }), custom: fc.boolean() }), { maxLength: 25 })
  .map((seeds) => {
    const resources: ResourceState[] = [];
    for (const [index, { picks, custom }] of seeds.entries()) {
      const earlier = (pick: number | undefined): string | undefined =>
        pick === undefined || index === 0 ? undefined : `r${pick % index}`;
      const parent = earlier(picks[0]);
      const provider = earlier(picks[1]);
      const dependency = earlier(picks[2]);
      const property = earlier(picks[3]);
      resources.push(
        resource(`r${index}`, {
          custom,
          ...(parent ? { parent } : {}),
          ...(provider ? { provider: `${provider}::id` } : {}),
          dependencies: dependency ? [dependency] : [],
          propertyDependencies: property ? { a: [property] } : {},
        }),
      );
    }
    return resources;
  });

describe("deletions", () => {
  it("take each resource once, and everything before what it needs", () => {
    fc.assert(
      fc.property(states, fc.infiniteStream(fc.boolean()), (resources, coins) => {
        const condemned = new Set(resources.filter(() => coins.next().value === true));
        const rounds = deletionRounds(resources, condemned);
        assert.equal(rounds.flat().length, condemned.size);
        assert.deepEqual(new Set(rounds.flat()), condemned);
        const roundOf = new Map(
          rounds.flatMap((round, index) => round.map((each) => [each, index] as const)),
        );
        for (const [each, needs] of dependencyGraph(resources)) {
          for (const need of needs) {
            if (condemned.has(each) && condemned.has(need)) {
              assert.ok(
                (roundOf.get(each) ?? 0) < (roundOf.get(need) ?? 0),
                `${each.urn} goes before ${need.urn}`,
              );
            }
          }
        }
      }),
    );
  });

  it("take children before parents, and a provider's resources before the provider", () => {
    const resources = [
      resource("stack", { custom: false }),
      resource("provider", { parent: "stack" }),
      resource("component", { custom: false, parent: "stack" }),
      resource("child", { parent: "component", provider: "provider::id" }),
    ];
    assert.deepEqual(names(deletionRounds(resources, new Set(resources))), [
      ["child"],
      ["component", "provider"],
      ["stack"],
    ]);
  });

  it("take what waited for a component before what the component holds", () => {
    const resources = [
      resource("component", { custom: false }),
      resource("inner", { custom: false, parent: "component" }),
      resource("deployment", { parent: "inner" }),
      resource("settings", { dependencies: ["component"] }),
    ];
    const rounds = names(deletionRounds(resources, new Set(resources)));
    assert.deepEqual(rounds[0], ["settings"]);
  });

  it("keep a replaced resource apart from its replacement of the same name", () => {
    const replacement = resource("web");
    const dependent = resource("dependent", { dependencies: ["web"] });
    const replaced = resource("web", { condemned: true });
    const rounds = deletionRounds([replacement, dependent, replaced], new Set([replaced]));
    assert.deepEqual(rounds, [[replaced]]);
    assert.ok(dependencyGraph([replacement, replaced, dependent]).get(dependent)?.has(replacement));
    assert.ok(!dependencyGraph([replacement, replaced, dependent]).get(dependent)?.has(replaced));
  });

  it("with dependents, leave nothing that needs what goes", () => {
    fc.assert(
      fc.property(states, fc.nat(), (resources, pick) => {
        fc.pre(resources.length > 0);
        const root = resources[pick % resources.length] as ResourceState;
        const going = withDependents(resources, new Set([root]));
        assert.ok(going.has(root));
        for (const [each, needs] of dependencyGraph(resources)) {
          for (const need of needs) {
            assert.ok(!going.has(need) || going.has(each), `${each.urn} would be left without ${need.urn}`);
          }
        }
      }),
    );
  });

  it("leave no mention of what is gone", () => {
    const left = withoutReferences(
      resource("left", {
        dependencies: ["gone", "kept"],
        propertyDependencies: { a: ["gone"] },
        deletedWith: "gone",
      }),
      new Set(["gone"]),
    );
    assert.ok(!JSON.stringify(left).includes("gone"));
    assert.deepEqual(left.dependencies, ["kept"]);
  });
});
