import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { hostInNames, ingressNames, pomeriumNamespace } from "../cluster/names.ts";
import { type AppContext, type AppInput, tlsOf } from "./config.ts";

/** Finds conflicts between two apps, and between an app and the sign-in pages or this stack's own objects. */
export function checkTogether(
  apps: ReadonlyMap<string, AppInput>,
  { domain, zones, authenticateHost }: AppContext,
  report: Report,
): void {
  const hosts = new Map<string, string>();
  const secrets = new Map<string, { by: string; isExisting: boolean }>();
  // Pomerium's own certificates.
  for (const secret of ["pomerium-auth-tls", ...(zones ?? []).map((zone) => `wildcard-${zone}-tls`)])
    secrets.set(`${pomeriumNamespace}/${secret}`, { by: "Pomerium itself", isExisting: false });
  const own = new Set(
    [...apps].flatMap(([name, app]) => {
      const paths = Object.keys(app.paths).map((path) => ({ path }));
      return ingressNames({ name, paths }).map((ingress) => `${app.namespace}/${ingress}`);
    }),
  );
  for (const [name, app] of apps) {
    const at = ["apps", name];
    const takeHost = (host: string, place: readonly PathPart[]): void => {
      const other = hosts.get(host);
      if (other !== undefined) report.problem(place, `${host} is already the host of apps.${other}`);
      else if (host === authenticateHost)
        report.problem(place, `${host} is the host of Pomerium's sign-in pages`);
      else hosts.set(host, name);
    };
    const { tlsSecret, isExistingSecret = false } = tlsOf(name, app);
    const takeSecret = (secretName: string, place: readonly PathPart[]): void => {
      const secret = `${app.namespace}/${secretName}`;
      const sharer = secrets.get(secret);
      // A certificate of somebody else may be for several hosts.
      if (sharer !== undefined && !(isExistingSecret && sharer.isExisting))
        report.problem(
          place,
          `Secret ${secret} already belongs to ${sharer.by}: its certificate would have only one of the two hosts`,
        );
      else secrets.set(secret, { by: `apps.${name}`, isExisting: isExistingSecret });
    };
    const host = app.host ?? (domain === undefined ? undefined : `${name}.${domain}`);
    if (host !== undefined) takeHost(host, [...at, "host"]);
    takeSecret(tlsSecret, [...at, "tls", isExistingSecret ? "existing" : "secretName"]);
    for (const [i, alias] of (app.aliases ?? []).entries()) {
      const taken = hosts.has(alias);
      takeHost(alias, [...at, "aliases", i]);
      // A host that two apps have is reported once.
      if (!taken && !isExistingSecret) takeSecret(`${hostInNames(alias)}-tls`, [...at, "aliases", i]);
    }
    const replaced = typeof app.replaces === "string" ? [app.replaces] : (app.replaces ?? []);
    for (const [i, ingress] of replaced.entries()) {
      const place = typeof app.replaces === "string" ? [...at, "replaces"] : [...at, "replaces", i];
      if (own.has(`${app.namespace}/${ingress}`))
        report.problem(
          place,
          `${ingress} is the name of one of this stack's own Ingresses in ${app.namespace}`,
        );
      else if (replaced.indexOf(ingress) !== i) report.problem(place, `${ingress} is named twice`);
    }
  }
}
