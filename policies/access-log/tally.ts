import { clientOf } from "./client.ts";
import { BoundedCounter, type Counted } from "./counter.ts";
import { type Decision, readRecord } from "./record.ts";
import { isPage, isProbe, shapeOf } from "./shape.ts";

/** Refused requests of a program that nobody had signed in with. */
export interface RefusedCall {
  host: string;
  /** Without the parts that differ between requests. */
  path: string;
  method: string;
  /** Name of the client; empty if the log does not tell it. */
  client: string;
}

/** Requests of somebody who is signed in and was refused. */
export interface RefusedPerson {
  host: string;
  email: string;
}

/** What a log says about access. Its size does not depend on that of the log. */
export interface Tally {
  lines: number;
  decisions: number;
  /** Lines that are not JSON, decisions that lack a field, and lines that are too long. */
  unreadable: number;
  /** Decisions before the time that was asked for. */
  older: number;
  /** Time of the first and the last decision, in milliseconds since 1970; absent if no line tells it. */
  span?: { from: number; to: number };
  /** Refused requests of programs. */
  calls: readonly Counted<RefusedCall>[];
  people: readonly Counted<RefusedPerson>[];
  /** Hosts of refused programs that the stack does not have. */
  otherHosts: readonly Counted<string>[];
  /** Requests that are in no list, because there were too many different ones. */
  notListed: number;
  /** Refused requests of browsers without a session. */
  browsers: number;
  /** Refused requests of programs that search the internet. */
  scanners: number;
  /** Host → person → time of the last allowed request. Only people whom the stack names. */
  seen: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Host → domains of allowed people, for grants to whole domains. */
  domains: ReadonlyMap<string, ReadonlySet<string>>;
  /** Hosts where somebody with a session was allowed. */
  signedIn: ReadonlySet<string>;
  /** Host → open path of the stack file that a caller without a session reached. */
  opened: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface TallyOptions {
  /** The app's host that answers a host of the log; undefined if the stack has none. */
  hostOf(host: string): string | undefined;
  /** Whether the stack names a person. */
  isKnown(email: string): boolean;
  /** The domain among those that the stack names; undefined for all others. */
  domainOf(email: string): string | undefined;
  /** The open path that a path lies below. */
  openPathOf(host: string, path: string): string | undefined;
  /** Only decisions from this time on count, in milliseconds since 1970. Default: all. */
  since?: number | undefined;
  /** Most different things of each kind that are kept. Default: 2000. */
  limit?: number;
}

const usualMethods =
  /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PROPFIND|REPORT|MKCOL|MOVE|COPY)$/;

const longestText = 254;

