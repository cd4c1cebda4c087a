import { strict as assert } from "node:assert";
import { goodStack, parse, put, type Raw, warnings } from "../../stack/base.ts";

const route = { tls_downstream_client_ca_secret: "clients" };
const service = { name: "vault", port: 80 };

function vault(app: object, settings: object = {}): string[] {
  const raw: Raw = put(goodStack(), "apps.vault", { namespace: "vault", service, ...app });
  put(put(raw, "accessTests.strict", false), "pomerium.settings", settings);
  return warnings(parse(raw)).filter((text) => text.includes("without a valid client certificate"));
}

describe("a route that asks for client certificates", () => {
  const open = { groups: ["readers"], api: ["/api", { path: "/ping", exact: true }] };

  it("is warned of where anybody may call, since Pomerium refuses callers without one before the policy", () => {
    const [text = "", ...more] = vault({ route, access: open });
    assert.deepEqual(more, []);
    assert.match(text, /^apps\.vault\.route\.tls_downstream_client_ca_secret: refuses every caller/);
    assert.match(text, /also at \/api, \/ping, which anybody may call/);
    assert.match(text, /write `downstreamMtls: \{enforcement: policy\}` under pomerium\.settings$/);
  });

  it("is warned of at a public app and at a public path, each at its own key", () => {
    const access = { public: { consent: "vault.example.org" } };
    assert.match(vault({ route, access }).join(), /also at \/, which/);
    const paths = { "/pub": { access, route } };
    assert.deepEqual(
      vault({ access: { groups: ["readers"] }, paths }).map((text) => text.split(":")[0]),
      ['apps.vault.paths["/pub"].route.tls_downstream_client_ca_secret'],
    );
  });

  it("is not warned of without open paths, and where the settings leave it to the policies", () => {
    assert.deepEqual(vault({ route, access: { groups: ["readers"] } }), []);
    assert.deepEqual(vault({ access: open }), []);
    assert.deepEqual(vault({ route, access: open }, { downstreamMtls: { enforcement: "policy" } }), []);
  });

  it("is warned of once if the settings refuse such callers everywhere", () => {
    const found = vault({ route, access: open }, { downstreamMtls: {} });
    assert.deepEqual(
      found.map((text) => text.split(":")[0]),
      ["pomerium.settings.downstreamMtls"],
    );
  });
});
