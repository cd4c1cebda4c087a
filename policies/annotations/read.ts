import { parse } from "yaml";
import { isMap } from "../../stack-file/paths.ts";
import { type AnnotationName, annotationPrefix, annotations, type Form } from "./annotations.ts";
import { checkRoute, type RouteProblem } from "./check.ts";

/**
 * Reads the annotations of an Ingress as a route: the opposite of `renderRoute`. A value that does not have the form of
 * its annotation stays unchanged, so that `checkRoute` refuses it. Other annotations are left out.
 */
export function readRoute(written: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(written)
      .filter(([key]) => key.startsWith(annotationPrefix))
      .map(([key, text]) => {
        const name = key.slice(annotationPrefix.length);
        return [name, Object.hasOwn(annotations, name) ? readValue(name as AnnotationName, text) : text];
      }),
  );
}

/**
 * Finds annotations of an Ingress that this version of Pomerium would not do as written. It would leave the route out
 * of service, or silently do something else.
 *
 * @param version Pomerium's tag, `v0.33.1`.
 */
export function checkAnnotations(written: Readonly<Record<string, string>>, version: string): RouteProblem[] {
  return checkRoute(readRoute(written), version);
}

function readValue(name: AnnotationName, text: string): unknown {
  const { form, schema } = annotations[name];
  const value = readForm(form, text);
  // A number is written like the text of it.
  return form === "raw" && !schema.safeParse(value).success ? asYaml(text) : value;
}

function readForm(form: Form, text: string): unknown {
  switch (form) {
    case "presence":
      return text === "" || text === "true" ? true : text;
    case "commas":
      return text.split(",");
    case "raw":
    case "secret":
      return text;
    case "duration":
    case "enum": {
      const value = asYaml(text);
      return typeof value === "string" ? value : text;
    }
    case "requestHeaders":
      return mapTexts(asYaml(text), (value) => value.replaceAll("$$", "$"));
    case "responseHeaders":
      return mapTexts(asYaml(text), (value) => value.replaceAll("%%", "%"));
    case "structured":
      return snakeCase(asYaml(text));
    case "boolean":
    case "string":
    case "percent":
    case "map":
    case "list":
      return asYaml(text);
  }
}

function asYaml(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === "string" ? change(item) : item]),
  );
}

/** Pomerium takes the fields of its messages as `max_requests` and as `maxRequests`. */
function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(item),
    ]),
  );
}
