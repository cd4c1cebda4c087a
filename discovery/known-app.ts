import { catalogue } from "../policies/catalogue/catalogue.ts";

/** The facts about an app in the cluster by which the catalogue may recognise it. */
export interface Evidence {
  /** Images of the pods behind its Service. */
  images: readonly string[];
  /** Names that people gave it: label, Ingress, Service, host, namespace; the most telling first. */
  names: readonly string[];
}

/** A guess at the entry of the catalogue, and what it is based on. */
export interface KnownApp {
  entry: string;
  because: string;
}

/** An entry is about some versions of the app only. */
const otherVersions: Readonly<Record<string, RegExp>> = {
  // The entry is about 1.x; later versions have another API.
  influxdb: /:v?[2-9]/,
};

/** The part of a name that says nothing about the app. */
const ending = /-(ingress|ing|nginx|svc|service|http|https|web|ui|tcp|server|app|main)$/;

/** A name, and the shorter names that are left when its endings are removed one by one. */
function stagesOf(name: string): string[] {
  const bare = name.replace(ending, "");
  return bare === name ? [name] : [name, ...stagesOf(bare)];
}

/** A name without what Ingresses and Services usually end with. */
export function bareName(name: string): string {
  return stagesOf(name).at(-1)!;
}

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Guesses the catalogue's entry for an app, by its image before its names. */
export function knownApp(
  { images, names }: Evidence,
  entries = Object.keys(catalogue),
): KnownApp | undefined {
  for (const image of images) {
    const entry = entries.find((each) => isImageOf(image, each));
    if (entry !== undefined)
      return otherVersions[entry]?.test(image) ? undefined : { entry, because: `its image ${image}` };
  }
  for (const name of names) {
    const stages = stagesOf(name).map(plain);
    const entry = entries.find((each) => stages.includes(plain(each)));
    if (entry !== undefined) return { entry, because: `its name ${name}` };
  }
  return undefined;
}

/** An image's last name that says nothing about the app: `vaultwarden/server`. */
const generic = /^(server|core|app|web|ui|frontend|backend|main|service|api)$/;

/**
 * Whether an image is that of an entry: `ghcr.io/advplyr/audiobookshelf`. The owner counts only in front of a generic
 * name, as in `fireflyiii/core`: `grafana/loki` is not Grafana, and `rancher/klipper-lb` is not Rancher.
 */
function isImageOf(image: string, entry: string): boolean {
  const repository = image.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  const parts = repository.split("/");
  // The registry's host says nothing about the app.
  const own = parts.length > 1 && /[.:]|^localhost$/.test(parts[0]!) ? parts.slice(1) : parts;
  const last = own.at(-1)!.replace(/-(ce|ee)$/, "");
  const telling = [...stagesOf(last), ...(own.length > 1 && generic.test(last) ? [own.at(-2)!] : [])];
  return telling.some((part) => plain(part) === plain(entry));
}
