/** Stands for a part of a path that differs from request to request, or that may be a credential. */
export const varying = "{…}";

const deepest = 10;
const longestSegment = 40;

/** Words in front of a part that is often a credential. */
const announcing =
  /^(?:tokens?|(?:api-?)?keys?|secrets?|passwords?|shares?|shared|share-?links?|s|invit(?:es?|ations?)|join|reset|verify|confirm|activate|unsubscribe|feeds?|rss|atom|ical|kobo)$/i;

/** Words in front of several parts that are a credential together, such as those of a chat's incoming messages. */
const announcingAll = /^(?:(?:web-?)?hooks?|services)$/i;

/**
 * A path in the form in which paths are counted: without numbers, ids, addresses and whatever may be a credential. Its
 * depth and its length are bounded. Double slashes stay, because Pomerium may have matched them.
 */
export function shapeOf(path: string): string {
  const segments = path.split("/").slice(1);
  const kept: string[] = [];
  let before = "";
  for (const segment of segments.slice(0, deepest)) {
    if (segment !== "" && announcingAll.test(before)) return `/${[...kept, varying].join("/")}`;
    kept.push(segment !== "" && (announcing.test(before) || mayBeSecret(segment)) ? varying : segment);
    if (segment !== "") before = segment;
  }
  if (segments.length > deepest) kept.push(varying);
  return `/${kept.join("/")}`;
}

/** Whether a part of a path, or a word, is an id or a number, or looks like a credential. */
export function mayBeSecret(segment: string): boolean {
  if (segment.length > longestSegment) return true;
  // Numbers, dates, and everything that a path of an API hardly has.
  if (/^[\d-]*\d[\d-]*$/.test(segment) || !/^[\w.~+-]*$/.test(segment)) return true;
  const hasDigit = /\d/.test(segment);
  if (/^[0-9a-f-]{8,}$/i.test(segment) && hasDigit) return true;
  const word = segment.replace(/\.[a-z]{1,5}$/i, "");
  if (word.length < 8 || isOfWords(word.replace(/\d{1,3}$/, ""))) return false;
  const hasBoth = /[a-z]/.test(word) && /[A-Z]/.test(word);
  if (hasDigit && (hasBoth || /^[^a-z]*$/.test(word) || /\d[^\d.]+\d/.test(word))) return true;
  return word.length >= 16 && /[a-z]/i.test(word);
}

const acronym = "[A-Z]{2,4}(?=[A-Z][a-z]{2})";
const hump = "[A-Z](?=[a-z]*[aeiouy])[a-z]{2,}|By|To|In|Of|On|Id";
const camelCase = new RegExp(`^(?:[A-Z]{1,3}|(?:${acronym})?[a-z]{0,23}(?:${hump})*)$`);

/** Whether a text consists of lower-case words and of words with a capital letter, as the names in APIs do. */
const isOfWords = (text: string): boolean => text.split(/[-_.~+]/).every((word) => camelCase.test(word));

/** Paths that people's browsers ask for by themselves, and files of web pages. */
const pages =
  /^\/*$|^\/*(?:favicon\.ico|robots\.txt|manifest\.json|site\.webmanifest|sw\.js|apple-touch-icon[^/]*)$|\.(?:html?|css|m?js|png|jpe?g|gif|svg|ico|woff2?|map|webmanifest)$/i;

export const isPage = (path: string): boolean => pages.test(path);

/** Paths that programs ask for that search the internet for weak hosts. */
const probes =
  /\.(?:php\d?|aspx?|jsp|cgi|env|git|bak|old|sql|ini|ya?ml|pem|key)(?:\/|$)|^\/+(?:\.[a-z]|wp-|wordpress|cgi-bin|phpmyadmin|pma|actuator|vendor|boaform|hnap1|owa|autodiscover|solr|_ignition|sdk|console|geoserver|manager\/html|druid|jenkins)|\/\.(?:env|git|aws|ssh|svn)/i;

export const isProbe = (path: string): boolean => !/^\/\.well-known\//.test(path) && probes.test(path);
