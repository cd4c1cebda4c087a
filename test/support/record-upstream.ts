/**
 * Records the digests of upstream's objects. The argument is the recording's name, the input is upstream's manifest:
 *
 *     kubectl kustomize 'https://github.com/pomerium/ingress-controller//config/default?ref=v0.33.1' |
 *       node test/support/record-upstream.ts pomerium
 *     curl https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.15.1/deploy/static/provider/baremetal/deploy.yaml |
 *       node test/support/record-upstream.ts ingress-nginx
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parseManifests } from "../../sandbox/cluster/apply.ts";
import { digests, recordings } from "./upstream.ts";

const recording = recordings[process.argv[2] as keyof typeof recordings];
if (recording === undefined) throw new Error(`say what to record: ${Object.keys(recordings).join(" or ")}`);
const { file, source, comparable } = recording;
const objects = digests(parseManifests(readFileSync(0, "utf8")), comparable);
writeFileSync(file, `${JSON.stringify({ source, objects }, undefined, 2)}\n`);
