import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { cloudflaredImage } from "../../../../components/tunnels/connector.ts";
import { Tunnel, type TunnelArgs } from "../../../../components/tunnels/Tunnel.ts";
import { type Registration, record, withoutSecrets } from "../pomerium/recorder.ts";

const apiToken = "hunter2-hunter2-hunter2-hunter2-hunter2-";
const tunnelToken = "the-token-of-the-tunnel";
const generated = "generated-generated-generated";
const accountId = "0123456789abcdef0123456789abcdef";
const tunnelId = "0c7a70e1-5e1f-4a5e-9d57-0123456789ab";

const args: TunnelArgs = {
  accountId,
  tunnelId,
  zoneId: "fedcba9876543210fedcba9876543210",
  apiToken,
  rules: [
    {
      hostname: "komga.example.org",
      service: "https://192.168.0.172:443",
      originRequest: { originServerName: "komga.example.org" },
    },
    { service: "http_status:404" },
  ],
};

function deploy(changes: Partial<TunnelArgs> = {}, then: (tunnel: Tunnel) => void = () => {}) {
  return record(
    () => {
      const provider = new k8s.Provider("cluster", { context: "octavo" });
      then(new Tunnel("octavo", { ...args, ...changes }, { provider }));
    },
    (type) => (type === "random:index/randomPassword:RandomPassword" ? { result: generated } : {}),
    (inputs) => ({ ...inputs, token: tunnelToken }),
  );
}

function find(registrations: Registration[], name: string): Registration {
  const found = registrations.find((registration) => registration.name === name);
  assert.ok(found, `${name} is not registered`);
  return found;
}

const names = (registrations: Registration[]): string[] =>
  registrations
    .map(({ name }) => name)
    .filter((name) => !["cluster", "pomerium-migration-test"].includes(name));

describe("a tunnel", () => {
  it("that exists is taken over by importing its rules, and nothing else of it changes", async () => {
    const registrations = await deploy();
    assert.deepEqual(names(registrations), ["octavo", "octavo-cloudflare", "octavo-rules"]);
    const rules = find(registrations, "octavo-rules");
    assert.equal(rules.importId, `${accountId}/${tunnelId}`);
    assert.deepEqual(rules.inputs, {
      accountId,
      tunnelId,
      config: {
        ingresses: [
          {
            hostname: "komga.example.org",
            service: "https://192.168.0.172:443",
            originRequest: { originServerName: "komga.example.org" },
          },
          { service: "http_status:404" },
        ],
      },
    });
  });

  it("that is new gets its rules at Cloudflare and a random secret, which no id contains", async () => {
    const registrations = await deploy({ tunnelId: undefined });
    const tunnel = find(registrations, "octavo-tunnel");
    assert.deepEqual(withoutSecrets(tunnel.inputs), {
      accountId,
      name: "octavo",
      configSrc: "cloudflare",
      tunnelSecret: "[secret]",
    });
    const secret = find(registrations, "octavo-secret");
    assert.equal(secret.type, "random:index/randomPassword:RandomPassword");
    assert.ok(Number(secret.inputs.length) >= 32);
    const rules = find(registrations, "octavo-rules");
    assert.equal(rules.importId, "");
    assert.equal(rules.inputs.tunnelId, "octavo-tunnel-id");
  });

  it("passes rules and the settings for all rules on with the SDK's names", async () => {
    const registrations = await deploy({
      originRequest: { noTLSVerify: true, connectTimeout: 30 },
      rules: [
        {
          hostname: "nas.example.org",
          path: "^/photo",
          service: "https://192.168.0.11:5001",
          originRequest: {
            noTLSVerify: true,
            matchSNItoHost: true,
            connectTimeout: 10,
            access: { teamName: "house", audTag: ["aud"], required: true },
          },
        },
      ],
    });
    const { config } = find(registrations, "octavo-rules").inputs as {
      config: { ingresses: Record<string, unknown>[]; originRequest: object };
    };
    assert.deepEqual(config.originRequest, { noTlsVerify: true, connectTimeout: 30 });
    assert.deepEqual(config.ingresses[0], {
      hostname: "nas.example.org",
      path: "^/photo",
      service: "https://192.168.0.11:5001",
      originRequest: {
        noTlsVerify: true,
        matchSnItoHost: true,
        connectTimeout: 10,
        access: { teamName: "house", audTags: ["aud"], required: true },
      },
    });
  });

  it("makes a proxied CNAME for each of its hosts, after it has written the rules", async () => {
    const records = ["komga.example.org", "ssh.example.org"];
    const registrations = await deploy({ records, connector: {} });
    const made = registrations.filter(({ type }) => type === "cloudflare:index/dnsRecord:DnsRecord");
    assert.deepEqual(made.map(({ name }) => name).sort(), records);
    for (const { inputs, after } of made) {
      const { name, comment, ...rest } = inputs;
      assert.deepEqual(rest, {
        zoneId: args.zoneId,
        type: "CNAME",
        content: `${tunnelId}.cfargotunnel.com`,
        proxied: true,
        ttl: 1,
      });
      assert.ok(records.includes(String(name)));
      assert.match(String(comment), /pomerium-migration/);
      assert.ok(String(comment).length <= 100, "Cloudflare's free plan takes 100 characters");
      assert.ok(after.includes("octavo-rules") && after.includes("octavo-connector-deployment"));
    }
  });

  it("makes each record in the zone of its host, if its hosts are in several zones", async () => {
    const [org, net] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];
    const zoneId = { "example.org": org, "example.net": net };
    const records = ["komga.example.org", "deep.lab.example.net"];
    const registrations = await deploy({ records, zoneId });
    assert.deepEqual(
      records.map((host) => find(registrations, host).inputs.zoneId),
      [org, net],
    );
  });

  it("leads a host to an origin only when the origin is ready", async () => {
    const asked = await record(() => {
      const first = new k8s.core.v1.ConfigMap("pomerium", {});
      const service = first.urn.apply(() => "https://192.168.0.172:443");
      new Tunnel("octavo", { ...args, rules: [{ hostname: "komga.example.org", service }] });
    });
    assert.ok(find(asked, "octavo-rules").after.includes("pomerium"));
  });

  it("uses a separate provider for Cloudflare, and the stack's provider for the cluster", async () => {
    const registrations = await deploy({ tunnelId: undefined, records: ["a.example.org"], connector: {} });
    for (const { type, name, provider } of registrations) {
      if (type.startsWith("cloudflare:")) assert.equal(provider, "octavo-cloudflare", name);
      if (type.startsWith("kubernetes:")) assert.equal(provider, "cluster", name);
    }
  });

  it("does not change Cloudflare Access", async () => {
    const registrations = await deploy({ tunnelId: undefined, records: ["a.example.org"], connector: {} });
    assert.deepEqual(
      [...new Set(registrations.map(({ type }) => type))].filter((type) => /access/i.test(type)),
      [],
    );
  });

  it("keeps its secrets secret: the API token, the tunnel's own and the connector's", async () => {
    const registrations = await deploy({ tunnelId: undefined, connector: {} });
    const shown = JSON.stringify(registrations.map(({ inputs }) => withoutSecrets(inputs)));
    const encoded = Buffer.from(generated).toString("base64");
    for (const secret of [
      apiToken,
      tunnelToken,
      generated,
      encoded,
      Buffer.from(tunnelToken).toString("base64"),
    ])
      assert.ok(!shown.includes(secret), secret);
    const all = JSON.stringify(registrations.map(({ inputs }) => inputs));
    for (const secret of [apiToken, tunnelToken, encoded])
      assert.ok(all.includes(secret), "it is looked for");
  });

  it("outputs its id and the target of its CNAMEs", async () => {
    let outputs: unknown;
    await deploy({}, ({ tunnelId, target }) => {
      pulumi.all([tunnelId, target]).apply((resolved) => {
        outputs = resolved;
      });
    });
    assert.deepEqual(outputs, [tunnelId, `${tunnelId}.cfargotunnel.com`]);
  });
});

