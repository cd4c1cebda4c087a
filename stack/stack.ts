import type { AppConfig } from "../components/apps/config.ts";
import type { CertificatesConfig } from "../components/certificates/config.ts";
import type { Cluster } from "../components/cluster/config.ts";
import type { Phase } from "../components/cluster/phase.ts";
import type { IngressNginxConfig } from "../components/ingress-nginx/config.ts";
import type { IsolatedService } from "../components/network-policies/config.ts";
import type { PomeriumConfig } from "../components/pomerium/config.ts";
import type { TunnelConfig } from "../components/tunnels/config.ts";
import type { AccessTests } from "../policies/access/assertions/config.ts";
import type { Directory } from "../policies/access/people.ts";
import type { PlaceOf } from "../stack-file/place.ts";
import type { Warning } from "../stack-file/problems.ts";
import type { AppFileLimits } from "./app-files/config.ts";

/**
 * A complete, checked stack: with defaults, groups resolved to people, full host names and catalogue entries. The program
 * and the command line use nothing else of the stack file.
 */
export interface Stack {
  /** The Pulumi stack's name: `octavo`. */
  name: string;
  cluster: Cluster;
  phase: Phase;
  /** Domain of every app that names no `host`. */
  domain: string;
  pomerium: PomeriumConfig;
  certificates: CertificatesConfig;
  directory: Directory;
  /** In the order of the stack file. */
  apps: AppConfig[];
  /** The app files, and what each is limited to. */
  appFiles: Readonly<Record<string, AppFileLimits>>;
  /** Whether apps that do not say it themselves are isolated. */
  isolate: boolean;
  /** Services that only Pomerium may reach. */
  isolation: IsolatedService[];
  tunnels: TunnelConfig[];
  ingressNginx?: IngressNginxConfig;
  accessTests: AccessTests;
  /** Parts of the stack file that are allowed but deserve a look. */
  warnings: Warning[];
  placeOf: PlaceOf;
}
