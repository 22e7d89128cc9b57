import { MAX_TEXT } from "../../shared/wire";
import { h, icon } from "./dom";

/** The counter appears when this many characters are left. */
const COUNTER_FROM = 400;

/** Where the citizen writes. Enter sends, Shift+Enter breaks the line, Enter inside an input method only picks a word. */
export class Composer {
  readonly element: HTMLElement;
  private readonly area = h("textarea", {
    rows: 1, maxlength: MAX_TEXT, placeholder: "请输入您的问题或诉求", "aria-label": "输入消息", enterkeyhint: "send",
    autocomplete: "off",
  });
  private readonly counter = h("span", { class: "counter", role: "status", hidden: true });
  private readonly button = h("button", { type: "submit", class: "send", "aria-label": "发送", disabled: true }, icon("send"));

  constructor(
    private readonly send: (text: string) => void,
    private readonly written: (text: string) => void,
  ) {
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("input", () => {
      this.refresh();
      this.written(this.area.value);
    });
    this.element = h("form", {
      class: "composer", onsubmit: (event: Event) => {
        event.preventDefault();
        this.submit();
      },
    }, h("div", { class: "field" }, this.area, this.counter), this.button);
  }

  focus(): void {
    this.area.focus({ preventScroll: true });
  }

  /** Restores a draft from before a reload. */
  fill(text: string): void {
    this.area.value = text.slice(0, MAX_TEXT);
    this.refresh();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey) return;
    // Safari ends the composition before this event; key code 229 still tells.
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    const text = this.area.value.trim();
    if (!text) return;
    this.area.value = "";
    this.refresh();
    this.written("");
    this.send(text);
    this.focus();
  }

  private refresh(): void {
    const left = MAX_TEXT - this.area.value.length;
    this.button.disabled = this.area.value.trim() === "";
    this.counter.hidden = left > COUNTER_FROM;
    this.counter.textContent = left > 0 ? `还可以写 ${left} 字` : `已到 ${MAX_TEXT} 字上限`;
    this.area.style.height = "auto";
    this.area.style.height = `${Math.min(this.area.scrollHeight, 130)}px`;
  }
}
