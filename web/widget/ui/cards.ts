import { safeUrl, sanitize } from "../../shared/sanitize";
import type { AnswerCard, Card, Source, SummaryCard, TicketCard } from "../../shared/wire";
import { copyText, h, icon } from "./dom";
import { help } from "./help";
import { office } from "./office";

/**
 * The card's element, or null for a kind this version does not know (the message's text stands in for it).
 *
 * @param text the message's words
 * @param say says something in the citizen's name, such as which line of a summary is to be changed
 */
export function cardElement(card: Card, text: string, say: (text: string) => void): HTMLElement | null {
  switch (card.kind) {
    case "answer":
      return answer(card);
    case "ticket":
      return ticket(card);
    case "help":
      return help(card, text);
    case "summary":
      return summary(card, say);
    case "office":
      return office(card);
    default:
      return null;
  }
}

function answer(card: AnswerCard): HTMLElement {
  const body = h("div", { class: "rich" });
  body.append(sanitize(card.html));
  const facts = [
    card.department && `由${card.department}负责`,
    card.effective && `${card.effective} 起施行`,
    card.reviewed && `${card.reviewed} 核对`,
    card.regions?.length && `适用：${card.regions.join("、")}`,
  ].filter((fact): fact is string => Boolean(fact));
  return h("article", { class: "card answer" },
    h("h3", {}, card.title),
    body,
    card.sources?.length ? sources(card.sources) : null,
    facts.length > 0 && h("p", { class: "facts" }, facts.join(" · ")),
  );
}

function sources(list: Source[]): HTMLElement {
  const items = list.map((source) => {
    const url = safeUrl(source.url);
    const name = `《${source.document.replace(/^《|》$/g, "")}》`;
    const title = url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name) : name;
    const details = [source.number, source.articles?.join("、"), source.date].filter(Boolean).join(" · ");
    return h("li", {}, title, details ? h("span", { class: "fine" }, ` ${details}`) : null);
  });
  return h("details", { class: "basis" },
    h("summary", {}, `依据（${list.length}）`),
    h("ul", {}, ...items));
}

function ticket(card: TicketCard): HTMLElement {
  const copied = h("span", { class: "fine", role: "status" });
  const copy = h("button", { type: "button", class: "ghost" }, icon("copy"), "复制单号和查询码");
  copy.addEventListener("click", () => {
    void copyText(`工单号 ${card.number}，查询码 ${card.query_code}`, copy).then((done) => {
      copied.textContent = done ? "已复制" : "请长按上面的号码复制";
    });
  });
  const kind = [card.type, card.category].filter(Boolean).join(" · ");
  return h("article", { class: "card ticket" },
    h("h3", {}, "您的诉求已登记", h("span", { class: "tag" }, card.state)),
    kind ? h("p", { class: "fine" }, kind) : null,
    h("dl", { class: "numbers" },
      h("dt", {}, "工单号"), h("dd", {}, card.number),
      h("dt", {}, "查询码"), h("dd", {}, card.query_code)),
    h("div", { class: "actions" }, copy, copied),
  );
}

function summary(card: SummaryCard, say: (text: string) => void): HTMLElement {
  const rows = card.fields.map((field) =>
    h("tr", {},
      h("th", { scope: "row" }, field.name),
      h("td", {}, field.value || "未填"),
      h("td", { class: "edit" }, h("button", {
        type: "button", class: "link", "aria-label": `改一下${field.name}`, onclick: () => say(`改一下${field.name}`),
      }, "改"))));
  return h("article", { class: "card summary" },
    h("h3", {}, "请核对一下"),
    h("table", {}, h("tbody", {}, ...rows)));
}
