export interface AccessTests {
  /** An app without a deny assertion for a stranger is an error, not a warning. */
  strict: boolean;
  tests: AccessTest[];
}

/** `alice@gmail.com`, any signed-in `stranger`, `anonymous`, or `group:readers` for each of its people. */
export type Principal = string;

export interface AccessTest {
  /** `accessTests.apps.komga[0]`. */
  at: string;
  app: string;
  paths: string[];
  method: string;
  /** Caller's address, where a policy asks for it. */
  sourceIp?: string;
  allow: Principal[];
  deny: Principal[];
}
