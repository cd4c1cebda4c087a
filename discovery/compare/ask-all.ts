import type { Observation } from "./answer.ts";
import type { Address, Ask } from "./prober.ts";
import { type HostPlan, type Question, requestsOf } from "./questions.ts";

/** A question and what both addresses answered. */
export interface Asked {
  question: Question;
  old?: Observation;
  fresh: Observation;
}

export interface AskedHost {
  plan: HostPlan;
  asked: Asked[];
  /** Questions for which there was no time. */
  unasked: Question[];
}

export interface Run {
  hosts: AskedHost[];
  /** Number of requests that were sent. */
  requests: number;
  milliseconds: number;
}

export interface RunOptions {
  old: Address;
  fresh: Address;
  ask: Ask;
  /** Time after which no further request is sent, in milliseconds. */
  longest: number;
  /** Called after each request. */
  progress?: (sent: number, planned: number) => void;
}

/**
 * Hosts that are asked at the same time. The requests to one host are sent one after the other, so that no rate limit
 * refuses them.
 */
const atOnce = 4;

/** Asks every question at both addresses, within bounds of time and of connections. */
export async function askAll(plans: readonly HostPlan[], options: RunOptions): Promise<Run> {
  const { old, fresh, ask, longest, progress = () => {} } = options;
  const begin = performance.now();
  const planned = requestsOf(plans);
  let requests = 0;
  const send = async (question: Question, at: Address): Promise<Observation> => {
    requests += 1;
    const answer = await ask(question, at);
    progress(requests, planned);
    return answer;
  };
  const hosts = plans.map((plan): AskedHost => ({ plan, asked: [], unasked: [] }));
  const waiting = hosts.values();
  const work = async (): Promise<void> => {
    for (const { plan, asked, unasked } of waiting)
      for (const question of plan.questions) {
        if (performance.now() - begin > longest) {
          unasked.push(question);
          continue;
        }
        const [was, is] = await Promise.all([
          question.asksOld ? send(question, old) : undefined,
          send(question, fresh),
        ]);
        asked.push({ question, ...(was === undefined ? {} : { old: was }), fresh: is });
      }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { hosts, requests, milliseconds: Math.round(performance.now() - begin) };
}
