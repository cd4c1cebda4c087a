import { cut } from "../../stack-file/text.ts";
import type { Facts } from "./facts.ts";
import { fenced } from "./fenced.ts";
import { section } from "./section.ts";

/** The changes that have a name, one section for each kind. */
export function namedChangesText({ named }: Facts, rows: number): string[] {
  const { moved, renamed, release, signIn, widened, loosened, identity } = named;
  return [
    ...(identity.length > 0 ? [section("Who can sign in", fenced(identity.join("\n")))] : []),
    ...(widened.length > 0 ? [section("What app files may do", fenced(messagesOf(widened, rows)))] : []),
    ...(loosened.length > 0
      ? [section("Who may connect past Pomerium", fenced(messagesOf(loosened, rows)))]
      : []),
    ...(signIn.length > 0 ? [section("Hosts that move to sign-in", fenced(signIn.join("\n")))] : []),
    ...(moved.length > 0
      ? [
          section(
            "Moved hosts",
            fenced(moved.map(({ app, from, to }) => `${app}: ${from} → ${to}`).join("\n")),
          ),
        ]
      : []),
    ...(renamed.length > 0
      ? [
          section(
            "Renamed apps",
            fenced(renamed.map(({ from, to, host }) => `${from} → ${to}   ${host}`).join("\n")),
          ),
        ]
      : []),
    ...(release
      ? [
          section(
            `Pomerium ${release.from} → ${release.to}`,
            release.changes.length === 0
              ? "Nothing that this project knows of changes with the release."
              : fenced(release.changes.join("\n")),
          ),
        ]
      : []),
  ];
}

/** Longer lines are cut: the path of a file has any length. */
const longestLine = 300;

function messagesOf(all: readonly { message: string }[], rows: number): string {
  const lines = all.slice(0, rows).map(({ message }) => cut(message, longestLine));
  return [...lines, ...(all.length > rows ? [`${all.length - rows} more`] : [])].join("\n");
}
