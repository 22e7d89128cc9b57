import { MAX_TEXT } from "../../shared/wire";
import type { Purpose } from "../api";
import { PHOTO_TYPES, whereAmI, type Point } from "../photo";
import { h, icon } from "./dom";

const MOST_PHOTOS = 9;
/** The counter appears when this many characters are left. */
const COUNTER_FROM = 400;

/** Where the citizen writes. Enter sends, Shift+Enter breaks the line, Enter inside an input method only picks a word. */
export class Composer {
  readonly element: HTMLElement;
  private readonly area = h("textarea", {
    rows: 1, maxlength: MAX_TEXT, placeholder: "输入问题或诉求", "aria-label": "输入消息", enterkeyhint: "send",
    autocomplete: "off",
  });
  private readonly counter = h("span", { class: "counter", role: "status", hidden: true });
  private readonly picker = h("input", { type: "file", accept: PHOTO_TYPES, multiple: true, hidden: true, "aria-hidden": "true" });
  private readonly note = h("p", { class: "note", role: "status", hidden: true });
  private readonly button = h("button", { type: "submit", class: "send", "aria-label": "发送", disabled: true }, icon("send"));

  constructor(
    private readonly send: (text: string) => void,
    private readonly written: (text: string) => void,
    private readonly sendPhoto: (file: Blob) => Promise<void>,
    private readonly sendLocation: (point: Point) => void,
    private readonly agreed: (purpose: Purpose) => Promise<boolean>,
  ) {
    this.picker.addEventListener("change", () => void this.photos());
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
    },
      this.note,
      h("div", { class: "tools" },
        tool("camera", "发照片", () => void this.choose()), tool("pin", "发我的位置", () => void this.locate()), this.picker),
      h("div", { class: "field" }, this.area, this.counter), this.button);
  }

  private async choose(): Promise<void> {
    if (await this.agreed("photos")) this.picker.click();
  }

  private async photos(): Promise<void> {
    const files = Array.from(this.picker.files ?? []).slice(0, MOST_PHOTOS);
    this.picker.value = "";
    for (const [index, file] of files.entries()) {
      this.tell(files.length > 1 ? `正在发照片（${index + 1}/${files.length}）…` : "正在发照片…");
      try {
        await this.sendPhoto(file);
      } catch (error) {
        this.tell(`照片没有发出去：${error instanceof Error ? error.message : "请再试一次"}`);
        return;
      }
    }
    this.tell("");
  }

  private async locate(): Promise<void> {
    if (!await this.agreed("place")) return;
    this.tell("正在定位…");
    try {
      this.sendLocation(await whereAmI());
      this.tell("");
    } catch (error) {
      this.tell(error instanceof Error ? error.message : "没能定上位，请用文字说一下位置");
    }
  }

  private tell(text: string): void {
    this.note.textContent = text;
    this.note.hidden = text === "";
  }

  /** Makes the field as tall as its words, after the letters have changed their size. */
  resized(): void {
    this.refresh();
  }

  focus(): void {
    this.area.focus({ preventScroll: true });
  }

  /** Restores a draft from before a reload, or empties the field. */
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

function tool(name: "camera" | "pin", label: string, press: () => void): HTMLElement {
  return h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick: press }, icon(name));
}
