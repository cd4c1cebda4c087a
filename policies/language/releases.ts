import type { AnnotationName } from "../annotations/annotations.ts";

/**
 * What a release may bring: annotations of a route, identity providers, fields of Pomerium's settings, and behaviours
 * that others must know.
 */
interface Additions {
  annotations?: readonly AnnotationName[];
  /** New values of annotations that the releases before have. */
  values?: Readonly<Partial<Record<AnnotationName, readonly string[]>>>;
  identityProviders?: readonly string[];
  settings?: readonly string[];
  behaviours?: readonly Behaviour[];
}

/** Features of Pomerium that exist from one release on. */
export type Behaviour =
  /** Limits the memory that one compressed request can take: a security fix. */
  | "decompressionLimit"
  /** Merges slashes in a path before routes and policies see it. */
  | "mergedSlashes"
  /** Answers 400 to `%2F` and `%5C` in a path, and to headers with underscores, unless its settings say otherwise. */
  | "strictRequests"
  /** Has settings for paths with escaped slashes and for headers with underscores. */
  | "requestSettings"
  /** Can keep a copy of the sessions in every pod. */
  | "clusteredStore"
  /** Asks for a cluster role that may change every Secret and certificate. */
  | "wideClusterRole";

/** The meaning of a behaviour for somebody who changes the release. */
const behaviourTexts: Record<Behaviour, string> = {
  decompressionLimit: "limits the memory of a compressed request (a security fix)",
  mergedSlashes: "merges slashes in paths before routes and policies see them",
  strictRequests: "answers 400 to %2F and %5C in paths and to headers with underscores",
  requestSettings: "has settings for escaped slashes and for headers with underscores",
  clusteredStore: "can keep a copy of the sessions in every pod",
  wideClusterRole: "asks for a cluster role that may change every Secret and certificate",
};

interface Release {
  /** Tag of github.com/pomerium/ingress-controller. */
  tag: string;
  /**
   * Commit of the tag: a tag can be moved, a commit cannot. Absent for a release that nobody gets without a decision:
   * the stack file must name its commit.
   */
  commit?: string;
  /** Version of Pomerium in it: a tag of github.com/pomerium/pomerium, or a commit between two tags. */
  core?: string;
  adds?: Additions;
  /** Annotations that the release no longer knows, with their successors if they have one. */
  removes?: Readonly<Partial<Record<AnnotationName, { successor?: AnnotationName }>>>;
}

/**
 * First release whose official images and binaries come under the Pomerium Community Edition License. It is not among
 * the supported ones: nobody gets it without a decision.
 */
const newLicence = "v0.34.0";

/**
 * Every release of Pomerium's ingress controller that this project supports, oldest first, and what each changes. No
 * other file of the project decides by a version of Pomerium. Features that no release adds exist in all of them. The
 * criteria of the policy language are the same in all of them.
 *
 * @see https://github.com/pomerium/ingress-controller/releases
 */
const releases: readonly Release[] = [
  { tag: "v0.31.3", commit: "14de0a0e8877ad870af94452ab081b1321f130df", core: "v0.31.3" },
  {
    tag: "v0.32.0",
    commit: "d9e3e0670ad1d9bd7a50dcad3ba9d2a1c6b0e9d4",
    core: "e6ca99d1618a",
    adds: {
      annotations: ["identity_provider_secret", "load_balancing_policy"],
      settings: ["mcpAllowedClientIdDomains"],
    },
    removes: {
      lb_policy: { successor: "load_balancing_policy" },
      least_request_lb_config: {},
      maglev_lb_config: {},
      ring_hash_lb_config: {},
    },
  },
  { tag: "v0.32.1", commit: "b6ed91ac3d84c160da347cbc9b1d5af893de37e0", core: "e6ca99d1618a" },
  { tag: "v0.32.2", commit: "5ae8ad9c1bd95d4bb2833fe5505834f6809f8c5d", core: "e6ca99d1618a" },
  { tag: "v0.32.3", commit: "316d7b0549c7c28909db99f97f200ff874c1cece", core: "v0.32.1" },
  { tag: "v0.32.4", commit: "ab439e68b563667c29dafd6b95b521ec8a6e9bce", core: "v0.32.3" },
  { tag: "v0.32.5", commit: "cba8cef27ad9d659b696e9817d82c01e41355c9c", core: "v0.32.4" },
  { tag: "v0.32.6", commit: "b3f6aded1d28fa4d34c2653fa2f636f1eb57ecf7", core: "v0.32.5" },
  { tag: "v0.32.7", commit: "05e34a15bd275d3bae6da1f9416b60c07db5a7b8", core: "v0.32.6" },
  { tag: "v0.32.8", commit: "047691698e9363313a203082ac823347065a68e2", core: "v0.32.7" },
  {
    tag: "v0.32.9",
    commit: "07500560f55a9e968e4fbb45fcf7f1feac320d2b",
    core: "v0.32.9",
    adds: { behaviours: ["decompressionLimit"] },
  },
  {
    tag: "v0.33.0",
    commit: "f9043f26e2e67ce4c1fdb8b504a291d2b7a9c48d",
    core: "v0.33.0",
    adds: {
      annotations: [
        "allow_upgrades",
        "enable_google_cloud_serverless_authentication",
        "mcp_server_authorization_server_url",
        "mcp_server_upstream_oauth2_auth_style",
        "mcp_server_upstream_oauth2_authorization_url_params",
        "ssh_upstream",
        "upstream_tunnel",
        "upstream_tunnel_ssh_policy",
      ],
      identityProviders: ["apple", "cognito"],
      settings: ["allowUpgrades", "envoyDynamicExtensions", "mcpAllowedAsMetadataDomains"],
      behaviours: ["clusteredStore", "mergedSlashes", "strictRequests", "wideClusterRole"],
    },
  },
  {
    tag: "v0.33.1",
    commit: "4982fa7b95ff7470066384667d330889dc1047a6",
    core: "v0.33.0",
    adds: {
      settings: [
        "headersWithUnderscoresAction",
        "mergeSlashes",
        "normalizePath",
        "pathWithEscapedSlashesAction",
      ],
      behaviours: ["requestSettings"],
    },
  },
  {
    tag: newLicence,
    adds: { annotations: ["h2c_upstream"], values: { bearer_token_format: ["jwt"] } },
  },
];

