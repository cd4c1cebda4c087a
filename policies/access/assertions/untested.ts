import type { Report } from "../../../stack-file/problems.ts";
import { stranger } from "../matrix/decider.ts";
import type { DeclaredApp } from "../matrix/view.ts";
import { signedIn } from "../principals.ts";
import type { Access } from "../routes.ts";
import type { AccessTests } from "./config.ts";

/** An app that no test denies to a stranger. */
export interface Untested {
  app: string;
  /** Where the assertion belongs: `accessTests.apps.komga`. */
  at: string;
  severity: "warning" | "error";
  message: string;
}

/** Apps that no test denies to a stranger. Apps that let in every stranger are not among them. */
export function untested(stack: {
  apps: readonly Pick<DeclaredApp, "name" | "key" | "access">[];
  accessTests: AccessTests;
}): Untested[] {
  const denied = new Set(
    stack.accessTests.tests.filter(({ deny }) => deny.includes(stranger)).map(({ app }) => app),
  );
  return stack.apps
    .filter(({ name, key = name, access }) => key === name && !letsInStrangers(access) && !denied.has(name))
    .map(({ name }) => ({
      app: name,
      at: `accessTests.apps.${name}`,
      severity: stack.accessTests.strict ? "error" : "warning",
      message: "no test denies this app to a stranger; add { deny: [stranger, anonymous] }",
    }));
}

function letsInStrangers(access: Access): boolean {
  return (
    access.kind === "public" ||
    (access.kind === "people" && access.people.some(({ principal }) => principal === signedIn))
  );
}

/** Reports every app that no test denies to a stranger. */
export function checkDenials(
  accessTests: AccessTests,
  apps: readonly Pick<DeclaredApp, "name" | "key" | "access">[],
  report: Report,
): void {
  for (const { at, severity, message } of untested({ accessTests, apps })) {
    if (severity === "error") report.problemAt(at, message);
    else report.warningAt(at, message);
  }
}
