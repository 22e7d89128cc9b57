/** What the embedding page chose, read from the `<script>` element's own attributes. */
export interface Config {
  /** Origin of the assistant's server, where the script itself came from. */
  host: string;
  title: string;
  position: "left" | "right";
  /** Questions offered before the citizen has said anything; null leaves the choice to the server. */
  suggestions: string[] | null;
}

const DEFAULT_TITLE = "12345 智能助手";

/**
 * Reads `data-title`, `data-position` (left | right), `data-suggestions` (separated by `|`) and, for a script copied
 * to another host, `data-host`. Anything wrong falls back to the default: a typo must not lose the citizen the button.
 *
 * @param pageUrl address of the embedding page, against which a relative script address is resolved
 */
export function readConfig(script: HTMLScriptElement | null, pageUrl: string): Config {
  const data = script?.dataset ?? {};
  const suggestions = data.suggestions?.split("|").map((one) => one.trim()).filter(Boolean);
  return {
    host: originOf(data.host, pageUrl) ?? originOf(script?.src, pageUrl) ?? new URL(pageUrl).origin,
    title: data.title?.trim() || DEFAULT_TITLE,
    position: data.position === "left" ? "left" : "right",
    suggestions: suggestions?.length ? suggestions.slice(0, 6) : null,
  };
}

function originOf(address: string | undefined, pageUrl: string): string | null {
  if (!address) return null;
  try {
    const url = new URL(address, pageUrl);
    return url.protocol === "http:" || url.protocol === "https:" ? url.origin : null;
  } catch {
    return null;
  }
}
