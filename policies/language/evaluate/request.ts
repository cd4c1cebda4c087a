/** Who has signed in. An absent field is not known, so criteria about it stay undecided. */
export interface Session {
  /** Spelled as by the identity provider; Pomerium compares letter by letter. Empty if the provider gave none. */
  email?: string;
  /** The identity provider's user id. */
  user?: string;
  /** Claims, nested ones joined by dots: `{ "realm_access.roles": ["staff"] }`. If given, all claims of the person. */
  claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>;
}

export type ClaimValue = string | number | boolean;

/** The certificate of a client. An absent field is not known. */
export interface ClientCertificate {
  /** SHA-256, 64 lower-case hexadecimal digits. */
  fingerprint?: string;
  /** SHA-256 of the public key's SPKI in base64. */
  spkiHash?: string;
  emails?: readonly string[];
  dnsNames?: readonly string[];
  uris?: readonly string[];
}

/** A request without its caller. */
export interface Target {
  /** Default: `GET`. */
  method?: string;
  /** Path as the client sends it: percent-encoded, with its query if it has one. */
  path: string;
  /** Host, with the port unless it is 443. */
  host?: string;
  /** The address that Pomerium sees. Absent: not known. */
  sourceIp?: string;
  /** Whether it has `Origin` and `Access-Control-Request-Method`. Absent: not known; false unless the method is `OPTIONS`. */
  corsPreflight?: boolean;
  clientCertificate?: ClientCertificate | "none";
  /** Whether `invalid_client_certificate` holds. Absent: not known. */
  invalidClientCertificate?: boolean;
  /** Absent for HTTP. Pomerium then compares an empty user name. */
  ssh?: { username: string /** A line of `authorized_keys`. */; publicKey?: string };
  /** Absent if the request is not a call of the Model Context Protocol. */
  mcp?: { method: string; tool?: string };
}

/** A request. Without a session it is anonymous. */
export interface Request extends Target {
  session?: Session | undefined;
}