/** Counts what the lines of a log say about access, in bounded memory. */
export class LogTally {
  readonly #options: TallyOptions;
  readonly #limit: number;
  readonly #calls: BoundedCounter<RefusedCall>;
  readonly #people: BoundedCounter<RefusedPerson>;
  readonly #otherHosts: BoundedCounter<string>;
  /** Refused requests whose client a later line names. */
  readonly #waiting = new Map<
    string,
    Omit<RefusedCall, "client"> & { isKnown: boolean; time: number | undefined }
  >();
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #domains = new Map<string, Set<string>>();
  readonly #signedIn = new Set<string>();
  readonly #opened = new Map<string, Set<string>>();
  #lines = 0;
  #decisions = 0;
  #unreadable = 0;
  #older = 0;
  #browsers = 0;
  #scanners = 0;
  #span: Tally["span"];

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#limit = options.limit ?? 2000;
    this.#calls = new BoundedCounter(this.#limit);
    this.#people = new BoundedCounter(this.#limit);
    this.#otherHosts = new BoundedCounter(this.#limit);
  }

  /** @param line Undefined for a line that is too long to be read. */
  add(line: string | undefined): void {
    if (line?.trim() === "") return;
    this.#lines += 1;
    const record = line === undefined ? undefined : readRecord(line);
    if (record === undefined) this.#unreadable += 1;
    else if (record.kind === "answered") this.#answered(record.requestId, record.userAgent);
    else if (record.kind === "decision") this.#decided(record);
  }

  /** How many things are kept in memory. */
  get kept(): number {
    const inside = (maps: Iterable<{ size: number }>): number =>
      [...maps].reduce((sum, { size }) => sum + size, 0);
    return (
      this.#calls.size +
      this.#people.size +
      this.#otherHosts.size +
      this.#waiting.size +
      inside(this.#seen.values()) +
      inside(this.#domains.values()) +
      inside(this.#opened.values())
    );
  }

  /** What was counted. Nothing may be added afterwards. */
  result(): Tally {
    for (const [id] of this.#waiting) this.#answered(id, "");
    return {
      lines: this.#lines,
      decisions: this.#decisions,
      unreadable: this.#unreadable,
      older: this.#older,
      ...(this.#span === undefined ? {} : { span: this.#span }),
      calls: this.#calls.entries,
      people: this.#people.entries,
      otherHosts: this.#otherHosts.entries,
      notListed: this.#calls.dropped + this.#people.dropped + this.#otherHosts.dropped,
      browsers: this.#browsers,
      scanners: this.#scanners,
      seen: this.#seen,
      domains: this.#domains,
      signedIn: this.#signedIn,
      opened: this.#opened,
    };
  }

  #decided(decision: Decision): void {
    const { time, host: asked, path } = decision;
    if (this.#options.since !== undefined && (time === undefined || time < this.#options.since)) {
      this.#older += 1;
      return;
    }
    this.#decisions += 1;
    if (time !== undefined)
      this.#span = {
        from: Math.min(this.#span?.from ?? time, time),
        to: Math.max(this.#span?.to ?? time, time),
      };
    const host = this.#options.hostOf(asked);
    if (decision.allowed) {
      if (host !== undefined) this.#allowed(host, decision);
    } else if (decision.hasSession) {
      const email = decision.email.slice(0, longestText);
      if (host !== undefined) this.#people.add(`${host} ${email}`, { host, email }, time);
    } else if (isProbe(path)) this.#scanners += 1;
    else {
      const id = decision.requestId.slice(0, longestText);
      const call = {
        host: host ?? asked.slice(0, longestText),
        path: shapeOf(path),
        method: usualMethods.test(decision.method) ? decision.method : "other",
        isKnown: host !== undefined,
        time,
      };
      if (decision.userAgent !== undefined || id === "") this.#refused(call, decision.userAgent);
      else {
        this.#waiting.set(id, call);
        if (this.#waiting.size > this.#limit) this.#answered(this.#waiting.keys().next().value!, "");
      }
    }
  }

  #allowed(host: string, { email, hasSession, path, time = 0 }: Decision): void {
    if (!hasSession) {
      const open = this.#options.openPathOf(host, path);
      if (open !== undefined) at(this.#opened, host, () => new Set<string>()).add(open);
      return;
    }
    this.#signedIn.add(host);
    if (this.#options.isKnown(email)) {
      const people = at(this.#seen, host, () => new Map<string, number>());
      people.set(email, Math.max(people.get(email) ?? 0, time));
    }
    const domain = this.#options.domainOf(email);
    if (domain !== undefined) at(this.#domains, host, () => new Set<string>()).add(domain);
  }

  #answered(requestId: string, userAgent: string): void {
    const id = requestId.slice(0, longestText);
    const call = this.#waiting.get(id);
    if (call === undefined) return;
    this.#waiting.delete(id);
    this.#refused(call, userAgent);
  }

  #refused(
    { isKnown, time, ...call }: Omit<RefusedCall, "client"> & { isKnown: boolean; time: number | undefined },
    userAgent: string | undefined,
  ): void {
    const { kind, name } = clientOf(userAgent);
    if (kind === "scanner") this.#scanners += 1;
    // A client without a name that asks for a page counts as a browser.
    else if (kind === "browser" || (kind === "untold" && isPage(call.path))) this.#browsers += 1;
    else if (!isKnown) this.#otherHosts.add(call.host, call.host, time);
    else {
      const { host, path, method } = call;
      this.#calls.add([host, path, method, name].join(" "), { ...call, client: name }, time);
    }
  }
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