/** Commit of every supported tag. */
export const pinnedCommits: Readonly<Record<string, string>> = Object.fromEntries(
  releases.flatMap(({ tag, commit }) => (commit === undefined ? [] : [[tag, commit]])),
);

const supported = Object.keys(pinnedCommits);

/** First release whose settings, annotations and manifests this program was written for. */
export const oldestRelease = supported[0]!;

/** Newest release that this program was tested with: the one that a stack gets when its file names none. */
export const newestRelease = supported.at(-1)!;

/** Whether `text` has the form of a release tag, for example `v0.33.1`. */
export function isReleaseTag(text: string): boolean {
  return /^v\d+\.\d+\.\d+$/.test(text);
}

/**
 * Order of two releases: negative when `a` is the older one.
 *
 * @throws RangeError when one of them is not a release tag.
 */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => {
    if (!isReleaseTag(text))
      throw new RangeError(`"${text}" is not a release tag; write it like ${newestRelease}`);
    return text.slice(1).split(".").map(Number);
  });
  const place = left!.findIndex((number, i) => number !== right![i]);
  return place < 0 ? 0 : left![place]! - right![place]!;
}

/** Whether `release` is `minimum` or a later one. */
export function atLeast(release: string, minimum: string): boolean {
  return compareReleases(release, minimum) >= 0;
}

/** The release that brought something; undefined when all supported ones have it. */
export function firstWith(kind: "behaviours", name: Behaviour): string;
export function firstWith(kind: Exclude<keyof Additions, "values">, name: string): string | undefined;
export function firstWith(kind: Exclude<keyof Additions, "values">, name: string): string | undefined {
  return releases.find(({ adds }) => (adds?.[kind] as readonly string[] | undefined)?.includes(name))?.tag;
}

/** The release that brought a value of an annotation; undefined when the value is as old as the annotation. */
export function firstWithValue(annotation: AnnotationName, value: unknown): string | undefined {
  return releases.find(({ adds }) =>
    (adds?.values?.[annotation] as readonly unknown[] | undefined)?.includes(value),
  )?.tag;
}

/** Answers of {@link behaves}, which is asked for every app. */
const behaving = new Map<string, boolean>();

/**
 * Whether a release behaves like this.
 *
 * @throws RangeError when `release` is not a release tag.
 */
export function behaves(release: string, behaviour: Behaviour): boolean {
  const key = `${release} ${behaviour}`;
  const known = behaving.get(key) ?? atLeast(release, firstWith("behaviours", behaviour));
  behaving.set(key, known);
  return known;
}

/** The release from which on an annotation is unknown, and what to write instead. */
export function removal(annotation: AnnotationName): { tag: string; successor?: string } | undefined {
  const found = releases.find(({ removes }) => removes && Object.hasOwn(removes, annotation));
  return found && { tag: found.tag, ...found.removes?.[annotation] };
}

/**
 * What a change of the release changes, one line each. On the way to an older release, the lines say what goes.
 *
 * @throws RangeError when one of them is not a release tag.
 */
export function changesBetween(from: string, to: string): string[] {
  const isNewer = compareReleases(to, from) > 0;
  const [older, newer] = isNewer ? [from, to] : [to, from];
  const passed = releases.filter(({ tag }) => !atLeast(older, tag) && atLeast(newer, tag));
  const came = passed.flatMap(({ adds }) => adds ?? []);
  const names = (list: readonly string[], what: string): string[] =>
    list.length === 0 ? [] : [`${what} ${list.join(", ")}`];
  const [gains, loses] = isNewer ? ["new", "gone"] : ["gone", "new"];
  return [
    ...came.flatMap(({ behaviours = [] }) =>
      behaviours.map((one) => (isNewer ? behaviourTexts[one] : `no longer: ${behaviourTexts[one]}`)),
    ),
    ...names(
      came.flatMap(({ annotations = [] }) => annotations),
      `${gains} annotations:`,
    ),
    ...names(
      passed.flatMap(({ removes = {} }) => Object.keys(removes)),
      `${loses} annotations:`,
    ),
    ...names(
      came.flatMap(({ identityProviders = [] }) => identityProviders),
      `${gains} identity providers:`,
    ),
  ];
}

/** What somebody should know before they run a release; undefined when there is nothing to say. */
export function releaseWarning(release: string): string | undefined {
  if (atLeast(release, newLicence))
    return `since ${newLicence}, upstream's images come under the Pomerium Community Edition License, which only some may use; read its conditions before you use ${release}, or stay on ${newestRelease}`;
  if (behaves(release, "strictRequests") && !behaves(release, "requestSettings"))
    return `${release} refuses paths with escaped slashes and headers with underscores, and has no setting for it; use ${firstWith("behaviours", "requestSettings")}`;
  if (!behaves(release, "decompressionLimit"))
    return `${release} lacks a security fix (a request can exhaust memory when it is decompressed); use ${firstWith("behaviours", "decompressionLimit")} or ${newestRelease}`;
  return undefined;
}
