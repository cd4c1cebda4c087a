import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { everybody, grants } from "../../../../policies/access/people.ts";
import { directories } from "./matrix/stacks.ts";

const directory = {
  admins: ["admin-user@gmail.com"],
  groups: {
    readers: ["alice@gmail.com", "admin-user@gmail.com"],
    listeners: ["bob@gmail.com", "alice@gmail.com"],
  },
};

describe("people of a stack", () => {
  it("admins pass everywhere, and an app's own users and groups besides", () => {
    assert.deepEqual(
      grants(directory, { users: ["carol@gmail.com"], groups: ["readers"] }, "apps.komga.access"),
      [
        { principal: "admin-user@gmail.com", grantedAt: "users.admins[0]" },
        { principal: "carol@gmail.com", grantedAt: "apps.komga.access.users[0]" },
        { principal: "alice@gmail.com", grantedAt: "users.groups.readers[0]" },
      ],
    );
  });

  it("a person in several groups is named once, by the first group that the app names", () => {
    const grantedAt = (groups: string[]) =>
      grants(directory, { groups }, "apps.komga.access").find(
        ({ principal }) => principal === "alice@gmail.com",
      )?.grantedAt;
    assert.equal(grantedAt(["listeners", "readers"]), "users.groups.listeners[1]");
    assert.equal(grantedAt(["readers", "listeners"]), "users.groups.readers[0]");
  });

  it("a group that the stack does not have lets nobody in", () => {
    assert.deepEqual(
      grants(directory, { groups: ["constructor", "readrs"] }, "apps.komga.access").map(
        ({ principal }) => principal,
      ),
      ["admin-user@gmail.com"],
    );
  });

  it("everybody is listed once, in the order of the stack file", () => {
    assert.deepEqual(everybody(directory), ["admin-user@gmail.com", "alice@gmail.com", "bob@gmail.com"]);
  });

  it("every reason leads back to the line that names the person", () => {
    fc.assert(
      fc.property(
        directories,
        fc.uniqueArray(fc.constantFrom("readers", "listeners", "watchers")),
        (all, groups) => {
          for (const { principal, grantedAt } of grants(all, { groups }, "apps.komga.access")) {
            const [, group, admin] = /^users\.(?:groups\.(\w+)|(admins))\[\d+\]$/.exec(grantedAt) ?? [];
            const index = Number(/\[(\d+)\]$/.exec(grantedAt)?.[1]);
            assert.equal((admin ? all.admins : all.groups[group!])?.[index], principal);
          }
        },
      ),
    );
  });
});
