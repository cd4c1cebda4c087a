import { isMap, type PathPart } from "../../stack-file/paths.ts";
import type { Located, Resolver } from "./resolver.ts";

/**
 * What an operation asks of its callers. Only `own` can be opened: the app refuses callers without a credential, and a
 * program can send one without a browser.
 *
 * - `none`: anybody may call it
 * - `optional`: it also answers without a credential
 * - `cookie`: a cookie is its only credential, so it belongs to the app's web pages
 * - `certificate`: a client certificate, and Pomerium ends the TLS connection in front of the app
 * - `unknown`: the file does not say it in a way that can be read
 */
export type CredentialKind = "own" | "none" | "optional" | "cookie" | "certificate" | "unknown";

export interface Credential {
  kind: CredentialKind;
  /** The schemes in words, one for each choice that a caller has; `bearerAuth (http bearer)`. Empty for `none`. */
  choices: readonly string[];
}

/** One security scheme: who can send it, and its name in words. */
interface Scheme {
  kind: Exclude<CredentialKind, "none" | "optional">;
  words: string;
}

/** Reports something in the file that could not be read. */
export type Tell = (at: readonly PathPart[], message: string) => void;

/** Reads the security schemes of a file, each once. */
export class Schemes {
  readonly #schemes: Located | undefined;
  readonly #resolver: Resolver;
  readonly #tell: Tell;
  readonly #known = new Map<string, Scheme>();

  constructor(schemes: Located | undefined, resolver: Resolver, tell: Tell) {
    this.#schemes = schemes;
    this.#resolver = resolver;
    this.#tell = tell;
  }

  /**
   * What a list of security requirements asks for. A caller chooses one of the list; all schemes of a choice are asked for
   * together.
   *
   * @param requirements The value of `security`; undefined if neither the operation nor the file has one.
   */
  credentialOf(requirements: unknown, at: readonly PathPart[]): Credential {
    if (requirements === undefined) return { kind: "none", choices: [] };
    if (!Array.isArray(requirements)) {
      this.#tell(at, "is not a list of security requirements");
      return { kind: "unknown", choices: [] };
    }
    if (requirements.length === 0) return { kind: "none", choices: [] };
    const choices = requirements.map((choice: unknown, i) => this.#choice(choice, [...at, i]));
    const kinds = choices.map(({ kind }) => kind);
    const weakest = (["unknown", "none"] as const).find((kind) => kinds.includes(kind));
    // One choice with a credential of the app is enough, if all others ask for something too.
    const kind =
      weakest === "none"
        ? kinds.every((each) => each === "none")
          ? "none"
          : "optional"
        : (weakest ?? (["own", "cookie", "certificate"] as const).find((each) => kinds.includes(each))!);
    return { kind, choices: choices.flatMap(({ words }) => (words === "" ? [] : [words])) };
  }

  #choice(choice: unknown, at: readonly PathPart[]): { kind: Scheme["kind"] | "none"; words: string } {
    if (!isMap(choice)) {
      this.#tell(at, "is not a map of security schemes");
      return { kind: "unknown", words: "" };
    }
    const schemes = Object.keys(choice).map((name) => this.#scheme(name, at));
    const words = schemes.map((scheme) => scheme.words).join(" and ");
    // All schemes of a choice are needed: the hardest one decides.
    const kind = (["unknown", "certificate", "cookie", "own"] as const).find((each) =>
      schemes.some((scheme) => scheme.kind === each),
    );
    return { kind: kind ?? "none", words };
  }

  #scheme(name: string, usedAt: readonly PathPart[]): Scheme {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const read = this.#read(name, usedAt);
    this.#known.set(name, read);
    return read;
  }

  #read(name: string, usedAt: readonly PathPart[]): Scheme {
    const unknown = (at: readonly PathPart[], message: string): Scheme => {
      this.#tell(at, message);
      return { kind: "unknown", words: `${name} (not known)` };
    };
    const all = this.#schemes;
    const given = isMap(all?.value) && Object.hasOwn(all.value, name) ? all.value[name] : undefined;
    if (all === undefined || given === undefined)
      return unknown(usedAt, `names the security scheme "${name}", which the file does not define`);
    const at = [...all.at, name];
    const target = this.#resolver.follow(given, at);
    if (typeof target === "string") return unknown(at, target);
    const { value: scheme } = target;
    if (!isMap(scheme)) return unknown(at, "is not a security scheme");
    const { type, in: place, scheme: http, name: field } = scheme;
    const words = (text: string): string => `${name} (${text})`;
    switch (type) {
      case "http":
        return {
          kind: "own",
          words: words(typeof http === "string" ? `http ${http.toLowerCase()}` : "http"),
        };
      // Swagger 2 has a separate type for basic authentication.
      case "basic":
        return { kind: "own", words: words("http basic") };
      case "oauth2":
      case "openIdConnect":
        return { kind: "own", words: words(type) };
      case "mutualTLS":
        return { kind: "certificate", words: words(type) };
      case "apiKey":
        if (place === "header" || place === "query" || place === "cookie")
          return {
            kind: place === "cookie" || isCookieHeader(place, field) ? "cookie" : "own",
            words: words(`${place} ${String(field ?? "")}`.trim()),
          };
        return unknown(at, `is an API key, and "in" says neither header, query nor cookie`);
      default:
        return unknown(at, `has the type ${JSON.stringify(type) ?? "nothing"}, which OpenAPI does not have`);
    }
  }
}

/** Swagger 2 has no place "cookie", so its files name the header. */
function isCookieHeader(place: string, field: unknown): boolean {
  return place === "header" && typeof field === "string" && field.toLowerCase() === "cookie";
}
