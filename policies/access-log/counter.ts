/** One counted thing. */
export interface Counted<T> {
  value: T;
  count: number;
  /** Time of the last one, in milliseconds since 1970; absent if it is not told. */
  last?: number;
}

/**
 * Counts things by key in bounded memory. If there are too many keys, the rarest are no longer counted one by one, and
 * their total is known.
 */
export class BoundedCounter<T> {
  readonly #limit: number;
  readonly #entries = new Map<string, Counted<T>>();
  /** How many were counted under keys that are no longer kept. */
  dropped = 0;

  /** @param limit Most keys that are kept at any time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(key: string, value: T, time: number | undefined): void {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.count += 1;
      if (time !== undefined) known.last = Math.max(known.last ?? time, time);
      return;
    }
    if (this.#entries.size >= this.#limit) this.#makeRoom();
    this.#entries.set(key, { value, count: 1, ...(time === undefined ? {} : { last: time }) });
  }

  /** The kept ones, the most frequent first. */
  get entries(): Counted<T>[] {
    return [...this.#entries.values()].sort((one, other) => other.count - one.count);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Drops the rarer half. The most frequent keys so survive any number of others. */
  #makeRoom(): void {
    const sorted = [...this.#entries].sort(([, one], [, other]) => other.count - one.count);
    for (const [key, { count }] of sorted.slice(Math.floor(this.#limit / 2))) {
      this.#entries.delete(key);
      this.dropped += count;
    }
  }
}
