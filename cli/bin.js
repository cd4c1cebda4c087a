#!/usr/bin/env node
import "../stack-file/supported-node.js";

await import("./main.ts");
