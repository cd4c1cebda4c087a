/** Where and when a report was made, and by what. */
export interface Provenance {
  /** Where a cluster was read from, as the end of "from …". Absent if none was read. */
  source?: string;
  /** Commit of the project, with a note if files differ from it. Absent outside a repository. */
  commit?: string;
  /** Time of the reading, RFC 3339. */
  date: string;
  /** Version of this program. */
  version: string;
  /** SHA-256 of the content, in hexadecimal. */
  hash: string;
}

/** A part of a report, in whatever format. */
export interface PageSection {
  title: string;
  /** Sentences in front of everything. */
  lead?: string[];
  /** `anchors` are the ids to which the first cells of a page's table lead. */
  table?: { head: string[]; rows: string[][]; anchors?: string[] };
  /** Items with details. */
  items?: { title: string; details: string[] }[];
  /** Commands to copy. */
  commands?: string[];
}

/** A report: the same parts for a terminal, Markdown and HTML. */
export interface Page {
  title: string;
  summary: string;
  sections: PageSection[];
}
