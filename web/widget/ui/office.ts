import { safeUrl } from "../../shared/sanitize";
import type { OfficeCard } from "../../shared/wire";
import { h } from "./dom";

/** An office: numbers to tap, the hours of today, the way there, and the document that says so. */
export function office(card: OfficeCard): HTMLElement {
  const calls = card.phones.map((one) =>
    h("a", { class: "call", href: `tel:${one.number.replace(/[^\d]/g, "")}` },
      h("strong", {}, one.number), one.note ? h("span", {}, ` ${one.note}`) : null));
  const rows: [string, string | null | undefined][] = [
    ["地址", card.address], ["今天", card.today], ["上班时间", card.hours], ["网上办理", card.online],
  ];
  const forms = (card.forms ?? []).flatMap((form) => {
    const url = safeUrl(form.url);
    return url ? [h("li", {}, h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, form.name))] : [];
  });
  const [source] = card.sources ?? [];
  const url = safeUrl(source?.url);
  const name = source ? `《${source.document.replace(/^《|》$/g, "")}》` : "";
  const map = card.point
    ? h("a", {
      href: `https://uri.amap.com/marker?position=${card.point.lon},${card.point.lat}&name=${encodeURIComponent(card.name)}`,
      target: "_blank", rel: "noopener noreferrer",
    }, "在地图上看")
    : null;
  return h("article", { class: "card office" },
    h("h3", {}, card.name),
    calls.length > 0 ? h("div", { class: "calls" }, ...calls) : null,
    h("dl", { class: "facts" }, ...rows.flatMap(([label, value]) => value ? [h("dt", {}, label), h("dd", {}, value)] : [])),
    map ? h("p", {}, map) : null,
    forms.length > 0 ? h("ul", {}, ...forms) : null,
    source ? h("p", { class: "facts" }, "依据：",
      url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name) : name,
      [source.number && `（${source.number}）`, card.issuer && `，${card.issuer}`, card.verified && `，${card.verified} 核对`].filter(Boolean).join("")) : null,
  );
}
