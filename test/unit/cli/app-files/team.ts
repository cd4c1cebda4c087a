import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { house, makeProject, type Project } from "../project.ts";

/** The wiki team's file, and a house that names it and has no wiki of its own. */
export function teamHouse(limits: object = { namespaces: ["wiki"] }) {
  const main = { ...house(), appFiles: { "teams/wiki.yaml": limits } as Record<string, object> };
  delete main.apps.wiki;
  delete main.accessTests.apps.wiki;
  const team = {
    users: { groups: { editors: ["bob@example.org"] } as Record<string, string[]> },
    apps: {
      wiki: {
        namespace: "wiki",
        service: { name: "wiki", port: 80 },
        access: { groups: ["editors"] } as unknown,
      },
    } as Record<string, { namespace: string; service: object; access: unknown; host?: string }>,
    accessTests: {
      apps: {
        wiki: [{ allow: ["group:editors"], deny: ["alice@gmail.com", "stranger", "anonymous"] }],
      } as Record<string, object[]>,
    },
  };
  return { main, team };
}

export type Team = ReturnType<typeof teamHouse>["team"];

/** Writes the team's file. */
export function put(project: Project, team: object): void {
  project.put("teams/wiki.yaml", stringify(team));
}

/** A repository in which the team's file is committed, and then changed. */
export function changedTeam(change: (team: Team) => void): Project {
  const { main, team } = teamHouse();
  const project = makeProject({ house: main });
  put(project, team);
  project.commit();
  change(team);
  put(project, team);
  return project;
}

/** The line of the team's file with a text. */
export const lineOf = (project: Project, text: string): number =>
  readFileSync(join(project.directory, "teams/wiki.yaml"), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;
