import { builtIn, onGitHub } from "../entry.ts";

const frigateAuth = onGitHub("blakeblackshear/frigate", "docs/docs/configuration/authentication.md");

const frigateNginx = onGitHub(
  "blakeblackshear/frigate",
  "docker/main/rootfs/usr/local/nginx/conf/nginx.conf",
);

const zigbee2mqtt = onGitHub("Koenkk/zigbee2mqtt", "lib/extension/frontend.ts");

const nodeRedAdmin = onGitHub(
  "node-red/node-red",
  "packages/node_modules/@node-red/editor-api/lib/admin/index.js",
);

const nodeRedSecurity = "https://nodered.org/docs/user-guide/runtime/securing-node-red";

const esphome = onGitHub("esphome/esphome", "esphome/dashboard/web_server.py");

/** Apps for devices of the house, besides Home Assistant. */
export const homeAutomation = {
  frigate: builtIn({
    title: "Frigate, cameras",
    streaming: true,
    leftOut: [
      {
        path: "/api",
        reason:
          "calls of mobile apps and scripts, with a token of Frigate's own users; open it where they are used, and only on port 8971",
        source: frigateNginx,
      },
    ],
    clients: [{ name: "mobile apps and scripts", through: ["/api"], source: frigateNginx }],
    needs: [
      {
        reason: "the Service's port leads to 8971: port 5000 asks for no credentials",
        source: frigateAuth,
      },
    ],
    route: { secure_upstream: true, tls_skip_verify: true, allow_websockets: true },
    why: {
      secure_upstream: {
        reason: "port 8971 speaks HTTPS, unless tls.enabled is false",
        source: onGitHub("blakeblackshear/frigate", "docs/docs/configuration/tls.md"),
      },
      tls_skip_verify: {
        reason: "its certificate is made by itself",
        source: onGitHub("blakeblackshear/frigate", "docs/docs/configuration/tls.md"),
      },
      allow_websockets: {
        reason: "/ws carries events, and /live the pictures, for as long as somebody watches",
        source: frigateNginx,
      },
    },
  }),
  zigbee2mqtt: builtIn({
    title: "Zigbee2MQTT, Zigbee devices",
    neverOpen: [
      {
        path: "/",
        reason: "its WebSocket asks for no token by default, and controls every device",
        source: zigbee2mqtt,
      },
    ],
    route: { allow_websockets: true },
    why: { allow_websockets: { reason: "the page runs over the WebSocket at /api", source: zigbee2mqtt } },
  }),
  "node-red": builtIn({
    title: "Node-RED, flows",
    neverOpen: [
      ...["/flows", "/flow"].map((path) => ({
        path,
        reason: "who writes flows runs programs; without adminAuth it asks for no credentials",
        source: nodeRedAdmin,
      })),
      ...["/nodes", "/plugins"].map((path) => ({
        path,
        reason: "who installs nodes runs programs; without adminAuth it asks for no credentials",
        source: nodeRedAdmin,
      })),
      {
        path: "/context",
        reason: "values that flows keep; without adminAuth it asks for no credentials",
        source: nodeRedAdmin,
      },
      {
        path: "/settings",
        reason: "the editor's settings; without adminAuth it asks for no credentials",
        source: nodeRedAdmin,
      },
      {
        path: "/comms",
        reason: "what flows say while they run; without adminAuth it asks for no credentials",
        source: onGitHub(
          "node-red/node-red",
          "packages/node_modules/@node-red/editor-api/lib/editor/comms.js",
        ),
      },
    ],
    needs: [
      {
        reason:
          "httpNodeRoot, where HTTP In nodes are to be opened: by default they share the root with the editor; and httpNodeAuth, because they ask for no credentials by themselves",
        source: nodeRedSecurity,
      },
    ],
    route: { allow_websockets: true },
    why: {
      allow_websockets: {
        reason: "/comms tells the editor what happens over a WebSocket",
        source: onGitHub(
          "node-red/node-red",
          "packages/node_modules/@node-red/editor-api/lib/editor/comms.js",
        ),
      },
    },
  }),
  esphome: builtIn({
    title: "ESPHome, firmware of small devices",
    neverOpen: [
      {
        path: "/",
        reason:
          "without a password it asks for no credentials; it holds the keys of the wireless network and runs compilers",
        source: esphome,
      },
    ],
    route: { allow_websockets: true },
    why: {
      allow_websockets: { reason: "compilers and logs of devices run over WebSockets", source: esphome },
    },
  }),
};
