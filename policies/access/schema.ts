import { z } from "zod";
import { expectations, hostName, network, someText, text } from "../../stack-file/fields.ts";
import { apiPath } from "../catalogue/schema.ts";

const api = z
  .union([
    text(
      (value) => value !== "" && !value.startsWith("/"),
      (value) => (value === "" ? "is empty" : `is a path: write a list, [${value}]`),
    ),
    z
      .array(
        z
          .union([
            apiPath,
            z.strictObject({
              path: apiPath.describe("Path: `/api` opens /api and everything below /api/."),
              exact: z.boolean().optional().describe("The path alone, nothing below it. Default: false."),
            }),
          ])
          .register(expectations, { expected: "a path such as /api, or a map of path and exact" }),
      )
      .min(1, { error: "is empty: name at least one path" }),
  ])
  .register(expectations, { expected: "the name of a catalogue entry, or a list of paths" })
  .describe(
    "Paths that anybody may call without signing in, because the app checks its own credentials there: the name of a catalogue entry, or a list of paths.",
  );

const from = z
  .array(network)
  .min(1, { error: "is empty: name at least one network, or leave the key out" })
  .optional()
  .describe("Networks outside which nobody passes, API paths included. Default: from anywhere.");

const someNames = (meaning: string) =>
  z.array(someText).min(1, { error: "is empty: leave the key out" }).optional().describe(meaning);

/** Who may reach an app. Exactly one kind, so that public and a policy can never meet. */
export const accessSchema = z
  .union([
    z.literal("public").describe("Everybody, signed in or not; refused where 443 is exposed directly."),
    z.literal("admins").describe("The admins alone."),
    z
      .strictObject({
        users: someNames("People by e-mail address, besides the admins."),
        groups: someNames("Groups of `users.groups`, besides the admins."),
        api: api.optional(),
        from,
      })
      .describe("People, besides the admins, who are always among them; API paths open to anybody."),
    z.strictObject({ apiOnly: api, from }).describe("No people at all: only the API paths."),
    z
      .strictObject({
        public: z
          .strictObject({
            consent: hostName.describe("The app's host, repeated: everybody on the internet reaches it."),
          })
          .describe("Everybody, signed in or not, with consent."),
      })
      .describe("Everybody, signed in or not, on a cluster whose 443 is exposed directly."),
    z
      .strictObject({ policy: someText.describe("Policy in Pomerium's own language, as YAML text.") })
      .describe("A policy of one's own, for the rare case."),
  ])
  .register(expectations, {
    expected:
      "`admins`, `public`, or a map: users, groups, api and from; apiOnly and from; public; or policy",
  })
  .describe("Who may reach the app.");

export type AccessInput = z.output<typeof accessSchema>;
export type ApiInput = z.output<typeof api>;
