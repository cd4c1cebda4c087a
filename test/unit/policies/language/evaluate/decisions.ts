/**
 * Decisions worked out by hand from the language's documentation and Pomerium's source, not by running
 * anything of ours. A row is `who [METHOD] path [fact=value …] -> outcome`.
 *
 * alice, bob and admin have addresses at gmail.com, carol at example.org; eve is a stranger at gmail.com.
 * `someone` has signed in, but nothing is known about them. Facts: ip, host, user, claim (name:value+value),
 * cert (none), invalid (yes/no), preflight (yes/no), ssh (user name), tool, mcp (method), pomerium.
 */
export interface Worked {
  title: string;
  policy: string;
  rows: string;
}

export const worked: Worked[] = [
  {
    title: "nothing allows",
    policy: "[]",
    rows: `
      alice /             -> deny
      anonymous /         -> deny
      someone /           -> deny
      anonymous /api/     -> deny`,
  },
  {
    title: "rules without criteria",
    policy: "allow: { or: [], and: [], not: [], nor: [] }",
    rows: `
      alice /             -> deny
      anonymous /         -> deny`,
  },
  {
    title: "accept",
    policy: "allow: { or: [{ accept: true }] }",
    rows: `
      alice /             -> allow
      anonymous /         -> allow
      someone POST /x     -> allow
      anonymous /a%2fb    -> allow
      anonymous /a%5Cb    -> allow
      anonymous /a%2fb pomerium=v0.33.0 -> deny
      anonymous /a%5Cb pomerium=v0.33.0 -> deny
      anonymous /a%2fb pomerium=v0.32.9 -> allow
      anonymous /a#b      -> deny
      anonymous /a%00     -> deny
      anonymous a         -> deny
      anonymous /a/..;/b  -> allow
      anonymous /é        -> unknown`,
  },
  {
    title: "odd spellings of a path are the path that Envoy makes of them",
    policy: "allow: { or: [{ http_path: { starts_with: /api/ } }] }",
    rows: `
      anonymous /%61pi/x                 -> allow
      anonymous /%61%70%69%2Fx           -> allow
      anonymous /%61pi%2f../admin        -> deny
      anonymous ///api///x               -> allow
      anonymous /\\api\\x                -> allow
      anonymous /api/..;/admin           -> unknown
      anonymous /api/..;/api/x           -> allow
      anonymous /admin/..;/x             -> deny
      anonymous /api/é                   -> unknown
      anonymous /admin/é                 -> deny`,
  },
  {
    title: "a text that is the id of a user",
    policy: "allow: { or: [{ http_path: u1 }] }",
    rows: `
      alice / user=u1 ip=8.8.8.8 host=app.example.org  -> allow
      alice / user=u2 ip=8.8.8.8 host=app.example.org  -> deny
      alice / ip=8.8.8.8 host=app.example.org          -> unknown
      anonymous / ip=8.8.8.8 host=app.example.org      -> deny`,
  },
  {
    title: "a text that may be part of the id of a session",
    policy: 'allow: { or: [{ http_method: { contains: "-4" } }] }',
    rows: `
      alice / user=u2 ip=8.8.8.8 host=app.example.org  -> unknown
      alice /-4 user=u2 ip=8.8.8.8 host=app.example.org -> allow
      anonymous / ip=8.8.8.8 host=app.example.org      -> deny`,
  },
  {
    title: "a text that is the address of the caller",
    policy: 'allow: { or: [{ http_path: { starts_with: "10." } }] }',
    rows: `
      anonymous / ip=10.1.1.1 host=app.example.org     -> allow
      anonymous / ip=8.8.8.8 host=app.example.org      -> deny
      anonymous / host=app.example.org                 -> unknown`,
  },
  {
    title: "the URL without a query that Go cannot read",
    policy: 'allow: { or: [{ http_path: "https://app.example.org/x" }] }',
    rows: `
      anonymous /x ip=8.8.8.8 host=app.example.org      -> allow
      anonymous /x?a;b ip=8.8.8.8 host=app.example.org  -> allow
      anonymous /x?x=%zz ip=8.8.8.8 host=app.example.org -> allow
      anonymous /x?&& ip=8.8.8.8 host=app.example.org   -> allow
      anonymous /x?a ip=8.8.8.8 host=app.example.org    -> deny`,
  },
  {
    title: "the URL with its query spelled by Go",
    policy: 'allow: { or: [{ http_path: { ends_with: "?a=%2Fapi&a=x+y&b=" } }] }',
    rows: `
      anonymous /x?b&a=/api&a=x%20y ip=8.8.8.8 host=app.example.org -> allow
      anonymous /x?a=%2fapi&b=&a=x+y ip=8.8.8.8 host=app.example.org -> allow
      anonymous /x?a=x+y&a=/api&b ip=8.8.8.8 host=app.example.org   -> deny`,
  },
  {
    title: "reject",
    policy: "allow: { or: [{ reject: true }] }",
    rows: `
      alice /             -> deny
      anonymous /         -> deny`,
  },
  {
    title: "not reject",
    policy: "allow: { not: [{ reject: true }] }",
    rows: `
      alice /             -> allow
      anonymous /         -> allow`,
  },
  {
    title: "deny wins over allow",
    policy: "- allow: { or: [{ accept: true }] }\n- deny: { or: [{ accept: true }] }",
    rows: `
      alice /             -> deny
      anonymous /         -> deny`,
  },
  {
    title: "anybody who signs in",
    policy: "allow: { or: [{ authenticated_user: true }] }",
    rows: `
      alice /             -> allow
      eve /               -> allow
      someone /           -> allow
      anonymous /         -> deny
      anonymous /api/x    -> deny`,
  },
  {
    title: "a list of people",
    policy: "allow: { or: [{ email: { in: [alice@gmail.com, admin-user@gmail.com] } }] }",
    rows: `
      alice /             -> allow
      admin /anything     -> allow
      alice DELETE /      -> allow
      bob /               -> deny
      carol /             -> deny
      eve /               -> deny
      anonymous /         -> deny
      someone /           -> unknown
      nomail /            -> deny`,
  },
  {
    title: "a bare address",
    policy: "allow: { and: [{ email: alice@gmail.com }] }",
    rows: `
      alice /             -> allow
      Alice /             -> deny
      bob /               -> deny
      anonymous /         -> deny
      someone /           -> unknown`,
  },
  {
    title: "an address in capitals is another one",
    policy: "allow: { or: [{ email: { is: Alice@gmail.com } }] }",
    rows: `
      alice /             -> deny
      Alice /             -> allow`,
  },
  {
    title: "an empty value never matches",
    policy: "allow:\n  or:\n    - email:\n",
    rows: `
      alice /             -> deny
      anonymous /         -> deny
      someone /           -> deny
      nomail /            -> deny`,
  },
  {
    title: "everybody but one",
    policy: "allow: { and: [{ email: { not: bob@gmail.com } }] }",
    rows: `
      alice /             -> allow
      eve /               -> allow
      bob /               -> deny
      someone /           -> unknown
      anonymous /         -> allow`,
  },
  {
    title: "everybody but one, signed in",
    policy: "allow: { and: [{ email: { not_in: [bob@gmail.com] } }, { authenticated_user: true }] }",
    rows: `
      alice /             -> allow
      bob /               -> deny
      anonymous /         -> deny
      someone /           -> unknown`,
  },
  {
    title: "not in a list of one",
    policy: "allow: { not: [{ email: bob@gmail.com }] }",
    rows: `
      alice /             -> allow
      bob /               -> deny
      anonymous /         -> deny
      someone /           -> unknown`,
  },
  {
    title: "an empty list",
    policy: "allow: { or: [{ email: { in: [] } }] }",
    rows: `
      alice /             -> deny
      someone /           -> deny
      anonymous /         -> deny`,
  },
  {
    title: "the ending of an address",
    policy: 'allow: { or: [{ email: { ends_with: "@gmail.com" } }] }',
    rows: `
      alice /             -> allow
      eve /               -> allow
      carol /             -> deny
      anonymous /         -> deny
      someone /           -> unknown`,
  },
  {
    title: "two comparisons in one criterion",
    policy: 'allow: { or: [{ email: { ends_with: "@gmail.com", not: eve@gmail.com } }] }',
    rows: `
      alice /             -> allow
      eve /               -> deny
      carol /             -> deny
      anonymous /         -> deny`,
  },
  {
    title: "a part of an address",
    policy: "allow: { or: [{ email: { contains: admin } }] }",
    rows: `
      admin /             -> allow
      alice /             -> deny
      anonymous /         -> deny`,
  },
  {
    title: "a domain",
    policy: "allow: { or: [{ domain: { is: gmail.com } }] }",
    rows: `
      alice /             -> allow
      eve /               -> allow
      carol /             -> deny
      anonymous /         -> deny
      someone /           -> unknown
      nomail /            -> deny`,
  },
  {
    title: "all domains but one still ask for a session",
    policy: "allow: { or: [{ domain: { not: gmail.com } }] }",
    rows: `
      carol /             -> allow
      alice /             -> deny
      nomail /            -> deny
      anonymous /         -> deny`,
  },
  {
    title: "a user id",
    policy: "allow: { or: [{ user: u-1 }] }",
    rows: `
      alice / user=u-1    -> allow
      alice / user=u-2    -> deny
      alice /             -> unknown
      anonymous /         -> deny`,
  },
  {
    title: "a claim",
    policy: "allow: { or: [{ claim/groups: staff }] }",
    rows: `
      alice / claim=groups:staff        -> allow
      alice / claim=groups:staff+family -> allow
      alice / claim=groups:family       -> deny
      alice / claim=other:staff         -> deny
      alice /                           -> unknown
      anonymous /                       -> deny`,
  },
  {
    title: "a claim that is one value alone",
    policy: "allow: { or: [{ claim/groups: { is: staff } }] }",
    rows: `
      alice / claim=groups:staff        -> allow
      alice / claim=groups:staff+family -> deny
      alice / claim=groups:family       -> deny
      anonymous /                       -> deny`,
  },
  {
    title: "a claim without a value",
    policy: "allow: { or: [{ claim/groups: { exclude: guests } }] }",
    rows: `
      alice / claim=groups:staff        -> allow
      alice / claim=groups:guests       -> deny
      alice / claim=other:x             -> allow
      alice /                           -> unknown
      anonymous /                       -> allow`,
  },
  {
    title: "a nested claim is joined by dots",
    policy: "allow: { or: [{ claim/realm_access.roles: staff }, { claim/realm_access/roles: family }] }",
    rows: `
      alice / claim=realm_access.roles:staff  -> allow
      alice / claim=realm_access.roles:family -> deny`,
  },
  {
    title: "groups never match",
    policy: "allow: { or: [{ groups: staff }] }",
    rows: `
      alice /                     -> deny
      alice / claim=groups:staff  -> deny
      someone /                   -> deny
      anonymous /                 -> deny`,
  },
  {
    title: "groups never match, not even to exclude",
    policy: "allow: { or: [{ groups: { exclude: staff } }] }",
    rows: `
      alice /             -> deny
      anonymous /         -> deny`,
  },
  {
    title: "people and an open path",
    policy:
      "allow:\n  or:\n    - email: { in: [alice@gmail.com] }\n    - http_path: { is: /api }\n    - http_path: { starts_with: /api/ }\n",
    rows: `
      alice /                -> allow
      alice /api/items       -> allow
      bob /                  -> deny
      bob /api/items         -> allow
      anonymous /            -> deny
      anonymous /api         -> allow
      anonymous /api/        -> allow
      anonymous POST /api/x  -> allow
      anonymous /apixyz      -> deny
      anonymous /API/        -> deny
      anonymous /x/api/      -> deny
      anonymous /api/../admin    -> deny
      anonymous /api/%2e%2e/admin -> deny
      anonymous /admin/../api/x  -> allow
      anonymous //api/x      -> allow
      anonymous /%61pi/x     -> allow
      anonymous /api%2f..%2fadmin -> deny
      anonymous /api/x?y=1   -> allow
      anonymous /apixyz?y=/api/  -> deny
      someone /              -> unknown
      someone /api/x         -> allow`,
  },
  {
    title: "the query meets a path criterion too",
    policy: "allow: { or: [{ http_path: { starts_with: /api/ } }] }",
    rows: `
      anonymous /admin?/api/      -> allow
      anonymous /admin?/api/x=1   -> allow
      anonymous /admin?x=/api/    -> deny
      anonymous /admin?%2fapi%2f  -> deny
      anonymous /admin#/api/      -> deny`,
  },
  {
    title: "a path and its URL together leave the query no way in",
    policy:
      'allow: { and: [{ http_path: { starts_with: /api/ } }, { http_path: { starts_with: "https://app.example.org/api/" } }] }',
    rows: `
      anonymous /api/x host=app.example.org                           -> allow
      anonymous /api/x?y=1 host=app.example.org                       -> allow
      anonymous /admin?/api/ host=app.example.org                     -> deny
      anonymous /admin?https://app.example.org/api/ host=app.example.org -> deny
      anonymous /api/x host=app.example.org:8443                      -> deny
      anonymous /api/x                                                -> unknown
      anonymous /admin                                                -> deny`,
  },
  {
    title: "older releases keep escaped and double slashes",
    policy: "allow: { or: [{ http_path: { starts_with: /api/ } }, { http_path: { starts_with: //sse } }] }",
    rows: `
      anonymous /api/..%2fadmin pomerium=v0.32.9 -> allow
      anonymous /api/..%2fadmin pomerium=v0.33.1 -> deny
      anonymous /api/../admin pomerium=v0.32.9   -> deny
      anonymous //sse/x pomerium=v0.32.9         -> allow
      anonymous //sse/x pomerium=v0.33.1         -> deny
      anonymous /sse/x pomerium=v0.32.9          -> deny
      anonymous //api/x pomerium=v0.32.9         -> deny`,
  },
  {
    title: "a prefix without a boundary",
    policy: "allow: { or: [{ http_path: { starts_with: /api } }] }",
    rows: `
      anonymous /api      -> allow
      anonymous /apixyz   -> allow
      anonymous /ap       -> deny`,
  },
  {
    title: "an exact path",
    policy: "allow: { or: [{ http_path: /healthz }] }",
    rows: `
      anonymous /healthz    -> allow
      anonymous /healthz/   -> deny
      anonymous /healthz?x  -> allow
      anonymous /health%7a  -> allow
      anonymous /           -> deny`,
  },
  {
    title: "a malformed escape leaves no path",
    policy: "allow: { or: [{ http_path: { starts_with: /x } }] }\ndeny: { or: [{ http_path: /x/y } ] }",
    rows: `
      anonymous /x/y        -> deny
      anonymous /x/%79      -> deny
      anonymous /x/%zz      -> allow`,
  },
  {
    title: "the ending of a path may be that of a host",
    policy: "allow: { or: [{ http_path: { ends_with: .js } }] }",
    rows: `
      anonymous /a.js                        -> allow
      anonymous /a                           -> unknown
      anonymous /a host=app.example.org      -> deny
      anonymous /admin?x.js                  -> allow`,
  },
  {
    title: "a path that is not another is no condition",
    policy: "allow: { or: [{ http_path: { not: /admin } }] }",
    rows: `
      anonymous /admin    -> allow
      anonymous /         -> allow`,
  },
  {
    title: "all paths but one",
    policy: "allow: { not: [{ http_path: { starts_with: /admin } }] }",
    rows: `
      anonymous /         -> allow
      alice /x            -> allow
      anonymous /admin    -> deny
      anonymous /x?/admin -> deny`,
  },
  {
    title: "methods",
    policy: "allow: { or: [{ http_method: { in: [GET, HEAD] } }] }",
    rows: `
      anonymous GET /       -> allow
      anonymous HEAD /x     -> allow
      anonymous /           -> allow
      anonymous POST /      -> deny
      anonymous get /       -> deny
      anonymous POST /?GET  -> allow`,
  },
  {
    title: "reading is open, writing is for people",
    policy:
      "- allow: { and: [{ http_path: { starts_with: /pub/ } }, { http_method: GET }] }\n- allow: { or: [{ email: alice@gmail.com }] }",
    rows: `
      anonymous GET /pub/x   -> allow
      anonymous POST /pub/x  -> deny
      anonymous GET /x       -> deny
      alice POST /pub/x      -> allow
      bob GET /pub/x         -> allow
      bob POST /pub/x        -> deny
      someone POST /pub/x    -> unknown`,
  },
  {
    title: "preflight requests",
    policy: "allow: { or: [{ cors_preflight: true }] }",
    rows: `
      anonymous OPTIONS / preflight=yes -> allow
      anonymous OPTIONS / preflight=no  -> deny
      anonymous OPTIONS /               -> unknown
      anonymous GET / preflight=yes     -> deny
      anonymous GET /                   -> deny`,
  },
  {
    title: "a network",
    policy: "allow: { or: [{ source_ip: 10.0.0.0/8 }] }",
    rows: `
      anonymous / ip=10.1.2.3        -> allow
      alice / ip=10.255.255.255      -> allow
      anonymous / ip=11.0.0.1        -> deny
      anonymous / ip=::ffff:10.1.2.3 -> allow
      anonymous / ip=2001:db8::1     -> deny
      anonymous /                    -> unknown
      alice /                        -> unknown`,
  },
  {
    title: "networks of both families",
    policy: 'allow: { or: [{ source_ip: [192.0.2.7, "2001:db8::/32", "::ffff:198.51.100.0/120"] }] }',
    rows: `
      anonymous / ip=192.0.2.7       -> allow
      anonymous / ip=192.0.2.8       -> deny
      anonymous / ip=2001:db8:5::1   -> allow
      anonymous / ip=2001:db9::1     -> deny
      anonymous / ip=198.51.100.77   -> allow
      anonymous / ip=198.51.101.1    -> deny
      anonymous / ip=nonsense        -> deny`,
  },
  {
    title: "all of IPv6 and nothing else",
    policy: 'allow: { or: [{ source_ip: "::/0" }] }',
    rows: `
      anonymous / ip=::1             -> allow
      anonymous / ip=127.0.0.1       -> deny`,
  },
  {
    title: "public inside one network",
    policy: "- allow: { or: [{ accept: true }] }\n- deny: { not: [{ source_ip: [10.244.0.0/16] }] }",
    rows: `
      anonymous / ip=10.244.3.4      -> allow
      anonymous / ip=10.245.0.1      -> deny
      alice / ip=203.0.113.1         -> deny
      anonymous /                    -> unknown`,
  },
  {
    title: "people inside one network",
    policy:
      "- allow: { or: [{ email: { in: [alice@gmail.com] } }, { http_path: { starts_with: /api/ } }] }\n- deny: { not: [{ source_ip: [10.244.0.0/16] }] }",
    rows: `
      alice / ip=10.244.0.1          -> allow
      alice / ip=203.0.113.1         -> deny
      alice /                        -> unknown
      bob /                          -> deny
      bob / ip=10.244.0.1            -> deny
      anonymous /api/ ip=10.244.0.1  -> allow
      anonymous /api/ ip=203.0.113.1 -> deny
      anonymous /                    -> deny`,
  },
  {
    title: "one person of a domain is kept out",
    policy: "allow: { or: [{ domain: gmail.com }] }\ndeny: { or: [{ email: eve@gmail.com }] }",
    rows: `
      alice /             -> allow
      eve /               -> deny
      carol /             -> deny
      anonymous /         -> deny
      someone /           -> unknown`,
  },
  {
    title: "a deny rule on people makes everybody sign in",
    policy: "allow: { or: [{ accept: true }] }\ndeny: { or: [{ email: eve@gmail.com }] }",
    rows: `
      alice /             -> allow
      eve /               -> deny
      someone /           -> unknown
      anonymous /         -> deny`,
  },
  {
    title: "a path is denied to everybody",
    policy:
      "allow: { or: [{ email: alice@gmail.com }] }\ndeny: { or: [{ http_path: { starts_with: /metrics } }] }",
    rows: `
      alice /             -> allow
      alice /metrics      -> deny
      alice /metrics/x    -> deny
      bob /metrics        -> deny
      someone /metrics    -> deny`,
  },
  {
    title: "and",
    policy:
      "allow: { and: [{ email: alice@gmail.com }, { http_path: { starts_with: /a } }, { http_method: GET }] }",
    rows: `
      alice GET /a        -> allow
      alice POST /a       -> deny
      alice GET /b        -> deny
      bob GET /a          -> deny
      someone GET /a      -> unknown
      someone GET /b      -> deny
      anonymous GET /a    -> deny`,
  },
  {
    title: "not: none of them",
    policy: "allow: { not: [{ http_path: /a }, { http_method: POST }] }",
    rows: `
      anonymous GET /b    -> allow
      anonymous GET /a    -> deny
      anonymous POST /b   -> deny
      anonymous POST /a   -> deny`,
  },
  {
    title: "nor: not all of them",
    policy: "allow: { nor: [{ http_path: /a }, { http_method: POST }] }",
    rows: `
      anonymous GET /b    -> allow
      anonymous GET /a    -> allow
      anonymous POST /b   -> allow
      anonymous POST /a   -> deny`,
  },
  {
    title: "deny unless all of them",
    policy:
      "allow: { or: [{ accept: true }] }\ndeny: { nor: [{ source_ip: 10.0.0.0/8 }, { http_method: GET }] }",
    rows: `
      anonymous GET / ip=10.0.0.1   -> allow
      anonymous POST / ip=10.0.0.1  -> deny
      anonymous GET / ip=11.0.0.1   -> deny
      anonymous GET /               -> unknown
      anonymous POST /              -> deny`,
  },
  {
    title: "nor with a person",
    policy: "allow: { nor: [{ email: eve@gmail.com }, { http_path: /a }] }",
    rows: `
      alice /a            -> allow
      eve /a              -> deny
      eve /b              -> allow
      someone /b          -> allow
      someone /a          -> unknown
      anonymous /a        -> deny
      anonymous /b        -> deny`,
  },
  {
    title: "blocks of one rule are alternatives",
    policy: "allow: { and: [{ email: alice@gmail.com }], not: [{ http_path: { starts_with: /admin } }] }",
    rows: `
      alice /admin        -> allow
      bob /               -> allow
      bob /admin          -> deny
      anonymous /         -> allow
      anonymous /admin    -> deny`,
  },
  {
    title: "both actions in one mapping are two rules",
    policy: "deny: { or: [{ http_path: /x }] }\nallow: { or: [{ accept: true }] }",
    rows: `
      anonymous /         -> allow
      anonymous /x        -> deny`,
  },
  {
    title: "several allow rules",
    policy: "- allow: { or: [{ email: alice@gmail.com }] }\n- allow: { or: [{ email: bob@gmail.com }] }",
    rows: `
      alice /             -> allow
      bob /               -> allow
      carol /             -> deny
      anonymous /         -> deny`,
  },
  {
    title: "a device cannot be known",
    policy: "allow: { and: [{ email: alice@gmail.com }, { device: { approved: true } }] }",
    rows: `
      alice /             -> unknown
      bob /               -> deny
      anonymous /         -> deny`,
  },
  {
    title: "a device is never needed where a path is open",
    policy: "allow: { or: [{ device: { type: any } }, { http_path: /api }] }",
    rows: `
      alice /api          -> allow
      anonymous /api      -> allow
      alice /             -> unknown
      anonymous /         -> deny`,
  },
  {
    title: "no approved device is what anonymous callers have",
    policy: "allow: { or: [{ device: { approved: false } }] }",
    rows: `
      anonymous /         -> allow
      alice /             -> unknown`,
  },
  {
    title: "a client certificate",
    policy: "allow: { or: [{ client_certificate: { san_dns: pc.example.org } }] }",
    rows: `
      anonymous /             -> unknown
      anonymous / cert=none   -> deny
      alice / cert=pc.example.org -> allow
      alice / cert=tv.example.org -> deny`,
  },
  {
    title: "an invalid client certificate",
    policy: "allow: { or: [{ accept: true }] }\ndeny: { or: [{ invalid_client_certificate: true }] }",
    rows: `
      alice / invalid=no      -> allow
      alice / invalid=yes     -> deny
      anonymous / invalid=no  -> allow
      alice /                 -> unknown`,
  },
  {
    title: "an invalid client certificate in a denied `not` refuses all the same",
    policy: "allow: { or: [{ accept: true }] }\ndeny: { not: [{ invalid_client_certificate: true }] }",
    rows: `
      alice / invalid=yes     -> deny
      alice / invalid=no      -> deny`,
  },
  {
    title: "tools of the Model Context Protocol",
    policy: "allow: { or: [{ email: alice@gmail.com }] }\ndeny: { and: [{ mcp_tool: { not_in: [query] } }] }",
    rows: `
      alice POST / tool=query       -> allow
      alice POST / tool=drop        -> deny
      alice POST / mcp=tools/list   -> allow
      alice POST / mcp=tools/call   -> unknown
      alice /                       -> allow
      bob POST / tool=query         -> deny`,
  },
  {
    title: "an SSH user name is empty over HTTP",
    policy: "allow: { or: [{ ssh_username: { not: root } }] }",
    rows: `
      anonymous / ssh=alice   -> allow
      anonymous / ssh=root    -> deny
      anonymous /             -> allow`,
  },
  {
    title: "an SSH user name that is the person's",
    policy: "allow: { or: [{ ssh_username_matches_email: true }] }",
    rows: `
      alice / ssh=alice       -> allow
      alice / ssh=root        -> deny
      someone / ssh=alice     -> unknown
      anonymous / ssh=alice   -> deny
      alice /                 -> deny
      anonymous /             -> allow`,
  },
  {
    title: "an SSH user name that a claim lists",
    policy: "allow: { or: [{ ssh_username_matches_claim: logins }] }",
    rows: `
      alice / ssh=root claim=logins:root+alice  -> allow
      alice / ssh=bob claim=logins:root+alice   -> deny
      alice / ssh=bob                           -> unknown
      anonymous / ssh=root                      -> deny`,
  },
  {
    title: "a rule that cannot be decided does not hide one that can",
    policy: "allow: { or: [{ claim/groups: staff }, { email: alice@gmail.com }] }",
    rows: `
      alice /             -> allow
      bob /               -> unknown
      anonymous /         -> deny`,
  },
  {
    title: "what is unknown and denied anyway is denied",
    policy: "allow: { or: [{ source_ip: 10.0.0.0/8 }] }\ndeny: { or: [{ http_path: /x }] }",
    rows: `
      anonymous /x        -> deny
      anonymous /         -> unknown`,
  },
];
