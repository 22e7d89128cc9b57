import type { Card } from "../../shared/wire";

/** The words of a message that its card does not show: those in front of what it shows, and those behind. */
export interface Beside {
  before: string;
  after: string;
}

const NONE: Beside = { before: "", after: "" };
/** The card has a heading of its own for these. */
const HEADINGS = /(?:^|\n)(?:请您核对一下：|已经登记好了。)$/;
/** Characters of an answer by which its beginning is found in the words. */
const BEGINNING = 12;

/** Splits a message's words around what its card shows, so that no word is lost and none is there twice. */
export function beside(card: Card, text: string): Beside {
  switch (card.kind) {
    case "summary":
      return around(text, card.fields.map((field) => `${field.name}：${field.value}`));
    case "ticket":
      return around(text, [`工单号：${card.number}`, `查询码：${card.query_code}`]);
    case "answer":
      return { before: inFront(text, card.html), after: "" };
    case "office":
      return { before: beforeOffice(text, card.name), after: "" };
    default:
      return NONE;
  }
}

/** What is said before the office itself: that another one was asked for, or whose business it is. */
function beforeOffice(text: string, name: string): string {
  const lines = text.split("\n").filter((line) => !line.startsWith("依据："));
  const at = lines.findIndex((line) => line.startsWith(name));
  return (at < 0 ? lines.slice(0, 1) : lines.slice(0, at)).join("\n");
}

function around(text: string, shown: string[]): Beside {
  const at = shown.map((line) => ({ from: text.indexOf(line), length: line.length })).filter((line) => line.from >= 0);
  if (at.length === 0) return NONE;
  const from = Math.min(...at.map((line) => line.from));
  const to = Math.max(...at.map((line) => line.from + line.length));
  return { before: text.slice(0, from).trim().replace(HEADINGS, "").trim(), after: text.slice(to).trim() };
}

function inFront(text: string, html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  const beginning = (page.body.textContent ?? "").trim().slice(0, BEGINNING);
  const from = beginning ? text.indexOf(beginning) : -1;
  return from > 0 ? text.slice(0, from).trim().replace(/[-·•\d.、\s]+$/, "").trim() : "";
}
