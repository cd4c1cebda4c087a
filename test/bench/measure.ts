import { readFileSync } from "node:fs";

/** Cost of one measured piece of work. */
export interface Cost {
  /** Milliseconds from its beginning to its end. */
  wall: number;
  /** CPU milliseconds of the processes that ended in it. Undefined where the system does not tell. */
  cpu: number | undefined;
}

/** CPU milliseconds of all ended child processes, and of those that they have waited for. Only Linux tells. */
function cpuOfChildren(): number | undefined {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // In ticks of 10 ms.
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return undefined;
  }
}

export async function costOf(work: () => unknown): Promise<Cost> {
  const [began, cpuBefore] = [performance.now(), cpuOfChildren()];
  await work();
  const cpu = cpuOfChildren();
  return {
    wall: Math.round(performance.now() - began),
    cpu: cpu === undefined || cpuBefore === undefined ? undefined : cpu - cpuBefore,
  };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** The median cost of several runs. */
export function medianCost(costs: readonly Cost[]): Cost {
  const cpu = costs.flatMap((cost) => (cost.cpu === undefined ? [] : [cost.cpu]));
  return {
    wall: median(costs.map(({ wall }) => wall)),
    cpu: cpu.length === 0 ? undefined : median(cpu),
  };
}

/**
 * Runs pieces of work in turn, so that a slow moment of the machine hits all of them.
 *
 * @returns The median cost of each.
 */
export async function interleaved<K extends string>(
  rounds: number,
  works: Readonly<Record<K, () => unknown>>,
): Promise<Record<K, Cost>> {
  const names = Object.keys(works) as K[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<K, Cost[]>;
  for (let round = 0; round < rounds; round++)
    for (const name of names) costs[name].push(await costOf(works[name]));
  return Object.fromEntries(names.map((name) => [name, medianCost(costs[name])])) as Record<K, Cost>;
}

/** How many times as much one cost is as another: in time, and in CPU time where the system tells it. */
export function ratio(one: Cost, other: Cost): { wall: number; cpu?: number } {
  const wall = one.wall / other.wall;
  return one.cpu === undefined || other.cpu === undefined ? { wall } : { wall, cpu: one.cpu / other.cpu };
}

/** A ratio for people. */
export const times = ({ wall, cpu }: ReturnType<typeof ratio>): string =>
  `${wall.toFixed(2)}${cpu === undefined ? "" : `, CPU ${cpu.toFixed(2)}`}`;

/** A cost for people. */
export const shown = ({ wall, cpu }: Cost): string =>
  `${(wall / 1000).toFixed(2)} s${cpu === undefined ? "" : `, CPU ${(cpu / 1000).toFixed(2)} s`}`;
