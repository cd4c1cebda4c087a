import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import {
  goTo,
  inFile,
  preview,
  removeKey,
  setKey,
  setPhase,
  setSecret,
  up,
} from "../../../stack-file/commands.ts";

/** The words that a shell makes of a command line. */
function words(command: string): string[] {
  return execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .split("\n")
    .slice(0, -1);
}

describe("a command that a message shows", () => {
  it("sets a key, with quotes only where a shell needs them", () => {
    assert.equal(
      setKey("octavo", ["certificates", "canary"], "true"),
      "pulumi config set --stack octavo --path certificates.canary true",
    );
    assert.equal(
      setKey("octavo", ["apps", "komga", "accept", "auth-url"], "<why>"),
      "pulumi config set --stack octavo --path apps.komga.accept.auth-url '<why>'",
    );
  });

  it("reaches Pulumi word by word, whatever the key and the value hold", () => {
    const at = ["ingressNginx", "abandon", "*.example.org"];
    assert.deepEqual(words(setKey("octavo", at, "it's gone; $HOME")), [
      ...["pulumi", "config", "set", "--stack", "octavo"],
      ...["--path", 'ingressNginx.abandon["*.example.org"]', "it's gone; $HOME"],
    ]);
  });

  it("removes a key, whatever the key holds", () => {
    assert.equal(
      removeKey("octavo", ["ingressNginx", "stays"]),
      "pulumi config rm --stack octavo --path ingressNginx.stays",
    );
    assert.deepEqual(words(removeKey("octavo", ["ingressNginx", "keep", "it's/edgy"])).slice(-2), [
      "--path",
      `ingressNginx.keep["it's/edgy"]`,
    ]);
  });

  it("asks for a secret, so that the secret is not typed into the command line", () => {
    assert.equal(
      setSecret("octavo", ["certificates", "zones", "uu.am", "porkbun", "apiKey"]),
      `pulumi config set --stack octavo --secret --path 'certificates.zones["uu.am"].porkbun.apiKey'`,
    );
  });

  it("takes a stack to a phase, previews it and applies it", () => {
    assert.equal(setPhase("octavo", "cutover"), "pulumi config set --stack octavo phase cutover");
    assert.equal(preview("octavo"), "pulumi preview --stack octavo");
    assert.equal(up("octavo", "--refresh"), "pulumi up --refresh --stack octavo");
    assert.equal(goTo("octavo", "retired"), `${setPhase("octavo", "retired")} && ${up("octavo")}`);
  });

  it("is the edit of another file, where that has the key", () => {
    const fileOf = (path: string): string | undefined =>
      path.startsWith("apps.wiki") ? "teams/wiki.yaml" : undefined;
    const wiki = setKey("house", ["apps", "wiki", "accept", "opens /it's"], "<why>");
    assert.equal(
      inFile(`say so instead: ${wiki}`, fileOf),
      'say so instead: write <why> at apps.wiki.accept["opens /it\'s"] in teams/wiki.yaml',
    );
    assert.equal(
      inFile(`${removeKey("house", ["apps", "wiki", "replaces"])} && ${up("house")}`, fileOf),
      "remove apps.wiki.replaces in teams/wiki.yaml && pulumi up --stack house",
    );
    assert.equal(
      inFile(setKey("house", ["apps", "wiki", "migrated"], "true"), fileOf),
      "write true at apps.wiki.migrated in teams/wiki.yaml",
    );
    const others = [
      setKey("house", ["apps", "komga", "accept", "a b"], "<why>"),
      setSecret("house", ["apps", "wiki"]),
      setPhase("house", "cutover"),
    ];
    for (const other of others) assert.equal(inFile(other, fileOf), other);
  });
});
