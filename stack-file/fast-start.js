/**
 * Makes the program and the commands start faster. It is plain JavaScript, because the first files of a process cannot
 * use the cache that it enables.
 */
import module from "node:module";
import { fileURLToPath } from "node:url";

// Compiled code of earlier runs. Not Node's default folder, which other users of the machine can write to.
module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url)));

// Pulumi's runner installs a function that looks every stack trace up in source maps, and takes such a trace for each
// resource. The project's files run as they are written, so Node's own traces are right, and Node's function stays.
Object.defineProperty(Error, "prepareStackTrace", { get: () => undefined, set: () => {} });
