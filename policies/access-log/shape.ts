/** Stands for a part of a path that differs from request to request, or that may be a credential. */
export const varying = "{…}";

const deepest = 10;
const longestSegment = 40;

/** Words in front of a part that is often a credential. */
const announcing = /^(?:token|tokens|key|keys|api-?keys?|secret|share|shares|s|invite|reset|verify|kobo)$/i;

/**
 * A path in the form in which paths are counted: without numbers, ids, addresses and whatever may be a credential. Its
 * depth and its length are bounded. Double slashes stay, because Pomerium may have matched them.
 */
export function shapeOf(path: string): string {
  const segments = path.split("/").slice(1);
  const kept = segments.slice(0, deepest).map((segment, i) => {
    const isAnnounced = i > 0 && announcing.test(segments[i - 1]!) && /\d|[a-z][A-Z]/.test(segment);
    return isVarying(segment) || isAnnounced ? varying : segment;
  });
  if (segments.length > deepest) kept.push(varying);
  return `/${kept.join("/")}`;
}

function isVarying(segment: string): boolean {
  if (segment.length > longestSegment) return true;
  // Numbers, dates, and everything that a path of an API hardly has.
  if (/^[\d-]*\d[\d-]*$/.test(segment) || !/^[\w.~+-]*$/.test(segment)) return true;
  const hasDigit = /\d/.test(segment);
  if (/^[0-9a-f-]{8,}$/i.test(segment) && hasDigit) return true;
  const word = segment.replace(/\.[a-z]{1,5}$/i, "");
  return word.length >= 16 && hasDigit && /[a-z]/i.test(word) && !/^[a-z-]+\d{0,3}$/.test(word);
}

/** Paths that people's browsers ask for by themselves, and files of web pages. */
const pages =
  /^\/*$|^\/*(?:favicon\.ico|robots\.txt|manifest\.json|site\.webmanifest|sw\.js|apple-touch-icon[^/]*)$|\.(?:html?|css|m?js|png|jpe?g|gif|svg|ico|woff2?|map|webmanifest)$/i;

export const isPage = (path: string): boolean => pages.test(path);

/** Paths that programs ask for that search the internet for weak hosts. */
const probes =
  /\.(?:php\d?|aspx?|jsp|cgi|env|git|bak|old|sql|ini|ya?ml|pem|key)(?:\/|$)|^\/+(?:\.[a-z]|wp-|wordpress|cgi-bin|phpmyadmin|pma|actuator|vendor|boaform|hnap1|owa|autodiscover|solr|_ignition|sdk|console|geoserver|manager\/html|druid|jenkins)|\/\.(?:env|git|aws|ssh|svn)/i;

export const isProbe = (path: string): boolean => !/^\/\.well-known\//.test(path) && probes.test(path);
