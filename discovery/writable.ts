import { appHost } from "../components/apps/hosts.ts";
import { metadataSchema } from "../components/apps/metadata.ts";
import { pathKey } from "../components/apps/paths.ts";
import { apiPath } from "../policies/catalogue/config.ts";

/** Whether a stack file takes a host for an app. */
export const isWritableHost = (host: string): boolean => appHost.safeParse(host).success;

/** Whether a stack file takes a path of an app. */
export const isWritablePath = (path: string): boolean => pathKey.safeParse(path).success;

/** Whether a stack file takes a path that is open to anybody. */
export const isWritableOpenPath = (path: string): boolean => apiPath.safeParse(path).success;

/** Whether a stack file takes an annotation for other tools. */
export const isWritableAnnotation = (key: string, value: string): boolean =>
  metadataSchema.annotations.safeParse({ [key]: value }).success;
