import { htmlPage } from "../../report/html/page.ts";
import { sectionsTab } from "../../report/html/sections.ts";
import type { Scope, Tab } from "../../report/html/tab.ts";
import type { Page } from "../../report/sections.ts";
import type { AuditOrigin } from "./page.ts";

/** An audit as a part of a page. */
export function auditTab(page: Page, scope?: Scope): Tab {
  return sectionsTab("audit", "Audit", page, scope);
}

/** An audit as a separate page. */
export function auditHtml(page: Page, provenance: AuditOrigin): string {
  return htmlPage({ title: page.title, provenance, tabs: [auditTab(page)] });
}
