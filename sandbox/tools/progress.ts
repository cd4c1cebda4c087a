/** How far a build is, and how long the rest takes. */

/** Progress of a build. Sent after each change, and once a second in between. */
export interface BuildProgress {
  /** For example "building kube-apiserver". */
  task: string;
  /** Number of the current task, from 1 to `steps`. */
  step: number;
  steps: number;
  /** Number of packages compiled so far for the current program. */
  packages?: number;
  /** Time since the start of the build, in milliseconds. */
  elapsedMs: number;
  /** Estimated remaining time in milliseconds, from the speed so far. At first, from the speed of two idle cores. */
  remainingMs?: number;
}

/** One task of a build. The tasks are in an order in which no package is compiled twice. */
export interface Task {
  title: string;
  /** Expected time on two idle cores. */
  seconds: number;
  run(onPackage: (name: string) => void): Promise<void>;
}

/** Runs the tasks one after another, and reports the progress. */
export async function perform(
  tasks: readonly Task[],
  onProgress: (progress: BuildProgress) => void,
  began: number,
): Promise<void> {
  const seconds = (some: readonly Task[]): number => some.reduce((sum, task) => sum + task.seconds, 0);
  for (const [index, task] of tasks.entries()) {
    const started = Date.now();
    const done = seconds(tasks.slice(0, index));
    /** Milliseconds that this machine needs for one expected second. */
    const pace = done > 0 ? (started - began) / done : 1000;
    let packages = 0;
    const report = (): void => {
      // A task that takes longer than expected counts as 90 % done until it ends.
      const share = Math.min(0.9, (Date.now() - started) / (task.seconds * pace));
      const left = (1 - share) * task.seconds + seconds(tasks.slice(index + 1));
      onProgress({
        task: task.title,
        step: index + 1,
        steps: tasks.length,
        packages,
        elapsedMs: Date.now() - began,
        remainingMs: left * pace,
      });
    };
    report();
    const ticker = setInterval(report, 1000);
    try {
      await task.run((line) => {
        // Go prints each package that it compiles on a separate line.
        if (!line.includes(" ")) packages += 1;
      });
    } finally {
      clearInterval(ticker);
    }
  }
}

/** For example `building kube-apiserver (312 packages) · 3 of 8 · 2 min 13 s · about 4 min left`. */
export function describeProgress(progress: BuildProgress): string {
  const { task, step, steps, packages, elapsedMs, remainingMs } = progress;
  return [
    packages ? `${task} (${packages} packages)` : task,
    `${step} of ${steps}`,
    describeDuration(elapsedMs),
    ...(remainingMs === undefined ? [] : [`about ${Math.max(1, Math.round(remainingMs / 60_000))} min left`]),
  ].join(" · ");
}

/** For example `59 s` or `2 min 13 s`. */
export function describeDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
