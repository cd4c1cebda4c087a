import { type Document, parseAllDocuments } from "yaml";

/**
 * The documents of a YAML text. kubectl writes no `---` in front of an answer. So two answers in one file look like one
 * document that has every key twice. Such a document is split where the key `apiVersion` begins again.
 */
export function yamlDocuments(text: string): Document[] {
  const documents = parsed(text);
  if (!documents.some(({ errors }) => errors[0]?.code === "DUPLICATE_KEY")) return documents;
  const apart = parsed(text.replace(/\n(?=apiVersion:)/g, "\n---\n"));
  return apart.every(({ errors }) => errors.length === 0) ? apart : documents;
}

function parsed(text: string): Document[] {
  const documents = parseAllDocuments(text, { prettyErrors: true, logLevel: "error" });
  return Array.isArray(documents) ? documents : [];
}

/**
 * The JSON values of a text, one after the other: kubectl's answer, several of them, or a value in each line. Undefined if
 * anything of it is not JSON.
 */
export function jsonValues(text: string): unknown[] | undefined {
  try {
    return [JSON.parse(text)];
  } catch {
    // Several values, or no JSON.
  }
  const values: unknown[] = [];
  let from = 0;
  for (const end of endsOf(text))
    try {
      values.push(JSON.parse(text.slice(from, end)));
      from = end;
    } catch {
      return undefined;
    }
  return text.slice(from).trim() === "" ? values : undefined;
}

/** Where the maps and lists of a text end that are in no other one. */
function* endsOf(text: string): Generator<number> {
  let depth = 0;
  let isInText = false;
  for (const { 0: token, index } of text.matchAll(/\\.|["{}[\]]/gs)) {
    if (token === '"') isInText = !isInText;
    else if (isInText) continue;
    else if (token === "{" || token === "[") depth += 1;
    else if ((token === "}" || token === "]") && --depth === 0) yield index + 1;
  }
}
