import type { ReadinessRow } from "../components/cluster/readiness.ts";
import { readinessData } from "../components/cluster/readiness-table.ts";
import type { Audit } from "../discovery/audit/audit.ts";
import { auditTab } from "../discovery/audit/html.ts";
import { auditPage } from "../discovery/audit/page.ts";
import { runAccessTests } from "../policies/access/assertions/run.ts";
import { untested } from "../policies/access/assertions/untested.ts";
import type { Matrix } from "../policies/access/matrix/matrix.ts";
import { accessTab } from "../report/html/access.ts";
import { readinessTab } from "../report/html/readiness.ts";
import type { Scope, Tab } from "../report/html/tab.ts";
import { waysOf } from "../report/html/ways.ts";
import type { Stack } from "../stack/stack.ts";
import { conclusion } from "./commands/ready.ts";
import type { Seen } from "./view-by-name.ts";

/** The part of a page about who may reach what. */
export function accessPart({ stack }: Pick<Seen, "stack">, matrix: Matrix, scope?: Scope): Tab {
  return accessTab({
    matrix,
    ...(stack
      ? { ways: waysOf(stack), tests: { results: runAccessTests(stack), untested: untested(stack) } }
      : {}),
    ...(scope === undefined ? {} : { scope }),
  });
}

/** The part of a page about what must still happen before ingress-nginx is removed. */
export function readinessPart(
  stack: Pick<Stack, "ingressNginx">,
  gates: readonly ReadinessRow[],
  scope?: Scope,
): Tab {
  const { ready, rows } = readinessData(gates);
  return readinessTab({ ready, verdict: conclusion(stack, gates, ready), rows }, scope);
}

/** The part of a page about what a migration is up against. */
export function auditPart(audit: Audit, scope?: Scope): Tab {
  return auditTab(auditPage(audit), scope);
}

/** The facts about a stack that a page shows beside its name. */
export function subtitleOf({ view, stack }: Seen): string {
  return [view.name, stack?.phase].filter(Boolean).join(" · ");
}
