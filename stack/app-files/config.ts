import { z } from "zod";
import { appHost } from "../../components/apps/hosts.ts";
import { appFilePattern } from "../../stack-file/beside.ts";
import { namespaceName, text } from "../../stack-file/fields.ts";

const path = text(
  appFilePattern,
  "is not the path of an app file: a path from the folder of the stack file to a .yaml file in it, such as teams/wiki.yaml; letters, digits, dots, hyphens and underscores, without `..`",
  { examples: ["teams/wiki.yaml"] },
);

/** One app file, and what its apps may do. */
export const appFileEntry = z.strictObject({
  namespaces: z
    .array(namespaceName)
    .min(1, { error: "is empty: name at least one namespace, or leave the key out" })
    .optional()
    .describe(
      "Namespaces of the file's apps. The file may then also not open an app to everybody, nor reach beyond these namespaces. Default: any namespace, and everything that an app may do.",
    ),
  hosts: z
    .array(appHost)
    .min(1, { error: "is empty: name at least one host, or leave the key out" })
    .optional()
    .describe(
      "Hosts of the file's apps: a host itself, or `*.shop.example.org` for everything below. Default: any host that is free.",
    )
    .meta({ examples: [["shop.example.org", "*.shop.example.org"]] }),
});

/** What an app file is limited to. Default: to nothing. */
export type AppFileLimits = z.output<typeof appFileEntry>;

export const appFilesSchema = z
  .record(path, appFileEntry)
  .default({})
  .describe(
    "Files with further apps, groups and access tests, by their path from the folder of this file. Each has `apps`, `users.groups` and `accessTests.apps`, as this file has them. Default: none.",
  )
  .meta({ examples: [{ "teams/wiki.yaml": { namespaces: ["wiki"], hosts: ["wiki.example.org"] } }] });
