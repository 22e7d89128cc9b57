import type { Line } from "../transcript";
import { h, icon } from "./dom";
import { Row, type RowActions } from "./row";

const TIME_GAP_MS = 5 * 60_000;
const NEAR_BOTTOM_PX = 80;

/** The scrolling list of lines: keyed, so that unchanged lines keep their elements. */
export class Log {
  readonly element: HTMLElement;
  private readonly list = h("div", {
    class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": "对话", tabindex: 0,
  });
  private readonly dots = h("div", { class: "row theirs typing", hidden: true },
    h("div", { class: "bubble", role: "img", "aria-label": "正在输入" }, h("i"), h("i"), h("i")));
  private readonly newer = h("button", { type: "button", class: "newer", hidden: true }, icon("down"), "有新消息");
  private readonly rows = new Map<string, Row>();
  private atEnd = true;

  constructor(private readonly actions: RowActions) {
    this.list.append(this.dots);
    this.newer.addEventListener("click", () => this.toBottom());
    this.list.addEventListener("scroll", () => {
      this.atEnd = this.nearBottom();
      if (this.atEnd) this.newer.hidden = true;
    }, { passive: true });
    this.element = h("div", { class: "log-frame" }, this.list, this.newer);
    // The keyboard, a banner or a growing text area takes room: whoever was at the end stays there.
    if (typeof ResizeObserver === "function") {
      new ResizeObserver(() => {
        if (this.atEnd) this.toBottom();
      }).observe(this.list);
    }
  }

  /** Shows exactly these lines in this order. */
  show(lines: Line[], typing: boolean): void {
    const stick = this.nearBottom();
    const before = this.rows.size;
    const fresh: { line: Line; element: HTMLElement }[] = [];
    const keys = new Set(lines.map((line) => line.key));
    for (const [key, row] of this.rows) {
      if (keys.has(key)) continue;
      row.element.remove();
      this.rows.delete(key);
    }
    let place: Element | null = this.list.firstElementChild;
    lines.forEach((line, index) => {
      let row = this.rows.get(line.key);
      if (!row) {
        row = new Row(line, this.actions);
        this.rows.set(line.key, row);
        fresh.push({ line, element: row.element });
      }
      if (row.element === place) place = place.nextElementSibling;
      else this.list.insertBefore(row.element, place);
      row.update(line, surroundings(lines[index - 1], line));
    });
    const typingBegan = typing && this.dots.hidden;
    this.dots.hidden = !typing;
    this.follow(fresh, stick, before === 0);
    if (typingBegan && stick) this.toBottom();
  }

  toBottom(): void {
    this.list.scrollTop = this.list.scrollHeight;
    this.newer.hidden = true;
  }

  private follow(fresh: { line: Line; element: HTMLElement }[], stick: boolean, first: boolean): void {
    const last = fresh[fresh.length - 1];
    if (!last) return;
    if (first || last.line.message.sender === "citizen") return this.toBottom();
    if (!stick) {
      this.newer.hidden = false;
      return;
    }
    // A long answer is read from its top, not from its end.
    const start = fresh.find((one) => one.line.message.sender !== "citizen") ?? last;
    const top = start.element.offsetTop - 12;
    // What fits is seen to its last button; a summary is there to be confirmed, so its own top is enough for it.
    const needed = last.line.message.card?.kind === "summary" ? last.element.offsetTop - 4 : top;
    const fits = this.list.scrollHeight - needed <= this.list.clientHeight;
    this.list.scrollTop = fits ? this.list.scrollHeight : top;
  }

  private nearBottom(): boolean {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_BOTTOM_PX;
  }
}

function surroundings(previous: Line | undefined, line: Line): { showTime: boolean; showName: boolean } {
  if (line.key === "greeting") return { showTime: false, showName: true };
  const gap = previous && previous.key !== "greeting"
    ? Date.parse(line.message.created_at) - Date.parse(previous.message.created_at)
    : Infinity;
  const showTime = gap > TIME_GAP_MS;
  const sameSpeaker = previous?.message.sender === line.message.sender
    && previous.message.sender_name === line.message.sender_name;
  return { showTime, showName: showTime || !sameSpeaker };
}
