import { strict as assert } from "node:assert";
import type { Ingress } from "../../sandbox/controllers/objects.ts";
import type { StackConfig } from "../../sandbox/stacks.ts";
import { snapshot } from "../support/retirement.ts";
import { assertAtRest, refusal, succeeded, useStage } from "../support/stage.ts";

const publicHost = "www.very-very-dark-gray.top";

const www: Ingress & { spec: object } = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "www", namespace: "default" },
  spec: {
    ingressClassName: "nginx",
    rules: [
      {
        host: publicHost,
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: "kubernetes", port: { number: 443 } } },
            },
          ],
        },
      },
    ],
  },
};

/** A cluster where ingress-nginx goes on to serve a public host, and Pomerium serves the apps. */
describe("on a cluster that stays in coexist on purpose,", function () {
  this.timeout(240_000);
  const { sandbox, workspace, configure } = useStage("alfred", ({ cluster }) => cluster.apply([www]));
  const ofNginx = () => snapshot(sandbox().cluster.api, (name) => /ingress-nginx|default\/www/.test(name));
  const stays = ({ values }: StackConfig): void => {
    const { abandon: _, ...nginx } = values.ingressNginx as { abandon?: object };
    values.ingressNginx = {
      ...nginx,
      stays: { [publicHost]: "public", "grafana-alfred.very-very-dark-gray.top": "an old name" },
    };
  };

  it("the preview names the hosts on both sides and no step towards a cutover", async () => {
    await configure("coexist", stays);
    const output = succeeded(await workspace().preview()).messages.join("\n");
    assert.match(output, /alfred · coexist, on purpose/);
    assert.match(output, /2 hosts stay at ingress-nginx: /);
    assert.match(
      output,
      /! kubernetes-alfred\.very-very-dark-gray\.top is served by ingress-nginx too, past Pomerium/,
    );
    assert.doesNotMatch(output, /hosts +\d+\/\d+|needs cutover|until retired/);
  });

  it("an up leaves ingress-nginx and its hosts as they are, and the next preview is empty", async () => {
    const before = await ofNginx();
    assert.ok([...before.keys()].some((name) => name.endsWith("default/www")));
    succeeded(await workspace().up());
    assert.deepEqual(await ofNginx(), before);
    await assertAtRest(workspace());
  });

  it("another phase is refused until the key is removed", async () => {
    await configure("cutover", stays);
    assert.match(
      refusal(await workspace().preview()),
      /ingressNginx\.stays says that this cluster stays in coexist/,
    );
    await configure("cutover", (config) => {
      stays(config);
      delete (config.values.ingressNginx as { stays?: object }).stays;
    });
    succeeded(await workspace().preview());
  });
});
