/** A proxy did not answer, or refused. */
export class ProxyError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}
