import type { Io } from "./io.ts";

/** Work that takes longer than this is announced, in milliseconds; then it is told every few seconds how far it is. */
const noticeable = 1000;
const often = 5000;

/** Told how much of the work is done. */
export type Progress = (done: number, all: number, what: string) => void;

/** Does something that may take long, and says so on standard error if it does. */
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
