// Pulumi's runner compiles TypeScript with ts-node, which refuses modules. Node itself loads them from here.
import "./index.ts";
