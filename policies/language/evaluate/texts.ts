import { comparisons } from "../criteria.ts";
import { keyOf } from "../keys.ts";
import { textTest } from "./match.ts";
import { no, type Possible, perhaps, yes } from "./outcomes.ts";
import type { SeenPath } from "./path.ts";
import type { Session, Target } from "./request.ts";
import { requestUrl } from "./request-url.ts";

/** The texts that `http_path` and `http_method` are compared with. */
export interface Texts {
  known: readonly string[];
  /** Kinds of texts that the request has, but that the evaluator does not know. */
  missing: readonly Missing[];
}

/** Stands for the texts of a request where no criterion compares them. */
export const noTexts: Texts = { known: [], missing: [] };

type Missing = keyof typeof looks;

const fromStart = (operator: string): boolean => ["is", "in", "starts_with"].includes(operator);
const like =
  (form: RegExp) =>
  (text: string): boolean =>
    form.test(text);

/** Whether a text that is not known here may meet a comparison with a text. */
const looks = {
  address: like(/^[0-9a-f:.]*$/),
  host: like(/^[^/A-Z]*$/),
  key: like(/^[A-Za-z0-9+/=]*$/),
  sessionId: like(/^[0-9a-f-]*$/),
  url: (text, operator) => !fromStart(operator) || text.startsWith("https://") || "https://".startsWith(text),
  // No id is a method's name.
  userId: like(/^(?![A-Z]+$)[^/]*$/),
} satisfies Record<string, (text: string, operator: string) => boolean>;

/**
 * Every text of a request. Pomerium compiles both criteria to a reference whose names are variables
 * (`input[http][path]`), so that any text two levels down in the input meets them: `/admin?/api/` meets
 * `http_path: { starts_with: /api/ }` by its query, and `POST /?GET` meets `http_method: GET`.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/pkg/policy/criteria/http_path.go
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/authorize/evaluator/evaluator.go RequestHTTP
 */
export function textsOf(
  { method = "GET", host, sourceIp, ssh, mcp }: Target,
  path: SeenPath,
  session: Session | undefined,
): Texts {
  const missing: Missing[] = [];
  // The empty one is the body, which Pomerium does not read.
  const known = [path.decoded, path.raw, path.query, method, ""];
  if (ssh !== undefined) {
    known.push(ssh.username);
    if (ssh.publicKey === undefined) missing.push("key");
    else known.push(keyOf(ssh.publicKey) ?? "");
  }
  if (sourceIp === undefined) missing.push("address");
  else known.push(sourceIp);
  if (mcp !== undefined) known.push(mcp.method);
  if (host === undefined) missing.push("host", "url");
  else known.push(host, host.replace(/:\d+$/, ""), requestUrl(host, path));
  if (session !== undefined) {
    missing.push("sessionId");
    if (session.user === undefined) missing.push("userId");
    else known.push(session.user);
  }
  return { known: [...new Set(known)], missing };
}

function mayMeet(data: unknown, missing: Missing): boolean {
  return Object.entries(comparisons(data)).every(([operator, value]) => {
    if (operator === "not" || value === undefined) return true;
    return [value ?? []].flat().some((text: string) => looks[missing](text, operator));
  });
}

/** A test of all texts together, for `http_path` and `http_method` alike. */
export function requestTextTest(data: unknown): (texts: Texts) => Possible {
  const test = textTest(data);
  const possible = new Set((Object.keys(looks) as Missing[]).filter((missing) => mayMeet(data, missing)));
  return ({ known, missing }) => {
    if (known.some(test)) return yes;
    return missing.some((one) => possible.has(one)) ? perhaps : no;
  };
}
