/** Who is signed in. What is not given is not known, and criteria that ask for it stay undecided. */
export interface Session {
  /** As the identity provider spells it; Pomerium compares letter by letter. Empty when it gave none. */
  email?: string;
  /** The identity provider's user id. */
  user?: string;
  /** Claims, nested ones joined by dots: `{ "realm_access.roles": ["staff"] }`. All of them, when given. */
  claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>;
}

export type ClaimValue = string | number | boolean;

/** What a client presented, as far as it is known. */
export interface ClientCertificate {
  /** SHA-256, 64 lower-case hexadecimal digits. */
  fingerprint?: string;
  /** SHA-256 of the public key's SPKI in base64. */
  spkiHash?: string;
  emails?: readonly string[];
  dnsNames?: readonly string[];
  uris?: readonly string[];
}

/** A request apart from who makes it. */
export interface Target {
  /** `GET` when absent. */
  method?: string;
  /** As the client sends it: percent-encoded, with its query if it has one. */
  path: string;
  /** With the port unless it is 443. Asked only by path criteria that do not begin with `/`. */
  host?: string;
  /** The address that Pomerium sees; not known when absent. */
  sourceIp?: string;
  /** Carries `Origin` and `Access-Control-Request-Method`. Not known when absent, but false unless `OPTIONS`. */
  corsPreflight?: boolean;
  clientCertificate?: ClientCertificate | "none";
  /** What `invalid_client_certificate` says; not known when absent. */
  invalidClientCertificate?: boolean;
  /** Absent for HTTP, where Pomerium compares an empty user name. */
  ssh?: { username: string /** A line of `authorized_keys`. */; publicKey?: string };
  /** Absent when the request is no call of the Model Context Protocol. */
  mcp?: { method: string; tool?: string };
}

/** A request; without a session, an anonymous one. */
export interface Request extends Target {
  session?: Session | undefined;
}
