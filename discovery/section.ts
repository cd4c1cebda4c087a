import type { PathPart } from "../stack-file/paths.ts";
import type { Comment } from "./commented-yaml.ts";

/** A task that is left for a person. */
export interface Todo {
  /** Key path in the stack file. */
  at: string;
  message: string;
  /** What does it, if a command can. */
  command?: string;
  /** The step that it blocks until it is done: the stack file's check, a preview, or only the last phase. */
  stops: "check" | "preview" | "retired";
}

/** A section of a stack file, or a part of one. */
export interface Section {
  value: Record<string, unknown>;
  comments: Comment[];
  oneLine: (readonly PathPart[])[];
  todos: Todo[];
}

/** Beginning of the comment at what only a person knows. */
export const todo = "TO DO:";

/** A value of a section that only a person knows. */
export interface Task {
  path: string[];
  comment: string;
  message: string;
}
