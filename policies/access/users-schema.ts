import { z } from "zod";
import { text } from "../../stack-file/fields.ts";
import { dnsLabel } from "../../stack-file/values.ts";

export const usersSchema = z.strictObject({
  admins: z.array(z.string()).describe("People who reach everything that people reach. Never empty."),
  groups: z
    .record(
      text((value) => dnsLabel.test(value), "is no group name: lower case letters, digits and hyphens"),
      z.array(z.string()),
    )
    .default({})
    .describe("Group name and its people. Default: no groups."),
});

export type UsersInput = z.output<typeof usersSchema>;
