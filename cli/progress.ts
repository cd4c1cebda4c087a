import type { Io } from "./io.ts";

/** Work that takes longer than this is announced, in milliseconds. Then its progress is shown every few seconds. */
const noticeable = 1000;
const often = 5000;

/** Reports how much of the work is done. */
export type Progress = (done: number, all: number, what: string) => void;

/** Does work that may take long, and then shows its progress on standard error. */
export async function withNotice<T>(
  text: string,
  io: Pick<Io, "err">,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  let last: number | undefined;
  const notice = setTimeout(() => {
    last = performance.now();
    io.err(`${text} …\n`);
  }, noticeable);
  try {
    return await work((done, all, what) => {
      if (last === undefined || performance.now() - last < often || done >= all) return;
      last = performance.now();
      io.err(`${done} of ${all} ${what} …\n`);
    });
  } finally {
    clearTimeout(notice);
  }
}
