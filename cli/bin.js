#!/usr/bin/env node
import "../stack-file/supported-node.js";
import "../stack-file/fast-start.js";

await import("./main.ts");
