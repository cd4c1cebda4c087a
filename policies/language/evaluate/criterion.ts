import { contains, type Network, parseAddress, parseNetwork } from "../../../stack-file/networks.ts";
import { comparisons, type Named } from "../criteria.ts";
import { keyOf } from "../keys.ts";
import type { Action } from "../types.ts";
import { listTest, mayHold, type TextTest, textTest } from "./match.ts";
import { no, noStop, type Possible, perhaps, yes, yesStop } from "./outcomes.ts";
import type { ClaimValue, ClientCertificate, Session, Target } from "./request.ts";
import { requestTextTest, type Texts } from "./texts.ts";

/** A request with the texts that several criteria compare. */
export interface Prepared extends Target {
  texts: Texts;
}

/** Evaluates a criterion. */
export type Test = (session: Session | undefined, target: Prepared) => Possible;

type SessionTest = (session: Session | undefined) => Possible;
type TargetTest = (target: Prepared) => Possible;

const ofTarget =
  (test: TargetTest): Test =>
  (_, target) =>
    test(target);

const sure = (held: boolean): Possible => (held ? yes : no);
/** The result of a criterion about the session. If it fails without a session, the caller has to sign in. */
const asked = (session: Session | undefined, held: boolean): Possible =>
  held ? yes : session === undefined ? noStop : no;

/** Without a session the address is empty, and Pomerium compares the empty text. */
function emailTest(data: unknown): SessionTest {
  const test = textTest(data);
  const unknown = mayHold(data) ? perhaps : no;
  return (session) => {
    if (session === undefined) return asked(session, test(""));
    return session.email === undefined ? unknown : sure(test(session.email));
  };
}

function domainTest(data: unknown): SessionTest {
  const test = textTest(data);
  const unknown = mayHold(data) ? perhaps : no;
  return (session) => {
    if (session === undefined) return noStop;
    if (session.email === undefined) return unknown;
    const domain = session.email.split("@")[1];
    return sure(domain !== undefined && test(domain));
  };
}

function userTest(data: unknown): SessionTest {
  const test = textTest(data);
  const unknown = mayHold(data) ? perhaps : no;
  return (session) => {
    if (session === undefined) return noStop;
    return session.user === undefined ? unknown : sure(test(session.user));
  };
}

/** The values of a claim; undefined if they are not known. */
function claimValues(session: Session | undefined, path: string): readonly ClaimValue[] | undefined {
  if (session === undefined) return [];
  const { claims } = session;
  if (claims === undefined) return undefined;
  return Object.hasOwn(claims, path) ? [claims[path] ?? []].flat() : [];
}

function claimTest(path: string, data: unknown): SessionTest {
  const test = listTest(data);
  return (session) => {
    const values = claimValues(session, path);
    return values === undefined ? perhaps : asked(session, test(values));
  };
}

/** Devices are never known here. A caller without a device is sent to register one. */
function deviceTest(data: unknown): SessionTest {
  const { is, approved, type } = data as { is?: string; approved?: boolean; type?: string };
  const asksForNone = is === undefined && type === undefined && approved !== true;
  return (session) => (session === undefined ? asked(session, asksForNone) : perhaps | noStop);
}

function sourceIpTest(data: unknown): TargetTest {
  const networks = [data as string | readonly string[]]
    .flat()
    .map(parseNetwork)
    .filter((network): network is Network => network !== undefined);
  return ({ sourceIp }) => {
    if (sourceIp === undefined) return networks.length === 0 ? no : perhaps;
    const address = parseAddress(sourceIp);
    return sure(address !== undefined && networks.some((network) => contains(network, address)));
  };
}

const bareFingerprint = (text: string): string => text.replaceAll(":", "").toLowerCase();

