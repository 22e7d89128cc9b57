import { safeUrl } from "../../shared/sanitize";
import type { HelpCard } from "../../shared/wire";
import { h } from "./dom";

/** The advice for somebody in danger, numbers to tap, and where the advice can be read. */
export function help(card: HelpCard, text: string): HTMLElement {
  const calls = card.numbers.map((one) =>
    h("a", { class: "call", href: `tel:${one.number.replace(/[^\d]/g, "")}` }, h("strong", {}, one.number), " ", h("span", {}, one.name)));
  const sources = (card.sources ?? []).flatMap((source) => {
    const url = safeUrl(source.url);
    return url ? [h("li", {}, h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, source.document))] : [];
  });
  // Whom to call comes first, also for who reads no further.
  const [first = "", ...rest] = text.split("\n");
  return h("article", { class: "card help" },
    h("p", { class: "advice" }, first),
    h("div", { class: "calls" }, ...calls),
    rest.length > 0 ? h("p", { class: "advice" }, rest.join("\n")) : null,
    sources.length > 0 ? h("details", { class: "basis" }, h("summary", {}, "依据"), h("ul", {}, ...sources)) : null,
  );
}
