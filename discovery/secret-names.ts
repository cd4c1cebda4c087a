const secret = /token|secret|password|passwd|api-?key|private-?key|credential/i;

/** Whether the value under a key may be a credential in plain text. A stack file must not hold it. */
export const soundsSecret = (key: string): boolean => secret.test(key);
