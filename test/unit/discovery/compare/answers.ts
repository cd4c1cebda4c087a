import type { Place } from "../../../../components/apps/places.ts";
import type { Answer, Certificate, Failure } from "../../../../discovery/compare/answer.ts";
import type { Context } from "../../../../discovery/compare/context.ts";
import type { Question } from "../../../../discovery/compare/questions.ts";

/** An answer of the app, changed by hand in each test. */
export function answer(status: number, more: Partial<Answer> = {}): Answer {
  return { status, headers: {}, cookies: [], body: "complete", milliseconds: 5, ...more };
}

export function to(host: string, path = "/", more: object = {}): Pick<Answer, "redirect"> {
  return { redirect: { scheme: "https", host, path, query: [], ...more } };
}

/** Pomerium's redirect to its sign-in pages. */
export const signIn: Answer = answer(302, to("authenticate.example.org", "/.pomerium/sign_in"));

/** Pomerium's refusal of a request that asks for no page. */
export const refusal = (status: 401 | 403): Answer => answer(status, { byPomerium: true });

export const noAnswer: Failure = { failure: "nothing listens there (ECONNREFUSED)", milliseconds: 1 };

export function question(more: Partial<Question> = {}): Question {
  return {
    ...{ host: "komga.example.org", purpose: "site", method: "GET", path: "/" },
    ...{ expected: "app", asksOld: true },
    ...more,
  };
}

export function place(route: Place["route"] = {}): Place {
  return {
    ...{ path: "/", exact: false, service: { name: "komga", port: 80 }, access: { kind: "public" } },
    ...{ route, at: "apps.komga.route" },
  };
}

export function context(more: Partial<Context> = {}): Context {
  return {
    stack: "home",
    authenticateHost: "authenticate.example.org",
    coexistPort: 8443,
    responseHeaders: { "X-Frame-Options": "SAMEORIGIN" },
    readsForever: true,
    place: place(),
    replaces: true,
    ...more,
  };
}

export const now = Date.parse("2026-11-26T12:00:00Z");

export function certificate(more: Partial<Certificate> = {}): Certificate {
  return {
    names: ["komga.example.org"],
    issuer: "Let's Encrypt R11",
    validFrom: Date.parse("2026-11-01T00:00:00Z"),
    validTo: Date.parse("2027-01-30T00:00:00Z"),
    fingerprint: "AA",
    ...more,
  };
}

/** The certificate of an ingress-nginx that does not serve a host. */
export const fakeCertificate = certificate({
  names: ["ingress.local"],
  issuer: "Acme Co Kubernetes Ingress Controller Fake Certificate",
  fingerprint: "FA",
});
