import packageJson from "../package.json" with { type: "json" };
import type { Provenance } from "../report/sections.ts";
import { commitNow } from "./git.ts";
import type { Io } from "./io.ts";

/** When a report is made, by what, and from which commit of a project. The report adds the hash of its content. */
export async function provenanceOf(
  io: Pick<Io, "now">,
  directory?: string,
): Promise<Omit<Provenance, "hash" | "source">> {
  const commit = directory === undefined ? undefined : await commitNow(directory);
  return {
    ...(commit === undefined ? {} : { commit }),
    date: io.now().toISOString(),
    version: packageJson.version,
  };
}
