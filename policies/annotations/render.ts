import { type AnnotationName, annotationPrefix, annotations, type Form, type Route } from "./annotations.ts";
import { checkRoute, type RouteProblem } from "./check.ts";
import { requestHeaderTemplate, responseHeaderFormat } from "./header.ts";
import { yamlFlow, yamlText } from "./text.ts";

/** A route that cannot be rendered, with all its problems. */
export class RouteError extends Error {
  readonly problems: readonly RouteProblem[];

  constructor(problems: readonly RouteProblem[]) {
    super(problems.map(({ at, message }) => `${at}: ${message}`).join("\n"));
    this.name = "RouteError";
    this.problems = problems;
  }
}

/**
 * Renders a route as annotations of an Ingress. Pomerium reads each value back as it was given.
 *
 * Values of `set_request_headers` and `set_response_headers` are literal: `$` and `%`, which Pomerium and
 * Envoy take as the start of a substitution, are doubled. Only `${pomerium.…}` in a request header stays.
 *
 * @param version Pomerium's tag, `v0.33.1`.
 * @throws RouteError if the version does not know an annotation or would do something else.
 */
export function renderRoute(route: Route, version: string): Record<string, string> {
  const problems = checkRoute(route, version);
  if (problems.length > 0) throw new RouteError(problems);
  const rendered: Record<string, string> = {};
  for (const name of Object.keys(annotations).sort() as AnnotationName[]) {
    const value = route[name];
    if (value !== undefined)
      rendered[`${annotationPrefix}${name}`] = renderValue(annotations[name].form, value);
  }
  return rendered;
}

function renderValue(form: Form, value: unknown): string {
  switch (form) {
    case "string":
      return yamlText(String(value));
    case "percent":
      return `${value}.0`;
    case "commas":
      return (value as string[]).join(",");
    case "requestHeaders":
      return yamlFlow(mapValues(value as Record<string, string>, requestHeaderTemplate));
    case "responseHeaders":
      return yamlFlow(mapValues(value as Record<string, string>, responseHeaderFormat));
    case "map":
    case "list":
    case "structured":
      return yamlFlow(value);
    case "boolean":
    case "presence":
    case "duration":
    case "raw":
    case "enum":
    case "secret":
      return String(value);
  }
}

function mapValues(map: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
