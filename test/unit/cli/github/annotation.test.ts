import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Annotation, annotationText } from "../../../../cli/github/annotation.ts";

/** Reads a workflow command as GitHub's runner does. */
function read(line: string): { command: string; properties: Record<string, string>; data: string } {
  const [, command = "", list = "", data = ""] = /^::([a-z]+) ([^\n]*?)::([^\r\n]*)$/.exec(line) ?? [];
  const plain = (text: string): string => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  const decoded = (text: string): string =>
    plain(text).replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%25", "%");
  return {
    command,
    properties: Object.fromEntries(
      list.split(",").map((one) => {
        const at = one.indexOf("=");
        return [one.slice(0, at), decoded(one.slice(at + 1))];
      }),
    ),
    data: plain(data).replaceAll("%25", "%"),
  };
}

describe("an annotation for GitHub", () => {
  it("has file, line, column and title in front of its message", () => {
    assert.equal(
      annotationText({
        level: "error",
        file: "Pulumi.house.yaml",
        place: { line: 31, column: 5 },
        title: "apps.komga.access",
        message: "missing",
      }),
      "::error file=Pulumi.house.yaml,line=31,col=5,title=apps.komga.access::missing",
    );
  });

  it("is about the whole file where no line is known", () => {
    assert.equal(
      annotationText({ level: "notice", file: "stacks/Pulumi.house.yaml", message: "seen" }),
      "::notice file=stacks/Pulumi.house.yaml::seen",
    );
  });

  it("escapes what would end a message, a property or the command", () => {
    assert.equal(
      annotationText({
        level: "warning",
        file: "a,b:c%.yaml",
        title: "x::y",
        message: "100%\r\n::error::no",
      }),
      "::warning file=a%2Cb%3Ac%25.yaml,title=x%3A%3Ay::100%25%0D%0A::error::no",
    );
  });

  it("is read back as it was, and as one command, whatever its texts hold", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "%", "\r", "\n", ":", ",", "=", "::", "%0A", "%25", "ü"),
    });
    const annotation: fc.Arbitrary<Annotation> = fc.record({
      level: fc.constantFrom("error", "warning", "notice"),
      file: text,
      place: fc.record({ line: fc.nat(), column: fc.nat() }),
      title: text,
      message: text,
    });
    fc.assert(
      fc.property(annotation, (one) => {
        const line = annotationText(one);
        assert.doesNotMatch(line, /[\r\n]/);
        const { file, place, title } = one;
        assert.deepEqual(read(line), {
          command: one.level,
          properties: { file, line: String(place?.line), col: String(place?.column), title },
          data: one.message,
        });
      }),
    );
  });
});
