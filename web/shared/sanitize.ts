import DOMPurify from "dompurify";

/**
 * Second fence around answer HTML. The server already sanitises it; this small allow-list holds even when the
 * server's one is ever wrong. Everything a knowledge-base answer needs is here, and nothing that can run, load or
 * style: no images (they would tell a third host who reads what), no style or class, no ids.
 */
const TAGS = [
  "p", "br", "hr", "strong", "b", "em", "i", "del", "code", "pre", "blockquote",
  "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a",
  "table", "thead", "tbody", "tr", "th", "td",
];
/** Attributes whose value is never an address. */
const PLAIN = ["title", "colspan", "rowspan", "start"];
const SCHEMES = /^(?:https?:|tel:|mailto:)/i;

/** Parses `html` into an inert fragment that holds allowed elements only; links open in a new tab without opener. */
export function sanitize(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ["href", ...PLAIN],
    ALLOWED_URI_REGEXP: SCHEMES,
    // The pattern above is asked of every attribute's value unless it is named here.
    ADD_URI_SAFE_ATTR: PLAIN,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  fragment.querySelectorAll("a").forEach(harden);
  return fragment;
}

/** The address when it is one a citizen may be sent to (http, https), else null: `javascript:` and the like go. */
export function safeUrl(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Opens a link outside the page, without handing over `window.opener` or the page's address. */
export function harden(link: HTMLAnchorElement): void {
  if (!link.getAttribute("href")) {
    link.replaceWith(...Array.from(link.childNodes));
    return;
  }
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}
