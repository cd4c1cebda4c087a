import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { selfSigned } from "../../sandbox/cluster/x509.ts";
import type { StackConfig } from "../../sandbox/stacks.ts";
import { snapshot } from "../support/retirement.ts";
import { assertAtRest, refusal, succeeded, useStage } from "../support/stage.ts";

const zone = "very-very-dark-gray.top";
const house = selfSigned({ names: [`*.${zone}`] });

const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "house-tls", namespace: "monitoring" },
  type: "kubernetes.io/tls",
  stringData: { "tls.crt": house.certificate, "tls.key": house.privateKey },
} as KubernetesObject;

/** A cluster whose issuer and one of whose certificates are somebody else's business. */
describe("with an issuer and a certificate that somebody else cares for,", function () {
  this.timeout(240_000);
  const { sandbox, workspace, configure } = useStage("alfred", ({ cluster }) => cluster.apply([secret]));
  const theirs = () =>
    snapshot(sandbox().cluster.api, (name) => /^(clusterissuers |secrets monitoring\/house-tls)/.test(name));

  const edit = ({ values, secrets }: StackConfig): void => {
    values.certificates = { issuer: { existing: "letsencrypt-prod" }, zones: { [zone]: { existing: true } } };
    (values.apps as { grafana: object }).grafana = {
      ...(values.apps as { grafana: object }).grafana,
      tls: { existing: "house-tls" },
    };
    const own = secrets.findIndex(({ path }) => path[0] === "certificates");
    secrets.splice(own, 1);
  };

  it("an up uses both and changes neither, and the next preview is empty", async () => {
    const before = await theirs();
    assert.equal(before.size, 2);
    await configure("coexist", edit);
    succeeded(await workspace().up());
    assert.deepEqual(await theirs(), before);
    const { api } = sandbox().cluster;
    const path = "/apis/networking.k8s.io/v1/namespaces/monitoring/ingresses/grafana-pomerium-ingress";
    const ingress = await api.find<KubernetesObject & { spec: { tls: { secretName: string }[] } }>(path);
    assert.equal(ingress?.spec.tls[0]?.secretName, "house-tls");
    const names = [...(await snapshot(api, (name) => name.startsWith("certificates "))).keys()];
    assert.ok(names.some((name) => name.endsWith("home-assistant/home-assistant-tls")));
    assert.deepEqual(
      names.filter((name) => /canary|house-tls|grafana-tls/.test(name)),
      [],
    );
    const { messages } = await assertAtRest(workspace());
    assert.match(
      messages.join("\n"),
      /bat-signal\S* is served with Secret monitoring\/house-tls, which somebody else renews/,
    );
  });

  it("cutover is refused, since the issuer solves through ingress-nginx, and so is a Secret that is not there", async () => {
    await configure("cutover", (config) => {
      edit(config);
      const apps = config.values.apps as { grafana: { tls: object } };
      apps.grafana.tls = { existing: "hose-tls" };
    });
    const refused = refusal(await workspace().preview());
    assert.match(
      refused,
      /ClusterIssuer letsencrypt-prod has no solver that does not go through ingress-nginx for /,
    );
    assert.match(refused, /there is no Secret monitoring\/hose-tls/);
  });
});
