import { strict as assert } from "node:assert";
import { annotationsLeftBehind } from "../../../../components/ingress-nginx/other-annotations.ts";
import { goodStack, parse, put } from "../../stack/base.ts";
import { ingress } from "../../stack/state.ts";

const target = "external-dns.alpha.kubernetes.io/target";
const homepage = "gethomepage.dev/enabled";

describe("annotations of nginx Ingresses for other tools", () => {
  const ingresses = [
    ingress("komga", "komga-ingress", ["komga.example.org"], {
      annotations: {
        [target]: "192.0.2.1",
        [homepage]: "true",
        "nginx.ingress.kubernetes.io/proxy-body-size": "0",
        "cert-manager.io/cluster-issuer": "letsencrypt-prod",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
      },
    }),
  ];

  it("are named as long as the app does not carry them", () => {
    const left = (annotations: object) =>
      annotationsLeftBehind(parse(put(goodStack(), "apps.komga.annotations", annotations)), [{ ingresses }]);
    assert.deepEqual(left({}), [
      `komga: ${target}, ${homepage} of Ingress komga/komga-ingress stay behind; to keep them, write them under apps.komga.annotations`,
    ]);
    assert.deepEqual(left({ [target]: "192.0.2.2" }), [
      `komga: ${homepage} of Ingress komga/komga-ingress stay behind; to keep them, write them under apps.komga.annotations`,
    ]);
    assert.deepEqual(left({ [target]: "192.0.2.2", [homepage]: "true" }), []);
  });

  it("of an Ingress that no app takes over are no business of the stack", () => {
    const other = ingress("shop", "shop", ["shop.example.org"], { annotations: { [target]: "192.0.2.1" } });
    assert.deepEqual(annotationsLeftBehind(parse(goodStack()), [{ ingresses: [other] }]), []);
  });
});
