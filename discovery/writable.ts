import { isHost } from "../stack-file/values.ts";

/** Whether a stack file takes a host for an app. */
export const isWritableHost = (host: string): boolean => isHost(host);