function certificateTest(data: unknown): TargetTest {
  const { fingerprint, spki_hash, san_email, san_dns, san_uri } = data as Record<string, unknown>;
  const listed = (value: unknown): readonly string[] => [value as string | readonly string[]].flat();
  /** Each comparison may hold for another name of the certificate. */
  const some = (value: unknown, names: readonly string[] | undefined): boolean | undefined =>
    names &&
    Object.entries(comparisons(value)).every(([operator, text]) =>
      names.some(textTest({ [operator]: text })),
    );
  const ask = (certificate: ClientCertificate): (boolean | undefined)[] =>
    [
      fingerprint === undefined
        ? true
        : certificate.fingerprint &&
          listed(fingerprint).map(bareFingerprint).includes(certificate.fingerprint),
      spki_hash === undefined
        ? true
        : certificate.spkiHash && listed(spki_hash).includes(certificate.spkiHash),
      san_email === undefined ? true : some(san_email, certificate.emails),
      san_dns === undefined ? true : some(san_dns, certificate.dnsNames),
      san_uri === undefined ? true : some(san_uri, certificate.uris),
    ].map((answer) => (answer === "" ? false : answer));
  return ({ clientCertificate }) => {
    if (clientCertificate === undefined) return perhaps;
    if (clientCertificate === "none") return no;
    const answers = ask(clientCertificate);
    if (answers.includes(false)) return no;
    return answers.includes(undefined) ? perhaps : yes;
  };
}

/** Among the reasons of the deny rules, an invalid certificate refuses the request at once. */
function invalidCertificateTest(action: Action): TargetTest {
  const held = action === "deny" ? yesStop : yes;
  return ({ invalidClientCertificate: invalid }) => (invalid === undefined ? held | no : invalid ? held : no);
}

function preflightTest({ corsPreflight, method = "GET" }: Prepared): Possible {
  if (method !== "OPTIONS" || corsPreflight === false) return no;
  return corsPreflight === undefined ? perhaps : yes;
}

function toolTest(test: TextTest): TargetTest {
  return ({ mcp }) => {
    if (mcp?.method !== "tools/call") return no;
    return mcp.tool === undefined ? perhaps : sure(test(mcp.tool));
  };
}

function publicKeyTest(data: unknown): TargetTest {
  const keys = new Set([data as string | readonly string[]].flat().map(keyOf));
  return ({ ssh }) => {
    if (ssh === undefined) return no;
    return ssh.publicKey === undefined ? perhaps : sure(keys.has(keyOf(ssh.publicKey) ?? ""));
  };
}

/** Over HTTP the user name is empty. */
const usernameMatchesEmail: Test = (session, { ssh }) => {
  const username = ssh?.username ?? "";
  if (session !== undefined && session.email === undefined) return perhaps;
  return asked(session, (session?.email ?? "").split("@")[0] === username);
};

function usernameMatchesClaim(claim: string): Test {
  return (session, { ssh }) => {
    const values = claimValues(session, claim);
    return values === undefined ? perhaps : asked(session, values.includes(ssh?.username ?? ""));
  };
}

/** Compiles a criterion of a rule: reads its lists and networks once. */
export function compileCriterion({ name, path, data }: Named, action: Action): Test {
  switch (name) {
    case "accept":
      return () => yes;
    case "reject":
      return () => no;
    case "authenticated_user":
      return (session) => asked(session, session !== undefined && session.user !== "");
    case "claim":
      return claimTest(path, data);
    case "client_certificate":
      return ofTarget(certificateTest(data));
    case "cors_preflight":
      return ofTarget(preflightTest);
    case "device":
      return deviceTest(data);
    case "domain":
      return domainTest(data);
    case "email":
      return emailTest(data);
    case "groups":
      return (session) => asked(session, false);
    case "http_method":
    case "http_path": {
      const test = requestTextTest(data);
      return ofTarget(({ texts }) => test(texts));
    }
    case "invalid_client_certificate":
      return ofTarget(invalidCertificateTest(action));
    case "mcp_tool":
      return ofTarget(toolTest(textTest(data)));
    case "source_ip":
      return ofTarget(sourceIpTest(data));
    case "ssh_ca":
      return ofTarget(({ ssh }) => (ssh === undefined ? no : perhaps));
    case "ssh_publickey":
      return ofTarget(publicKeyTest(data));
    case "ssh_username": {
      const test = textTest(data);
      return ofTarget(({ ssh }) => sure(test(ssh?.username ?? "")));
    }
    case "ssh_username_matches_claim":
      return usernameMatchesClaim(data as string);
    case "ssh_username_matches_email":
      return usernameMatchesEmail;
    case "user":
      return userTest(data);
  }
}
