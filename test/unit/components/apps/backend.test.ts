import { strict as assert } from "node:assert";
import { checkBackend } from "../../../../components/apps/backend.ts";
import type { LiveService } from "../../../../components/cluster/live.ts";

const app = (port: number | string, name = "audiobookshelf-svc") => ({
  at: "apps.audiobookshelf",
  namespace: "audiobookshelf",
  service: { name, port },
});

const service: LiveService = {
  namespace: "audiobookshelf",
  name: "audiobookshelf-svc",
  type: "ClusterIP",
  headless: false,
  ports: [{ name: "http", port: 13388, targetPort: 13378 }],
};

const message = (port: number | string, live: LiveService | undefined = service): string | undefined =>
  checkBackend(app(port), live)[0]?.message;

describe("an app's backend", () => {
  it("is a port of its Service, by number or by name", () => {
    assert.deepEqual(checkBackend(app(13388), service), []);
    assert.deepEqual(checkBackend(app("http"), service), []);
  });

  it("is refused where it is the pods' port, which ingress-nginx took", () => {
    assert.deepEqual(checkBackend(app(13378), service), [
      {
        at: "apps.audiobookshelf.service.port",
        message: "13378 is the pods' port; the Service's is 13388: write 13388",
      },
    ]);
    const named = { ...service, ports: [{ port: 80, targetPort: "web" }] };
    assert.equal(message("web", named), "web is the pods' port; the Service's is 80: write 80");
  });

  it("may have a number that is the pods' port of one and the Service's of another", () => {
    const ports = [
      { name: "a", port: 80, targetPort: 8080 },
      { name: "b", port: 8080, targetPort: 9090 },
    ];
    assert.equal(message(8080, { ...service, ports }), undefined);
  });

  it("is refused with what there is where the Service has no such port", () => {
    const whole = "Service audiobookshelf/audiobookshelf-svc has no port";
    assert.equal(message(80), `${whole} 80; it has 13388 (http)`);
    assert.equal(message("web"), `${whole} web; it has 13388 (http)`);
    assert.equal(message(80, { ...service, ports: [] }), `${whole} 80; it has none at all`);
  });

  it("is refused where there is no such Service", () => {
    assert.deepEqual(checkBackend(app(13388), undefined), [
      {
        at: "apps.audiobookshelf.service.name",
        message: "there is no Service audiobookshelf/audiobookshelf-svc in the cluster",
      },
    ]);
  });

  it("may be a name outside the cluster, on any port", () => {
    const outside: LiveService = { ...service, type: "ExternalName", ports: [] };
    assert.equal(message(8123, outside), undefined);
    assert.ok(message("http", outside));
  });

  it("of a headless Service is named where its pods' port is a name", () => {
    const headless: LiveService = {
      ...service,
      headless: true,
      ports: [{ name: "http", port: 80, targetPort: "web" }],
    };
    assert.ok(message(80, headless)?.endsWith("write http"));
    assert.equal(message("http", headless), undefined);
    assert.equal(message(80, { ...headless, headless: false }), undefined);
  });
});
