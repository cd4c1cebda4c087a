import type { ClusterReader } from "../components/cluster/api.ts";

/** A reader that asks each question once, however many parts of a discovery ask it. */
export function remembering(reader: ClusterReader): ClusterReader {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(question: string, ask: () => Promise<T>): Promise<T> => {
    const known = answers.get(question);
    if (known !== undefined) return known as Promise<T>;
    const answer = ask();
    answers.set(question, answer);
    return answer;
  };
  return {
    find: (path) => once(`find ${path}`, () => reader.find(path)),
    findMetadata: (path) => once(`findMetadata ${path}`, () => reader.findMetadata(path)),
    list: (path) => once(`list ${path}`, () => reader.list(path)),
    listMetadata: (path) => once(`listMetadata ${path}`, () => reader.listMetadata(path)),
    kinds: () => once("kinds", () => reader.kinds()),
  };
}
