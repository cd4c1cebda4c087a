import { strict as assert } from "node:assert";
import { waitFor } from "../../../../components/cluster/wait-for.ts";

describe("the annotation that makes the provider wait", () => {
  it("does not hold for an object as it was before the write, which lacks the annotation", () => {
    const annotation = waitFor("condition=Ready");
    const [key] = Object.keys(annotation);
    const conditions = JSON.parse(Object.values(annotation)[0]!) as string[];
    assert.deepEqual(conditions, [`jsonpath={.metadata.annotations["${key}"]}`, "condition=Ready"]);
  });
});
