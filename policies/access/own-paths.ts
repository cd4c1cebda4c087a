/**
 * Paths that Pomerium answers itself on every host. They never reach an app, whatever its policy says.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/config/envoyconfig/routes.go buildPomeriumHTTPRoutes
 */
const exact = ["/ping", "/healthz", "/.pomerium", "/.well-known/pomerium"];
const prefixes = ["/.pomerium/", "/.well-known/pomerium/"];

/**
 * The path at which the status does not show a refusal. There, Pomerium refuses with 200 and its own text, which keeps
 * crawlers away. Callers who sign in, or for whom the path is open, get the answer of the app.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/authorize/check_response.go deniedResponse
 */
export const robots = { path: "/robots.txt", text: "User-agent: *\nDisallow: /" };

/**
 * Whether Pomerium answers a path itself.
 *
 * @param path As routes see it, without its query.
 */
export function isOwnPath(path: string): boolean {
  return exact.includes(path) || prefixes.some((prefix) => path.startsWith(prefix));
}
