import { appName } from "../components/apps/config.ts";
import { withoutWildcard } from "../stack-file/hosts.ts";
import { bareName } from "./known-app.ts";

/** The longest name with which no name of an app's objects is too long. */
const longest = 40;

/** A text as the name of an app; undefined if it has no usable character. */
function asName(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
  return appName.safeParse(name).success ? name : undefined;
}

/** Gives each app a different name. */
export class AppNames {
  readonly #taken: Set<string>;

  /** @param taken Names that no app may get. */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /**
   * Takes the first free name. The candidates are the catalogue's entry, the first label of the host, the Ingress's
   * name, and the host with hyphens. The last resort is a name with a number.
   */
  take({ entry, host, ingress }: { entry?: string | undefined; host: string; ingress: string }): string {
    const labels = withoutWildcard(host).split(".");
    const [label = ""] = labels;
    // The domain itself, and `www.`, say nothing about the app.
    const first =
      labels.length > 2 && label !== "www" ? [label, bareName(ingress)] : [bareName(ingress), label];
    const wanted = [...(entry === undefined ? [] : [entry]), ...first, ingress, labels.join("-"), "app"];
    const names = wanted.flatMap((each) => asName(each) ?? []);
    const free = names.find((name) => !this.#taken.has(name)) ?? this.#numbered(names[0]!);
    this.#taken.add(free);
    return free;
  }

  #numbered(name: string): string {
    for (let i = 2; ; i++) if (!this.#taken.has(`${name}-${i}`)) return `${name}-${i}`;
  }
}
