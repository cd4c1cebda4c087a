import type { Cover } from "./cover.ts";
import type { ApiDocument } from "./document.ts";

/** An entry of a stack file's catalogue. */
export interface ApiEntry {
  name: string;
  value: {
    title?: string;
    api: { path: string; exact?: boolean; reason: string; source: string }[];
  };
}

/** The open paths of an API as an entry of a stack file's catalogue. */
export function asEntry({ title }: Pick<ApiDocument, "title">, { open }: Cover, file: string): ApiEntry {
  return {
    name: slug(title ?? "") || slug(file.replace(/^.*[\\/]|\.[^.]*$/g, "")) || "app",
    value: {
      ...(title === undefined ? {} : { title }),
      api: open.map(({ path, exact, credentials }) => ({
        path,
        ...(exact ? { exact } : {}),
        reason: `every operation there asks for ${credentials.join(", or ")}`,
        source: file.replace(/^.*[\\/]/, ""),
      })),
    },
  };
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
