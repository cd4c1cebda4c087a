import pRetry from "p-retry";

/** Statuses of an API that is busy, or that is just being restarted. The same question gets an answer a moment later. */
const busy: readonly number[] = [429, 500, 502, 503, 504];

/** Errors of a connection that broke. A refused connection, an unknown host or no answer at all is not among them. */
const broken: readonly unknown[] = ["ECONNRESET", "EPIPE"];

/** A request that failed. `status` is the answer's HTTP status; absent if there was no answer at all. */
export class RequestError extends Error {
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.status = status;
  }
}

/** Whether the same question may succeed a moment later. */
function isTransient({ status, cause }: { status?: number | undefined; cause?: unknown }): boolean {
  if (status !== undefined) return busy.includes(status);
  return cause instanceof Error && broken.includes((cause as NodeJS.ErrnoException).code);
}

/**
 * Asks a question again while it fails temporarily, with pauses that double each time. By default it is asked up to six
 * times within about eight seconds: long enough for an election among API servers.
 *
 * @param firstPause Milliseconds before the second attempt.
 * @throws The last failure.
 */
export function withRetries<T>(ask: () => Promise<T>, firstPause = 250): Promise<T> {
  return pRetry(ask, {
    retries: 5,
    minTimeout: firstPause,
    factor: 2,
    shouldRetry: ({ error }) => isTransient(error),
  });
}
