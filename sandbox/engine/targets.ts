/**
 * Matches URNs against targets as Pulumi does: `*` stands for anything but a colon, `**` for anything. A
 * target that matches nothing is no error.
 *
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_destroy/
 */
export function targetMatcher(targets: readonly string[]): (urn: string) => boolean {
  const patterns = targets.map((target) => {
    const source = target
      .split("**")
      .map((part) => part.split("*").map(escapeRegExp).join("[^:]*"))
      .join(".*");
    return new RegExp(`^${source}$`, "s");
  });
  return (urn) => patterns.some((pattern) => pattern.test(urn));
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