describe("a tunnel's connector", () => {
  interface Pod {
    containers: {
      image: string;
      args: string[];
      env: { name: string; valueFrom: unknown }[];
      readinessProbe: { httpGet: { path: string; port: string } };
      ports: { name: string; containerPort: number }[];
      securityContext: object;
    }[];
    securityContext: { runAsNonRoot: boolean; runAsUser: number };
    automountServiceAccountToken: boolean;
  }

  const podOf = (registrations: Registration[]): { replicas: number; pod: Pod } => {
    const { spec } = find(registrations, "octavo-connector-deployment").inputs as {
      spec: { replicas: number; template: { spec: Pod } };
    };
    return { replicas: spec.replicas, pod: spec.template.spec };
  };

  it("has two pods of a pinned release, and is ready when it is connected to Cloudflare", async () => {
    const { replicas, pod } = podOf(await deploy({ connector: {} }));
    const [container] = pod.containers;
    assert.equal(replicas, 2);
    assert.equal(container?.image, cloudflaredImage);
    assert.match(cloudflaredImage, /:2026\.\d+\.\d+$/);
    assert.deepEqual(container?.readinessProbe.httpGet, { path: "/ready", port: "metrics" });
    assert.deepEqual(container?.ports, [{ name: "metrics", containerPort: 2000 }]);
    assert.deepEqual(container?.args, ["tunnel", "--metrics", "0.0.0.0:2000", "run"]);
  });

  it("reads its token from a Secret, and has no more rights than it needs", async () => {
    const registrations = await deploy({ connector: { image: "mirror/cloudflared:1", replicas: 3 } });
    const { replicas, pod } = podOf(registrations);
    assert.equal(replicas, 3);
    assert.equal(pod.containers[0]?.image, "mirror/cloudflared:1");
    assert.deepEqual(pod.containers[0]?.env, [
      { name: "TUNNEL_TOKEN", valueFrom: { secretKeyRef: { name: "cloudflared", key: "token" } } },
    ]);
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.equal(pod.securityContext.runAsUser, 65532);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.deepEqual(pod.containers[0]?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const secret = find(registrations, "octavo-connector-token");
    assert.deepEqual(withoutSecrets(secret.inputs.stringData), "[secret]");
  });

  it("of another tunnel has another namespace", async () => {
    const { metadata } = find(await deploy({ connector: {} }), "octavo-connector-namespace").inputs as {
      metadata: { name: string };
    };
    assert.equal(metadata.name, "cloudflared-octavo");
  });
});
