import { LineCounter, type Node } from "yaml";

/** A mistake in the text of a policy, and its place. */
export interface Problem {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  message: string;
  /** The probable intention, or what to write. */
  hint?: string;
}

/** Collects what is wrong with one text, so that all of it is reported at once. */
export class Problems {
  readonly list: Problem[] = [];
  /** Parts that Pomerium accepts with a meaning that is certain, but not the one that the text suggests. */
  readonly warnings: Problem[] = [];
  readonly lines = new LineCounter();

  /** Reports a mistake at a node, or at the beginning of the text. Returns undefined, so that a reader can return it. */
  at(node: Node | null | undefined, message: string, hint?: string): undefined {
    this.atOffset(node?.range?.[0] ?? 0, message, hint);
  }

  atOffset(offset: number, message: string, hint?: string): undefined {
    this.list.push(this.#problem(offset, message, hint));
  }

  warn(node: Node | null | undefined, message: string, hint?: string): void {
    this.warnAtOffset(node?.range?.[0] ?? 0, message, hint);
  }

  warnAtOffset(offset: number, message: string, hint?: string): void {
    this.warnings.push(this.#problem(offset, message, hint));
  }

  #problem(offset: number, message: string, hint?: string): Problem {
    const { line, col } = this.lines.linePos(offset);
    return {
      // A text without a line end has no first line as the counter sees it.
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      message,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

/** A problem as one line: `3:9 unknown criterion "emial"; did you mean "email"?` */
export function formatProblem({ line, column, message, hint }: Problem): string {
  return `${line}:${column} ${message}${hint === undefined ? "" : `; ${hint}`}`;
}
