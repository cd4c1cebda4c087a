import { strict as assert } from "node:assert";
import { app } from "../../../../sandbox/cluster/seed.ts";

interface Rendered {
  kind: string;
  spec: { ports?: unknown; template?: { spec: { containers: { ports: unknown }[] } } };
}

const render = (ports: Parameters<typeof app>[0]["ports"]) => {
  const [service, deployment] = app({
    namespace: "media",
    name: "media-svc",
    ports,
  }) as unknown as Rendered[];
  return { service: service?.spec.ports, container: deployment?.spec.template?.spec.containers[0]?.ports };
};

describe("a seeded app", () => {
  it("listens on the port that its Service leads to", () => {
    assert.deepEqual(render([{ port: 13388, targetPort: 13378 }]), {
      service: [{ protocol: "TCP", port: 13388, targetPort: 13378 }],
      container: [{ containerPort: 13378 }],
    });
  });

  it("has the named container port that its Service leads to", () => {
    assert.deepEqual(render([{ name: "web", port: 80, targetPort: "http" }]), {
      service: [{ protocol: "TCP", name: "web", port: 80, targetPort: "http" }],
      container: [{ containerPort: 80, name: "http" }],
    });
  });

  it("lists a container port once if two Service ports lead to it", () => {
    const { container } = render([
      { name: "a", port: 80, targetPort: 8080 },
      { name: "b", port: 443, targetPort: 8080 },
    ]);
    assert.deepEqual(container, [{ containerPort: 8080, name: "b" }]);
  });
});
