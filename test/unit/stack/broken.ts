import { byDns, exactlyOne } from "../../../components/certificates/config.ts";
import { gateNames } from "../../../components/ingress-nginx/gates/names.ts";
import { newestRelease, oldestRelease } from "../../../policies/language/releases.ts";
import { hunter2 } from "./base.ts";

const listsApps = "`npx pomerium-migration catalogue` lists its apps";

/** A tunnel of the same account besides the one of the good stack. */
const otherTunnel = {
  accountId: "0123456789abcdef0123456789abcdef",
  tunnelId: "a1f7ed00-5e1f-4a5e-9d57-0123456789ab",
  zoneId: "fedcba9876543210fedcba9876543210",
  apiToken: hunter2,
};

/** Edits of the good stack (key path → value, undefined to take it away) and all that is then said. */
export const broken: Readonly<
  Record<string, readonly (readonly [Record<string, unknown>, readonly string[]])[]>
> = {
  "the whole file": [
    [{ aps: {} }, ['aps: unknown key; did you mean "apps"?']],
    [{ apps: undefined }, ["apps: missing: the apps behind Pomerium"]],
    [{ pomerium: undefined }, ["pomerium: missing: the release of Pomerium, its address and its settings"]],
    [{ apps: {} }, ["apps: is empty: name at least one app"]],
    [{ apps: [] }, ["apps: must be a map, not a list"]],
    [
      { domain: "Example.org" },
      [
        "domain: is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port or wildcard",
      ],
    ],
    [{ domain: undefined }, ["domain: missing: domain of every app without a host of its own"]],
    [{ phase: "cutovr" }, ['phase: must be one of coexist, cutover, retired; did you mean "cutover"?']],
    [{ phase: 3 }, ["phase: must be one of coexist, cutover, retired"]],
    [
      { domain: "example.com" },
      ["domain: example.com is in no zone of `certificates.zones`; add the zone with its DNS credentials"],
    ],
    [
      { domain: { secure: "x" } },
      ["domain: is encrypted, but it is not a secret: write it without encryption"],
    ],
  ],
  "an app file": [
    [
      { appFiles: { "../wiki.yaml": {} } },
      [
        'appFiles["../wiki.yaml"]: is not the path of an app file: a path from the folder of the stack file to a .yaml file in it, such as teams/wiki.yaml; letters, digits, dots, hyphens and underscores, without `..`',
      ],
    ],
    [
      { appFiles: { "/wiki.yaml": { namespaces: [] } } },
      [
        'appFiles["/wiki.yaml"]: is not the path of an app file: a path from the folder of the stack file to a .yaml file in it, such as teams/wiki.yaml; letters, digits, dots, hyphens and underscores, without `..`',
      ],
    ],
    [{ appFiles: ["wiki.yaml"] }, ["appFiles: must be a map, not a list"]],
    [
      { appFiles: { "wiki.yaml": { namespace: "wiki" } } },
      [
        'appFiles["wiki.yaml"]: wiki.yaml is missing; make the file, or remove this entry',
        'appFiles["wiki.yaml"].namespace: unknown key; did you mean "namespaces"?',
        'appFiles["wiki.yaml"].namespace: must be a list, not text',
      ],
    ],
  ],
  "an unknown key": [
    [
      // A misspelled key is there after all, so nothing is missing.
      { "apps.komga.acess": "admins", "apps.komga.access": undefined },
      ['apps.komga.acess: unknown key; did you mean "access"?'],
    ],
    [
      {
        "apps.komga.colour": "blue",
        "apps.komga.service.prt": 3,
        "apps.komga.service.port": undefined,
        "apps.komga.host": "x.example.com",
        "apps.komga.access.groups[0]": "readrs",
      },
      [
        'apps.komga.service.prt: unknown key; did you mean "port"?',
        "apps.komga.colour: unknown key; known here: namespace, host, aliases, service, access, paths, annotations, labels, profile, route, tls, replaces, migrated, accept, isolate, allowFrom",
        "apps.komga.host: x.example.com is in no zone of `certificates.zones`; add the zone with its DNS credentials",
        'apps.komga.access.groups[0]: unknown group "readrs"; did you mean "readers"?',
      ],
    ],
    [
      // Problems below a misspelled key are at the key that the file has.
      { "apps.komga.acess": { groups: ["readrs"], form: ["10.0.0.0/33"] }, "apps.komga.access": undefined },
      [
        'apps.komga.acess: unknown key; did you mean "access"?',
        'apps.komga.acess.form: unknown key; did you mean "from"?',
        "apps.komga.acess.form[0]: has more bits than the 32 of an IPv4 address",
      ],
    ],
    [
      {
        aps: { wiki: { namespace: "x", service: { name: "wiki", port: 80 }, access: "admin" } },
        apps: undefined,
      },
      [
        'aps: unknown key; did you mean "apps"?',
        "aps.wiki.access: must be `admins`, `public`, or a map: users, groups, claims, domains, signedIn, api and from; apiOnly and from; public; or policy and consent",
      ],
    ],
    [
      {
        "pomerium.identityProvider.clientSecrt": hunter2,
        "pomerium.identityProvider.clientSecret": undefined,
      },
      ['pomerium.identityProvider.clientSecrt: unknown key; did you mean "clientSecret"?'],
    ],
    [
      // Both are there, so nothing is read under the misspelled one.
      { "apps.wiki.hosts": "x.example.com" },
      ['apps.wiki.hosts: unknown key; did you mean "host"?'],
    ],
    [
      { "users.groupz": { watchers: ["dave@gmail"] }, "apps.komga.access.groups[0]": "watchers" },
      [
        'users.groupz: unknown key; did you mean "groups"?',
        'apps.komga.access.groups[0]: unknown group "watchers"; known here: readers',
      ],
    ],
  ],
  "several mistakes in one app": [
    [
      {
        "apps.komga.service.port": 99999,
        "apps.komga.namespace": "Komga",
        "apps.komga.access.groups[0]": "readrs",
        "apps.komga.access.api": "komgo",
      },
      [
        "apps.komga.namespace: is not a valid namespace name: lower case letters, digits and hyphens, at most 63",
        "apps.komga.service.port: must be a port number from 1 to 65535",
        'apps.komga.access.groups[0]: unknown group "readrs"; did you mean "readers"?',
        'apps.komga.access.api: the catalogue does not know "komgo"; did you mean "komga"?',
      ],
    ],
    [
      // The hosts are not known, so a consent is not compared with them.
      {
        "apps.wiki.host": "Wiki.example.net",
        "apps.wiki.access": { public: { consent: "wiki.example.net" } },
      },
      [
        "apps.wiki.host: is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port; `*.` in front stands for every name below",
      ],
    ],
  ],
  "the cluster": [
    [{ cluster: undefined }, ["cluster: missing: the cluster that the stack means"]],
    [{ "cluster.context": undefined }, ["cluster.context: missing: context of the kubeconfig"]],
    [{ "cluster.context": null }, ["cluster.context: missing: context of the kubeconfig"]],
    [{ "cluster.context": "" }, ["cluster.context: is empty"]],
    [
      { "cluster.exposure": "tunnel" },
      ['cluster.exposure: must be one of direct, tunnelOnly; did you mean "tunnelOnly"?'],
    ],
    [{ "cluster.uid": "abc" }, ["cluster.uid: is no UID: a UUID in lower case"]],
    [{ "cluster.kubconfig": "x" }, ['cluster.kubconfig: unknown key; did you mean "kubeconfig"?']],
    [{ cluster: "octavo" }, ["cluster: must be a map such as { context: … }, not text"]],
  ],
  "people and groups": [
    [{ "users.admins": [] }, ["users.admins: is empty: name at least one person who reaches everything"]],
    [{ "users.admins": undefined }, ["users.admins: missing: people who reach everything that people reach"]],
    [{ "users.admins": "admin-user@gmail.com" }, ["users.admins: must be a list, not text"]],
    [
      { "users.admins[1]": "Alice@gmail.com", "users.admins[2]": "Alice@gmail.com" },
      ["users.admins[2]: Alice@gmail.com is named twice; first at index 1"],
    ],
    [
      { "users.groups.readers[2]": "alice@gmail.com" },
      ["users.groups.readers[2]: alice@gmail.com is named twice; first at index 0"],
    ],
    [
      { "users.groups.readers[0]": "alice.gmail.com" },
      ['users.groups.readers[0]: "alice.gmail.com" is not an e-mail address'],
    ],
    [
      { "users.groups.readers[0]": "alice@gmail" },
      ['users.groups.readers[0]: "alice@gmail" is not an e-mail address'],
    ],
    [
      { "users.groups.Readers": ["alice@gmail.com"] },
      ["users.groups.Readers: is not a valid group name: lower case letters, digits and hyphens"],
    ],
    [{ "users.groups": ["alice@gmail.com"] }, ["users.groups: must be a map, not a list"]],
    [
      { "users.groups.readers": [null, "alice@gmail.com"] },
      ["users.groups.readers[0]: is an empty item: fill it in, or remove it; the first item is [0]"],
    ],
    [{ "pomerium.session": 168 }, ["pomerium.session: must be text such as 720h, not a number"]],
    [{ "users.groups.readers[0]": 7 }, ["users.groups.readers[0]: must be text, not a number"]],
    [
      { "users.groups.readers[0]": { secure: "v1:abc" } },
      ["users.groups.readers[0]: is encrypted, but it is not a secret: write it without encryption"],
    ],
  ],
  access: [
    [
      { "apps.komga.access.groups[0]": "readrs" },
      ['apps.komga.access.groups[0]: unknown group "readrs"; did you mean "readers"?'],
    ],
    [
      { "apps.komga.access.groups[0]": "alice@gmail.com" },
      ['apps.komga.access.groups[0]: unknown group "alice@gmail.com"; a person stands under `users`'],
    ],
    [
      { "apps.komga.access": {} },
      [
        "apps.komga.access: names nobody: write `access: admins` for the admins alone, or name users, groups, claims or domains",
      ],
    ],
    [{ "apps.komga.access": { users: [] } }, ["apps.komga.access.users: is empty: leave the key out"]],
    [
      { "apps.komga.access": "everybody" },
      [
        "apps.komga.access: must be `admins`, `public`, or a map: users, groups, claims, domains, signedIn, api and from; apiOnly and from; public; or policy and consent",
      ],
    ],
    [{ "apps.komga.access": undefined }, ["apps.komga.access: missing: who may reach the app"]],
    [
      { "apps.komga.access": { user: ["a@b.de"] } },
      ['apps.komga.access.user: unknown key; did you mean "users"?'],
    ],
    [{ "apps.komga.access": { groups: "readers" } }, ["apps.komga.access.groups: must be a list, not text"]],
    [
      { "apps.komga.access.api": "komgo" },
      ['apps.komga.access.api: the catalogue does not know "komgo"; did you mean "komga"?'],
    ],
    [{ "apps.komga.access.api": "/api" }, ["apps.komga.access.api: is a path: write a list, [/api]"]],
    [
      { "apps.komga.access.api": ["api"] },
      ["apps.komga.access.api[0]: not a path: it begins with / and has no query, pattern or %-escape"],
    ],
    [{ "apps.komga.access.api": [] }, ["apps.komga.access.api: is empty: name at least one path"]],
    [
      { "apps.komga.access.api": ["//sse"] },
      [
        "apps.komga.access.api[0]: Pomerium merges // into / before it looks at the path; write a single slash",
      ],
    ],
    [
      { "apps.komga.access.api": [{ path: "/api", exakt: true }] },
      ['apps.komga.access.api[0].exakt: unknown key; did you mean "exact"?'],
    ],
    [
      { "apps.komga.access.api": "ryot" },
      [
        "apps.komga.access.api: the catalogue names no API paths for ryot; leave the key out, or list the paths",
      ],
    ],
    [
      { "apps.komga.access": { apiOnly: "komga", groups: ["readers"] } },
      [
        "apps.komga.access: must be `admins`, `public`, or a map: users, groups, claims, domains, signedIn, api and from; apiOnly and from; public; or policy and consent",
      ],
    ],
    [
      { "apps.komga.access.from": ["10.244.0.0/33"] },
      ["apps.komga.access.from[0]: has more bits than the 32 of an IPv4 address"],
    ],
    [
      { "apps.komga.access.from": ["10.244.0/16"] },
      ["apps.komga.access.from[0]: is neither an IP address nor a network such as 10.244.0.0/16"],
    ],
    [
      { "apps.komga.access.from": ["192.168.1.5/16"] },
      [
        "apps.komga.access.from[0]: is a host and a network at once: write 192.168.0.0/16 for the network, or 192.168.1.5 for the host",
      ],
    ],
    [{ "apps.komga.access.from": "10.0.0.0/8" }, ["apps.komga.access.from: must be a list, not text"]],
    [
      { "apps.komga.access": null },
      [
        "apps.komga.access: must be `admins`, `public`, or a map: users, groups, claims, domains, signedIn, api and from; apiOnly and from; public; or policy and consent",
      ],
    ],
    [
      { "apps.komga.access": ["readers"] },
      [
        "apps.komga.access: must be `admins`, `public`, or a map: users, groups, claims, domains, signedIn, api and from; apiOnly and from; public; or policy and consent",
      ],
    ],
    [
      { "apps.komga.access": "public" },
      [
        "apps.komga.access: public, and the cluster's 443 is exposed directly: anybody reaches komga.example.org past the tunnel and whatever guards that; write `access: admins`, or consent with { public: { consent: komga.example.org } }",
      ],
    ],
    [
      { "apps.komga.access": { public: true } },
      ["apps.komga.access.public: must be a map such as { consent: … }, not true"],
    ],
    [
      { "apps.komga.service": "komga-svc:25600" },
      ["apps.komga.service: must be a map such as { name: …, port: … }, not text"],
    ],
    [
      { "apps.komga.access": { api: "hass" } },
      [`apps.komga.access.api: the catalogue does not know "hass"; ${listsApps}`],
    ],
    [
      { "apps.komga.access": { apiOnly: "firefly" } },
      ['apps.komga.access.apiOnly: the catalogue does not know "firefly"; did you mean "firefly-iii"?'],
    ],
    [
      { "apps.komga.profile": "hass" },
      [`apps.komga.profile: the catalogue does not know "hass"; ${listsApps}`],
    ],
    [
      { "apps.komga.access": { public: { consent: "wiki.example.net" } } },
      [
        "apps.komga.access.public.consent: consents to wiki.example.net, but the app's host is komga.example.org",
      ],
    ],
    [
      { "apps.komga.access": { public: {} } },
      ["apps.komga.access.public.consent: missing: the app's host, repeated"],
    ],
    [
      { "apps.komga.access": { policy: "- allow:\n    or:\n      - emial: alice@gmail.com\n" } },
      ['apps.komga.access.policy: line 3, column 9: unknown criterion "emial"; did you mean "email"?'],
    ],
    [{ "apps.komga.access": { policy: "" } }, ["apps.komga.access.policy: is empty"]],
  ],
  apps: [
    [
      { "apps.Komga": {} },
      [
        "apps.Komga: is no app name: lower case letters, digits and hyphens, at most 46, because Kubernetes objects are named after it",
        "apps.Komga.namespace: missing: namespace of the app's Service and Ingress",
        "apps.Komga.service: missing: where Pomerium sends the requests",
        "apps.Komga.access: missing: who may reach the app",
      ],
    ],
    [
      { "apps.komga.namespace": undefined },
      ["apps.komga.namespace: missing: namespace of the app's Service and Ingress"],
    ],
    [
      { "apps.komga.namespace": "Komga" },
      [
        "apps.komga.namespace: is not a valid namespace name: lower case letters, digits and hyphens, at most 63",
      ],
    ],
    [
      { "apps.komga.host": "komga" },
      [
        "apps.komga.host: is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port; `*.` in front stands for every name below",
      ],
    ],
    [
      { "apps.komga.host": "komga.example.com" },
      [
        "apps.komga.host: komga.example.com is in no zone of `certificates.zones`; add the zone with its DNS credentials",
      ],
    ],
    [
      {
        "apps.wiki.access": { users: ["alice@gmail.com"], from: ["192.168.0.0/16"] },
        "tunnels.home.apps": ["wiki"],
      },
      [
        "apps.wiki.access.from: the tunnel home carries this app, so Pomerium sees the address of cloudflared and not the caller's: the networks would let in everybody or nobody. Take them out, or restrict the app in Cloudflare Access",
      ],
    ],
    [
      {
        "apps.wiki.access": {
          policy: "- allow: { and: [{ source_ip: 192.168.0.0/16 }, { email: { is: alice@gmail.com } }] }",
        },
        "tunnels.home.apps": ["wiki"],
      },
      [
        "apps.wiki.access.policy: the tunnel home carries this app, so Pomerium sees the address of cloudflared and not the caller's: the networks would let in everybody or nobody. Take them out, or restrict the app in Cloudflare Access",
      ],
    ],
    [
      {
        "apps.influxdb.access": { apiOnly: ["/write"], from: ["192.168.0.0/16"] },
        "cluster.exposure": "tunnelOnly",
        tunnels: undefined,
      },
      [
        "apps.influxdb.access.from: only a tunnel leads to this cluster, so Pomerium sees the address of cloudflared and not the caller's: the networks would let in everybody or nobody. Take them out, or restrict the app in Cloudflare Access",
      ],
    ],
    [
      { "apps.komga.route": { ssh_upstream: true }, "apps.komga.access": "admins" },
      [
        "apps.komga.route.ssh_upstream: needs an SSH listener, host keys and a certificate authority for users in Pomerium's settings, and this program sets up none of them",
      ],
    ],
    [
      { "apps.komga.route": { tcp_upstream: true } },
      ["apps.komga.access: opens paths, but a stream of bytes (tcp, udp, ssh) has none"],
    ],
    [
      { "apps.komga.access": { apiOnly: ["/api"] }, "apps.komga.route": { udp_upstream: true } },
      ["apps.komga.access: opens paths, but a stream of bytes (tcp, udp, ssh) has none"],
    ],
    [
      { "apps.komga.host": "wiki.example.net" },
      ["apps.wiki.host: wiki.example.net is already the host of apps.komga"],
    ],
    [
      { "apps.komga.host": "authenticate.example.org" },
      ["apps.komga.host: authenticate.example.org is the host of Pomerium's sign-in pages"],
    ],
    [
      { "apps.komga.host": "https://komga.example.org" },
      [
        "apps.komga.host: is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port; `*.` in front stands for every name below",
      ],
    ],
    [
      { "apps.komga.service.port": "25600" },
      ["apps.komga.service.port: is text, which names a port: write the number without quotes"],
    ],
    [
      { "apps.komga.service.port": 70000 },
      ["apps.komga.service.port: must be a port number from 1 to 65535"],
    ],
    [
      { "apps.komga.service.port": 80.5 },
      ["apps.komga.service.port: must be a port number, or the name of one of the Service's ports"],
    ],
    [
      { "apps.komga.service.port": true },
      ["apps.komga.service.port: must be a port number, or the name of one of the Service's ports"],
    ],
    [{ "apps.komga.service": undefined }, ["apps.komga.service: missing: where Pomerium sends the requests"]],
    [
      { "apps.komga.service.name": "1komga" },
      ["apps.komga.service.name: is no Service name: lower case letters, digits and hyphens, a letter first"],
    ],
    [
      { "apps.komga.profile": "kmga" },
      ['apps.komga.profile: the catalogue does not know "kmga"; did you mean "komga"?'],
    ],
    [
      {
        "apps.komga.tls": { secretName: "a" },
        "apps.komga.namespace": "monitoring",
        "apps.wiki.tls": { secretName: "a" },
      },
      [
        "apps.wiki.tls.secretName: Secret monitoring/a already belongs to apps.komga: its certificate would have only one of the two hosts",
      ],
    ],
    [
      { "apps.wiki.tls": { secretName: "pomerium-auth-tls" }, "apps.wiki.namespace": "pomerium" },
      [
        "apps.wiki.tls.secretName: Secret pomerium/pomerium-auth-tls already belongs to Pomerium itself: its certificate would have only one of the two hosts",
      ],
    ],
    [
      { "apps.wiki.replaces": ["influxdb-pomerium-ingress"] },
      [
        "apps.wiki.replaces[0]: influxdb-pomerium-ingress is the name of one of this stack's own Ingresses in monitoring",
      ],
    ],
    [{ "apps.komga.replaces": ["a", "a"] }, ["apps.komga.replaces[1]: a is named twice"]],
    [
      { "apps.komga.replaces": 7 },
      ["apps.komga.replaces: must be the name of an Ingress, or a list of names"],
    ],
    [{ "apps.komga.replace": "x" }, ['apps.komga.replace: unknown key; did you mean "replaces"?']],
    [{ "apps.komga.migrated": "yes" }, ["apps.komga.migrated: must be true or false, not text"]],
    [
      { "apps.komga.accept": { "whitelist-source-rang": "x" } },
      [
        'apps.komga.accept.whitelist-source-rang: ingress-nginx has no such annotation; did you mean "whitelist-source-range"?',
      ],
    ],
    [
      { "apps.komga.accept": { "nginx.ingress.kubernetes.io/auth-type": "x" } },
      ['apps.komga.accept["nginx.ingress.kubernetes.io/auth-type"]: has the prefix too: write auth-type'],
    ],
    [
      { "apps.komga.accept": { "proxy-buffer-size": "x" } },
      ["apps.komga.accept.proxy-buffer-size: protects nothing, so there is nothing to accept: remove it"],
    ],
    [{ "apps.komga.accept": { "limit-rps": " " } }, ["apps.komga.accept.limit-rps: is empty"]],
    [{ "apps.komga.accept": { "limit-rps": true } }, ["apps.komga.accept.limit-rps: must be text, not true"]],
    [{ "apps.komga.accept": ["limit-rps"] }, ["apps.komga.accept: must be a map, not a list"]],
  ],
  routes: [
    [
      { "apps.wiki.route.timeout": "30" },
      ['apps.wiki.route.timeout: not a duration; write it like "30s", "1h30m" or "0s" for none'],
    ],
    [
      { "apps.wiki.route.allow_websocket": true },
      ['apps.wiki.route.allow_websocket: not an annotation of Pomerium; did you mean "allow_websockets"?'],
    ],
    [
      { "apps.wiki.route.policy": "x" },
      ["apps.wiki.route.policy: who may pass is said by the app's `access`, not by its route"],
    ],
    [
      { "apps.wiki.route.allow_websockets": "true" },
      ["apps.wiki.route.allow_websockets: must be true or false, not text"],
    ],
    [
      { "apps.wiki.route.lb_policy": "MAGLEV" },
      ["apps.wiki.route.lb_policy: gone since Pomerium v0.32.0; write load_balancing_policy"],
    ],
    [
      { "apps.wiki.route.prefix_rewrite": "/a", "apps.wiki.route.regex_rewrite_pattern": "b" },
      [
        "apps.wiki.route.regex_rewrite_pattern: only one of prefix_rewrite and regex_rewrite_pattern can rewrite the path",
      ],
    ],
  ],
  Pomerium: [
    [
      { "pomerium.identityProvider.provider": "azure" },
      [
        "pomerium.identityProvider.url: missing: provider azure needs its issuer's URL, because without it, an account of any tenant passes if its tenant gave it the e-mail address of somebody here; write https://login.microsoftonline.com/<tenant id>/v2.0",
      ],
    ],
    [
      {
        "pomerium.identityProvider.provider": "azure",
        "pomerium.identityProvider.url": "https://login.microsoftonline.com/common/v2.0",
      },
      [
        "pomerium.identityProvider.url: names no tenant: with it, an account of any tenant passes if its tenant gave it the e-mail address of somebody here; write https://login.microsoftonline.com/<tenant id>/v2.0",
      ],
    ],
    [
      {
        "pomerium.identityProvider.provider": "azure",
        "pomerium.identityProvider.url": "https://login.microsoftonline.com/Organizations/v2.0",
      },
      [
        "pomerium.identityProvider.url: names no tenant: with it, an account of any tenant passes if its tenant gave it the e-mail address of somebody here; write https://login.microsoftonline.com/<tenant id>/v2.0",
      ],
    ],
    [
      {
        "pomerium.loadBalancerIP": "192.168.0.171",
        ingressNginx: { helmRelease: "x", address: "192.168.0.171" },
      },
      [
        "pomerium.loadBalancerIP: 192.168.0.171 is the address of ingress-nginx (ingressNginx.address), and no load balancer gives one address to both; choose a free one",
      ],
    ],
    [
      {
        "pomerium.loadBalancerIP": "fd00::171",
        ingressNginx: { helmRelease: "x", address: "fd00:0:0::171" },
      },
      [
        "pomerium.loadBalancerIP: fd00::171 is the address of ingress-nginx (ingressNginx.address), and no load balancer gives one address to both; choose a free one",
      ],
    ],
    [
      { "pomerium.coexistPort": 443, ingressNginx: { helmRelease: "x", address: "192.168.0.171" } },
      [
        "pomerium.coexistPort: 443 is ingress-nginx's port until the cutover, and a router forwards a port to one address only; leave the key out for 8443",
      ],
    ],
    [
      { "pomerium.storage.pebble.hostPath": "/etc/pomerium" },
      [
        "pomerium.storage.pebble.hostPath: is in /etc, which belongs to the node's system; name a folder that is Pomerium's alone, such as /var/lib/pomerium",
      ],
    ],
    [
      { "pomerium.version": "v0.30.0" },
      [`pomerium.version: v0.30.0 is too old: ${oldestRelease} to ${newestRelease} are supported`],
    ],
    [{ "pomerium.version": "0.33.1" }, ['pomerium.version: lacks the tag\'s "v": write v0.33.1']],
    [{ "pomerium.version": "main" }, [`pomerium.version: is no release tag, such as ${newestRelease}`]],
    [
      { "pomerium.version": "v9.0.0" },
      [
        `pomerium.commit: missing: this project does not know v9.0.0 (it knows ${oldestRelease} to ${newestRelease}); name the commit that the tag must point to, or use ${newestRelease} » git ls-remote https://github.com/pomerium/ingress-controller 'refs/tags/v9.0.0^{}' 'refs/tags/v9.0.0'`,
      ],
    ],
    [
      { "pomerium.version": "v9.0.0", "pomerium.source": "https://git.example.org/ingress-controller" },
      [
        `pomerium.commit: missing: this project does not know v9.0.0 (it knows ${oldestRelease} to ${newestRelease}); name the commit that the tag must point to, or use ${newestRelease} » git ls-remote https://git.example.org/ingress-controller 'refs/tags/v9.0.0^{}' 'refs/tags/v9.0.0'`,
      ],
    ],
    [{ "pomerium.commit": "abc" }, ["pomerium.commit: must be a whole commit: 40 hexadecimal digits"]],
    [{ "pomerium.loadBalancerIP": "192.168.0.300" }, ["pomerium.loadBalancerIP: is not an IP address"]],
    [{ "pomerium.coexistPort": 0 }, ["pomerium.coexistPort: must be a port number from 1 to 65535"]],
    [
      { "pomerium.session": "30d" },
      ['pomerium.session: is not a duration: write hours, minutes and seconds; did you mean "720h"?'],
    ],
    [
      { "pomerium.session": "720" },
      ["pomerium.session: is not a duration: write hours, minutes and seconds, such as 720h or 1h30m"],
    ],
    [
      { "pomerium.session": "0s" },
      ["pomerium.session: is not a duration: write hours, minutes and seconds, such as 720h or 1h30m"],
    ],
    [
      { "pomerium.identityProvider.provider": "gogle" },
      [
        'pomerium.identityProvider.provider: must be one of apple, auth0, azure, cognito, github, gitlab, google, oidc, okta, onelogin, ping, authelia, authentik, dex, entra, kanidm, keycloak, pocket-id, zitadel; did you mean "google"?',
      ],
    ],
    [
      { "pomerium.identityProvider.provider": "okta" },
      [
        "pomerium.identityProvider.url: missing: provider okta needs its issuer's URL, because each organisation has its own issuer; write https://<organisation>.okta.com",
      ],
    ],
    [
      { "pomerium.identityProvider.provider": "apple", "pomerium.version": "v0.32.9" },
      ["pomerium.identityProvider.provider: apple needs Pomerium v0.33.0 or later; the stack runs v0.32.9"],
    ],
    [
      { "pomerium.identityProvider.url": "http://x" },
      ["pomerium.identityProvider.url: must be an https:// URL"],
    ],
    [
      { "pomerium.identityProvider.clientId": undefined },
      ["pomerium.identityProvider.clientId: missing: OAuth client's id"],
    ],
    [
      // The keys beside `secure` may be parts of the secret.
      {
        "pomerium.identityProvider.clientSecret": { secure: "v1:x", hunter2: 1 },
        'certificates.zones["example.net"].cloudflare.apiToken': { hunter2: "v1:x" },
      },
      [
        "pomerium.identityProvider.clientSecret: must be a value that `pulumi config set --secret` has encrypted",
        'certificates.zones["example.net"].cloudflare.apiToken: must be a value that `pulumi config set --secret` has encrypted',
      ],
    ],
    [
      { "pomerium.identityProvider.clientSecret": undefined },
      [
        "pomerium.identityProvider.clientSecret: missing » pulumi config set --stack test --secret --path pomerium.identityProvider.clientSecret",
      ],
    ],
    [
      { "pomerium.identityProvider.clientsecret": hunter2 },
      ['pomerium.identityProvider.clientsecret: unknown key; did you mean "clientSecret"?'],
    ],
    [{ "pomerium.storage": undefined }, ["pomerium.storage: missing: where sessions are kept"]],
    [
      { "pomerium.storage": {} },
      ["pomerium.storage: must be a map with exactly one of pebble, memory, cluster and postgres"],
    ],
    [
      { "pomerium.storage.postgres": { connection: hunter2 } },
      ["pomerium.storage: must be a map with exactly one of pebble, memory, cluster and postgres"],
    ],
    [
      { "pomerium.storage.pebble.hostPath": "data" },
      ['pomerium.storage.pebble.hostPath: must be an absolute path on the node, below /, without ".."'],
    ],
    [
      { "pomerium.storage.pebble.replicas": 2 },
      [
        "pomerium.storage.pebble.replicas: Pebble has one writer and so one replica; `storage.cluster` and `storage.postgres` take more",
      ],
    ],
    [
      { "pomerium.storage.pebble.size": "2GB" },
      ["pomerium.storage.pebble.size: is not a Kubernetes quantity, such as 500m, 2 or 1Gi"],
    ],
    [
      { "pomerium.storage": { postgres: { replicas: 0 } } },
      [
        "pomerium.storage.postgres.replicas: must be at least 1",
        "pomerium.storage.postgres.connection: missing » pulumi config set --stack test --secret --path pomerium.storage.postgres.connection",
      ],
    ],
    [
      { "pomerium.resources": { limits: { cpu: "100m" } } },
      ["pomerium.resources.limits.cpu: 100m is less than the request of 300m"],
    ],
    [
      { "pomerium.resources": { limits: { cpu: "lots" } } },
      ["pomerium.resources.limits.cpu: is not a Kubernetes quantity, such as 500m, 2 or 1Gi"],
    ],
    [
      { "pomerium.authenticateHost": "sign-in.example.com" },
      [
        "pomerium.authenticateHost: sign-in.example.com is in no zone of `certificates.zones`; add the zone with its DNS credentials",
      ],
    ],
    [
      { "pomerium.identityProvider.clientId": { secure: "x" } },
      [
        "pomerium.identityProvider.clientId: is encrypted, but it is not a secret: write it without encryption",
      ],
    ],
  ],
  certificates: [
    [{ "certificates.email": "root" }, ["certificates.email: is not an e-mail address"]],
    [{ "certificates.zones": {} }, ["certificates.zones: is empty: every host needs a zone"]],
    [
      { 'certificates.zones["example.org"]': {} },
      [`certificates.zones["example.org"]: must be a map with ${exactlyOne}`],
    ],
    [
      { 'certificates.zones["example.org"].cloudflare': { apiToken: hunter2 } },
      [`certificates.zones["example.org"]: must be a map with ${exactlyOne}`],
    ],
    [
      { 'certificates.zones["example.org"]': { porkbn: {} } },
      [`certificates.zones["example.org"]: must be a map with ${exactlyOne}`],
    ],
    [
      { 'certificates.zones["example.org"].porkbun.apiSecretKey': hunter2 },
      [
        'certificates.zones["example.org"].porkbun.apiSecretKey: unknown key; known here: apiKey, secretApiKey',
      ],
    ],
    [
      { 'certificates.zones["example.org"].porkbun': {} },
      [
        'certificates.zones["example.org"].porkbun.apiKey: missing » pulumi config set --stack test --secret --path \'certificates.zones["example.org"].porkbun.apiKey\'',
        'certificates.zones["example.org"].porkbun.secretApiKey: missing » pulumi config set --stack test --secret --path \'certificates.zones["example.org"].porkbun.secretApiKey\'',
      ],
    ],
    [
      { 'certificates.zones["example.org"].porkbun': null },
      ['certificates.zones["example.org"].porkbun: must be a map, not nothing'],
    ],
    [{ "certificates.server": "letsencrypt" }, ["certificates.server: must be an https:// URL"]],
    [
      { "certificates.server": "https://acme.example.com/directory", "certificates.staging": true },
      ["certificates.server: contradicts `staging`, which names another server: take one of the two away"],
    ],
    [
      { 'certificates.zones["example.org"]': { http01: true, wildcard: true } },
      [
        `certificates.zones["example.org"].wildcard: wildcard certificates are issued by DNS-01 only: name ${byDns} with its credentials`,
      ],
    ],
    [
      { 'certificates.zones["example.org"]': { http01: false } },
      ['certificates.zones["example.org"].http01: must be true'],
    ],
    [
      { "certificates.webhook.image": "talinx/cert-manager-webhook-porkbun:latest" },
      [
        "certificates.webhook.image: must be an image with its tag, and not latest, which is another image every so often",
      ],
    ],
    [
      { "certificates.webhook.groupName": "porkbun" },
      ["certificates.webhook.groupName: is not a valid API group: a domain name"],
    ],
    [
      { "certificates.webhook.flavour": "mdonoughe" },
      [
        "certificates.webhook.chart: missing: mdonoughe publishes no Helm repository; name the chart's folder in a checkout",
      ],
    ],
    [
      { "certificates.webhook.chart": "oci://charts.example.com/porkbun" },
      ["certificates.webhook.version: missing: without it, the newest chart of the day would be installed"],
    ],
    [
      { "certificates.webhook.charts": "./chart" },
      ['certificates.webhook.charts: unknown key; did you mean "chart"?'],
    ],
    [
      { 'certificates.zones["Example.org"]': { porkbun: {} } },
      [
        'certificates.zones["Example.org"]: is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port or wildcard',
        'certificates.zones["Example.org"].porkbun.apiKey: missing » pulumi config set --stack test --secret --path \'certificates.zones["Example.org"].porkbun.apiKey\'',
        'certificates.zones["Example.org"].porkbun.secretApiKey: missing » pulumi config set --stack test --secret --path \'certificates.zones["Example.org"].porkbun.secretApiKey\'',
      ],
    ],
  ],
  tunnels: [
    [
      { domain: "exampel.org", "cluster.exposure": "tunnelOnly", "tunnels.home.authenticate": true },
      ["domain: exampel.org is in no zone of `certificates.zones`; add the zone with its DNS credentials"],
    ],
    [
      { "pomerium.authenticateHost": "sign-in.exampel.net", "tunnels.home.authenticate": true },
      [
        "pomerium.authenticateHost: sign-in.exampel.net is in no zone of `certificates.zones`; add the zone with its DNS credentials",
      ],
    ],
    [{ "tunnels.home.apps[0]": "wikki" }, ['tunnels.home.apps[0]: no such app; did you mean "wiki"?']],
    [{ "tunnels.home.apps": ["wiki", "wiki"] }, ["tunnels.home.apps[1]: wiki is named twice"]],
    [
      {
        "tunnels.other": {
          accountId: "0123456789abcdef0123456789abcdef",
          zoneId: "0123456789abcdef0123456789abcdef",
          apiToken: hunter2,
          apps: ["wiki"],
        },
      },
      ["tunnels.other.apps[0]: wiki is carried by tunnel home already; a host has one DNS record"],
    ],
    [
      {
        "tunnels.home.extraRules": [
          { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" },
          { hostname: "*.example.net", service: "https://192.168.0.11" },
        ],
        "tunnels.other": {
          ...otherTunnel,
          extraRules: [
            { hostname: "ssh.example.net", path: "^/a", service: "ssh://192.168.0.12:22" },
            { hostname: "*.example.net", path: "^/b", service: "https://192.168.0.13" },
            { hostname: "wiki.example.net", path: "^/c", service: "https://192.168.0.13" },
          ],
        },
      },
      [
        "tunnels.other.extraRules[0].hostname: ssh.example.net is carried by tunnel home already; a host has one DNS record",
        "tunnels.other.extraRules[2].hostname: wiki.example.net is carried by tunnel home already; a host has one DNS record",
      ],
    ],
    [
      { "tunnels.home.accountId": undefined },
      ["tunnels.home.accountId: missing: id of the Cloudflare account that owns the tunnel"],
    ],
    [
      { "tunnels.home.accountId": "me" },
      ["tunnels.home.accountId: is not a valid Cloudflare account id: 32 hexadecimal digits"],
    ],
    [
      { "tunnels.home.extraRules[0].service": "https://192.168.0.10/path" },
      [
        "tunnels.home.extraRules[0].service: must be an address without a path, such as ssh://192.168.0.10:22, or http_status:404",
      ],
    ],
    [
      { "tunnels.home.extraRules[1]": { service: "http_status:404" } },
      [
        "tunnels.home.extraRules[1]: would take every request: name a hostname or a path (the catch-all is added)",
      ],
    ],
    [
      { "tunnels.home.extraRules[1]": { hostname: "ssh.example.net", service: "ssh://192.168.0.11:22" } },
      [
        "tunnels.home.extraRules[1]: the rule for ssh.example.net never matches: that for ssh.example.net takes its requests",
      ],
    ],
    [
      { "tunnels.home.extraRules[0].path": "(" },
      ["tunnels.home.extraRules[0].path: is not a valid Go regular expression: missing closing ): `(`"],
    ],
    [
      { "tunnels.home.extraRules[0].path": "^/(?!api)" },
      [
        "tunnels.home.extraRules[0].path: is not a valid Go regular expression: invalid or unsupported Perl syntax: `(?!`",
      ],
    ],
    [
      { "tunnels.home.extraRules[0].hostname": "ssh.example.net:22" },
      [
        "tunnels.home.extraRules[0].hostname: is not a valid host name: labels joined by dots, without port; a wildcard only as *. in front",
      ],
    ],
    [
      { "tunnels.home.extraRules[0].hostname": "wiki.example.net" },
      [
        "tunnels.home.extraRules[0]: the rule for wiki.example.net never matches: that for wiki.example.net takes its requests",
      ],
    ],
    [
      {
        "tunnels.home.extraRules": [
          { hostname: "*.example.net", service: "http_status:403" },
          { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" },
        ],
      },
      [
        "tunnels.home.extraRules[1]: the rule for ssh.example.net never matches: that for *.example.net takes its requests",
      ],
    ],
    [
      { "tunnels.home.connector": {}, "tunnels.home.extraRules[0].service": "ssh://localhost:22" },
      [
        "tunnels.home.extraRules[0].service: is on cloudflared's own machine, which with a connector in the cluster is a pod; name the machine's address",
      ],
    ],
    [
      {
        phase: "retired",
        "tunnels.home.extraRules": [
          { hostname: "a.example.net", service: "http://192.168.0.171:80" },
          { hostname: "b.example.net", service: "https://ingress-nginx-controller.ingress-nginx.svc" },
          { hostname: "wiki.example.net", path: "^/a", service: "https://192.168.0.171" },
          { hostname: "c.example.net", service: "http://192.168.0.17:80" },
          { hostname: "d.example.net", service: "http://prometheus.ingress-nginx:9090" },
        ],
      },
      [0, 1, 2].map(
        (i) =>
          `tunnels.home.extraRules[${i}].service: leads to ingress-nginx, which phase retired removes; make its host an app, or remove the rule`,
      ),
    ],
    [
      {
        "tunnels.home.extraRules": [
          { hostname: "Plex.example.net", service: "http://192.168.0.10:80" },
          { hostname: "plex.example.net", service: "http://192.168.0.11:80" },
        ],
        "tunnels.other": {
          ...otherTunnel,
          extraRules: [
            { hostname: "PLEX.example.net", service: "http://192.168.0.10:80" },
            { hostname: "Wiki.example.net", service: "http://192.168.0.10:80" },
          ],
        },
      },
      [
        "tunnels.home.extraRules[1]: the rule for plex.example.net never matches: that for Plex.example.net takes its requests",
        "tunnels.other.extraRules[0].hostname: PLEX.example.net is carried by tunnel home already; a host has one DNS record",
        "tunnels.other.extraRules[1].hostname: Wiki.example.net is carried by tunnel home already; a host has one DNS record",
      ],
    ],
    [
      {
        "apps.secret": { namespace: "gw", service: { name: "traefik", port: 80 }, access: "admins" },
        "accessTests.strict": false,
        "tunnels.home.extraRules": [
          { hostname: "Secret.example.org", service: "http://traefik.gw:80" },
          { hostname: "komga.example.org", path: "/", service: "http://192.168.0.9:80" },
          { hostname: "authenticate.example.org", service: "https://192.168.0.9" },
          { hostname: "influxdb.example.org", service: "http_status:404" },
          { hostname: "komga.example.org", path: "^/b", service: "https://192.168.0.172" },
        ],
      },
      [
        "tunnels.home.extraRules[0]: leads Secret.example.org to http://traefik.gw:80, past Pomerium, but the host is that of apps.secret; name secret under tunnels.home.apps in place of this rule",
        "tunnels.home.extraRules[1]: leads komga.example.org / to http://192.168.0.9:80, past Pomerium, but the host is that of apps.komga; name komga under tunnels.home.apps in place of this rule",
        "tunnels.home.extraRules[2]: leads authenticate.example.org to https://192.168.0.9, past Pomerium, but the host is that of the sign-in pages; write `authenticate: true` on tunnels.home in place of this rule",
      ],
    ],
    [
      {
        "tunnels.home.extraRules": [
          { hostname: "wiki.example.net", path: ".*", service: "http://192.168.0.9:80" },
          { hostname: "wiki.example.net", path: "^/\\w", service: "https://192.168.0.171" },
        ],
        "apps.wiki.migrated": true,
      },
      [
        "tunnels.home.extraRules[0].path: leads wiki.example.net .* to http://192.168.0.9:80, past Pomerium, and matches paths that it does not name; name those that the service answers, such as ^/photos/",
        "tunnels.home.extraRules[1].path: leads wiki.example.net ^/\\w to https://192.168.0.171, past Pomerium, and matches paths that it does not name; name those that the service answers, such as ^/photos/",
      ],
    ],
    [
      {
        "tunnels.home.zoneId": { "example.net": "fedcba9876543210fedcba9876543210" },
        "tunnels.home.apps": ["wiki", "komga"],
        "apps.komga.host": "komga.example.com",
        "apps.komga.tls": { existing: "komga-cert" },
      },
      [
        "tunnels.home.zoneId: names no zone of komga.example.com; add the zone with its id, such as {example.com: <id>}",
      ],
    ],
    [
      { "tunnels.home.drop": ["wiki.example.net"] },
      ["tunnels.home.drop[0]: wiki.example.net is carried by this tunnel, so it is not dropped"],
    ],
    [
      { "tunnels.home.apps": ["wiki", "komga"] },
      [
        "tunnels.home.zoneId: is one Cloudflare zone, but wiki.example.net is in example.net and komga.example.org in example.org; write each zone with its id: {example.net: <id>, example.org: <id>}",
      ],
    ],
    [
      {
        "tunnels.home.apps": ["wiki", "komga"],
        "tunnels.home.zoneId": { "example.net": "fedcba9876543210fedcba9876543210" },
      },
      [
        "tunnels.home.zoneId: names no zone of komga.example.org; add the zone with its id, such as {example.org: <id>}",
      ],
    ],
    [{ "tunnels.home.zoneId": {} }, ["tunnels.home.zoneId: is empty: name the zone of each host"]],
    [
      { "tunnels.home.zoneId": { "example.net": "example.net" } },
      ['tunnels.home.zoneId["example.net"]: is not a valid Cloudflare zone id: 32 hexadecimal digits'],
    ],
    [
      { "tunnels.home.zoneId": ["fedcba9876543210fedcba9876543210"] },
      [
        "tunnels.home.zoneId: must be a Cloudflare zone id, or a map of zones and their ids such as { example.org: <id> }",
      ],
    ],
    [
      {
        "tunnels.other": {
          accountId: "0123456789abcdef0123456789abcdef",
          tunnelId: "0c7a70e1-5e1f-4a5e-9d57-0123456789ab",
          zoneId: "0123456789abcdef0123456789abcdef",
          apiToken: hunter2,
        },
      },
      [
        "tunnels.other.tunnelId: is that of tunnel home already; each tunnel would overwrite the rules of the other",
      ],
    ],
    [
      {
        "pomerium.authenticateHost": "authenticate.example.net",
        "tunnels.home.authenticate": true,
        "tunnels.other": {
          accountId: "0123456789abcdef0123456789abcdef",
          tunnelId: "a1f7ed00-5e1f-4a5e-9d57-0123456789ab",
          zoneId: "0123456789abcdef0123456789abcdef",
          apiToken: hunter2,
          authenticate: true,
        },
      },
      [
        "tunnels.other.authenticate: the sign-in pages are carried by tunnel home already; a host has one DNS record",
      ],
    ],
    [
      { "ingressNginx.address": undefined },
      [
        "ingressNginx.address: missing: in phase coexist, tunnels lead to ingress-nginx for wiki.example.net; name its address, or set `migrated: true` on apps.wiki » pulumi config set --stack test --path ingressNginx.address '<address>'",
      ],
    ],
    [{ "ingressNginx.address": "octavo" }, ["ingressNginx.address: is not an IP address"]],
    [
      { phase: "retired", "apps.wiki.migrated": false },
      [
        "apps.wiki.migrated: false keeps the tunnel's rule at ingress-nginx, which phase retired removes; remove the key",
      ],
    ],
    [
      { "tunnels.home.apiToken": 7 },
      ["tunnels.home.apiToken: must be a value that `pulumi config set --secret` has encrypted"],
    ],
    [
      { "tunnels.home.apiToken": "" },
      [
        "tunnels.home.apiToken: is empty » pulumi config set --stack test --secret --path tunnels.home.apiToken",
      ],
    ],
  ],
  "ingress-nginx": [
    [{ ingressNginx: {} }, ["ingressNginx: must be a map with exactly one of helmRelease and manifest"]],
    [
      { ingressNginx: { manifest: "minikube" } },
      ["ingressNginx.manifest: must be one of aws, baremetal, cloud, do, exoscale, kind, oracle, scw"],
    ],
    [
      { "ingressNginx.keep": { "DaemonSet/controller": "bundled" } },
      [
        'ingressNginx.keep["DaemonSet/controller"]: is not the namespace and name of a workload, such as ingress/nginx-internal, or the name of a class',
      ],
    ],
    [{ "ingressNginx.keep": { "ingress/nginx": "" } }, ['ingressNginx.keep["ingress/nginx"]: is empty']],
    [
      { "ingressNginx.also": [{ helmRelease: "a", manifest: "cloud" }] },
      ["ingressNginx.also[0]: must be a map with exactly one of helmRelease and manifest"],
    ],
    [
      { ingressNginx: { helmRelease: "a", manifest: "baremetal" } },
      ["ingressNginx: must be a map with exactly one of helmRelease and manifest"],
    ],
    [
      { "ingressNginx.abandon": { "komga.example.org": "nobody reads it" } },
      [
        'ingressNginx.abandon["komga.example.org"]: is not abandoned: apps.komga takes it over; remove one of the two',
      ],
    ],
    [
      { "ingressNginx.abandon": { "https://old.example.org": "gone" } },
      [
        'ingressNginx.abandon["https://old.example.org"]: is no host name: lower case, without port; a wildcard as *. in front or .* behind, * for an Ingress without a host, and tcp/22 or udp/53 for a port',
      ],
    ],
    ...["TCP/22", "tcp/0", "tcp/ssh", "sctp/22", "tcp/22/ssh"].map(
      (key): [Record<string, unknown>, string[]] => [
        { "ingressNginx.abandon": { [key]: "gone" } },
        [
          `ingressNginx.abandon["${key}"]: is no host name: lower case, without port; a wildcard as *. in front or .* behind, * for an Ingress without a host, and tcp/22 or udp/53 for a port`,
        ],
      ],
    ),
    [
      { "ingressNginx.abandon": { "old.example.org": "" } },
      ['ingressNginx.abandon["old.example.org"]: is empty'],
    ],
    [{ "ingressNginx.abandon": ["old.example.org"] }, ["ingressNginx.abandon: must be a map, not a list"]],
    [
      { "ingressNginx.override": { canarys: "x" } },
      ['ingressNginx.override.canarys: unknown gate; did you mean "canaries"?'],
    ],
    [
      { "ingressNginx.override": { everything: "x" } },
      [`ingressNginx.override.everything: unknown gate; there are ${gateNames.join(", ")}`],
    ],
    [{ "ingressNginx.override": { hosts: true } }, ["ingressNginx.override.hosts: must be text, not true"]],
    [
      { "ingressNginx.abandn": { "old.example.org": "gone" } },
      ['ingressNginx.abandn: unknown key; did you mean "abandon"?'],
    ],
  ],
  "access tests": [
    [
      { "accessTests.apps.komgo": [{ deny: ["stranger"] }] },
      ['accessTests.apps.komgo: unknown app "komgo"; did you mean "komga"?'],
    ],
    [
      { "accessTests.apps.komga[0].allow[0]": "alicia@gmail.com" },
      [
        'accessTests.apps.komga[0].allow[0]: the stack file does not know alicia@gmail.com; did you mean "alice@gmail.com"?',
      ],
    ],
    [
      { "accessTests.apps.komga[0].allow[0]": "zoe@gmail.com" },
      ["accessTests.apps.komga[0].allow[0]: the stack file does not know zoe@gmail.com"],
    ],
    [
      { "accessTests.apps.komga[0].allow[0]": "readers" },
      ['accessTests.apps.komga[0].allow[0]: unknown principal "readers"; did you mean "group:readers"?'],
    ],
    [
      { "accessTests.apps.komga[0].allow[0]": "group:readrs" },
      ['accessTests.apps.komga[0].allow[0]: unknown group "readrs"; did you mean "readers"?'],
    ],
    [
      { "accessTests.apps.komga[0].allow[0]": "strangers" },
      ['accessTests.apps.komga[0].allow[0]: unknown principal "strangers"; did you mean "stranger"?'],
    ],
    [
      { "accessTests.apps.komga[0].allow[0]": "Alice@gmail.com" },
      [
        'accessTests.apps.komga[0].allow[0]: the stack file does not know Alice@gmail.com; did you mean "alice@gmail.com"?',
      ],
    ],
    [
      { "accessTests.apps.komga[0].path": "api" },
      ['accessTests.apps.komga[0].path: is not a path: it must begin with "/"'],
    ],
    [
      { "accessTests.apps.komga[0].paths": ["/a"] },
      ["accessTests.apps.komga[0].path: is there beside `paths`: write one of them"],
    ],
    [
      { "accessTests.apps.komga[0].allow": undefined },
      ["accessTests.apps.komga[0]: asserts nothing: name somebody under `allow` or `deny`"],
    ],
    [
      { "accessTests.apps.komga[1].allow": ["stranger"] },
      ["accessTests.apps.komga[1].deny[0]: stranger stands under `allow` too"],
    ],
    [
      { "accessTests.apps.komga[0].method": "get" },
      ["accessTests.apps.komga[0].method: must be in capitals: GET"],
    ],
    [
      { "accessTests.apps.komga[0].from": "10.0.0.0/8" },
      ["accessTests.apps.komga[0].from: is not an IP address"],
    ],
    [
      { "accessTests.apps.komga[1].deny": ["anonymous"] },
      ["accessTests.apps.komga: no test denies this app to a stranger; add { deny: [stranger, anonymous] }"],
    ],
    [
      { "accessTests.apps.komga": { deny: ["stranger"] } },
      ["accessTests.apps.komga: must be a list, not a map"],
    ],
    [{ "accessTests.strict": "yes" }, ["accessTests.strict: must be true or false, not text"]],
  ],
  "the catalogue": [
    [
      { "catalogue.mine": { api: [{ path: "api" }] } },
      ["catalogue.mine.api[0].path: not a path: it begins with / and has no query, pattern or %-escape"],
    ],
    [{ "catalogue.mine": { apis: [] } }, ['catalogue.mine.apis: unknown key; did you mean "api"?']],
    [
      { "catalogue.mine": { neverOpen: [{ path: "/admin" }] } },
      ["catalogue.mine.neverOpen[0].reason: missing: why nobody may call it without signing in"],
    ],
    [
      {
        "catalogue.komga": { api: [{ path: "/opds" }], neverOpen: [{ path: "/api", reason: "secrets" }] },
        "apps.komga.access": { groups: ["readers"], api: ["/opds", "/api/v1"] },
      },
      [
        "apps.komga.access.api[1]: opens /api/v1, but /api/… must never be open to anybody: secrets. Name narrower paths, close it with `paths: { /api: { access: admins } }`, or write `profile: none` if the app is not komga",
      ],
    ],
    [
      {
        "catalogue.komga": { neverOpen: [{ path: "/", reason: "it checks nothing", source: "its manual" }] },
        "apps.komga.access": { apiOnly: [{ path: "/status", exact: true }] },
      },
      [
        "apps.komga.access.apiOnly[0]: opens /status, but the whole app must never be open to anybody: it checks nothing (its manual). Let people sign in, or write `profile: none` if the app is not komga",
      ],
    ],
    [
      {
        "catalogue.komga": { neverOpen: [{ path: "/init", exact: true, reason: "it is the set-up" }] },
        "catalogue.other": { api: [{ path: "/opds" }, { path: "/init" }] },
        "apps.komga.access": { groups: ["readers"], api: "other" },
      },
      [
        "apps.komga.access.api: opens /init, but /init must never be open to anybody: it is the set-up. Name narrower paths, close it with `paths: { /init: { access: admins } }`, or write `profile: none` if the app is not komga",
      ],
    ],
    [
      {
        "catalogue.komga": { neverOpen: [{ path: "/admin", reason: "it asks for nothing" }] },
        "apps.komga.access": "admins",
        "apps.komga.paths": {
          "/admin/tool": { access: { public: { consent: "komga.example.org" } } },
          "/other": { access: { public: { consent: "komga.example.org" } } },
        },
      },
      [
        'apps.komga.paths["/admin/tool"].access: opens /admin/tool, but /admin/… must never be open to anybody: it asks for nothing. Name narrower paths, close it with `paths: { /admin: { access: admins } }`, or write `profile: none` if the app is not komga',
      ],
    ],
    [
      { "catalogue.mine.route.timeout": "30" },
      ['catalogue.mine.route.timeout: not a duration; write it like "30s", "1h30m" or "0s" for none'],
    ],
  ],
};
