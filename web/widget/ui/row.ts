import { friendly } from "../../shared/time";
import { type Attachment, type Button, caption } from "../../shared/wire";
import type { Line } from "../transcript";
import { beside } from "./beside";
import { cardElement } from "./cards";
import { h, icon } from "./dom";
import { linked } from "./text";

/** What a citizen can do with a line. */
export interface RowActions {
  press: (button: Button) => void;
  /** Says something in the citizen's name. */
  say: (text: string) => void;
  photoUrl: (id: string) => Promise<string | null>;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
}

/** What the lines around decide: whether the time and the speaker's name are worth repeating. */
export interface Surroundings {
  showTime: boolean;
  showName: boolean;
}

/**
 * One line on screen. Its body is made once; only the parts around it change (time, sending state, buttons), so a
 * screen reader hears each message once.
 */
export class Row {
  readonly element: HTMLElement;
  private readonly head = h("div", { class: "head" });
  private readonly foot = h("div", { class: "foot" });
  private drawn = "";

  constructor(line: Line, private readonly actions: RowActions) {
    const { sender } = line.message;
    const side = sender === "citizen" ? "mine" : sender === "system" ? "notice" : "theirs";
    this.element = h("div", { class: `row ${side} ${sender}` }, this.head, body(line, actions), this.foot);
  }

  update(line: Line, around: Surroundings): void {
    const now = [line.state, line.reason, line.active, around.showTime, around.showName].join("|");
    if (now === this.drawn) return;
    this.drawn = now;
    const { message } = line;
    this.head.replaceChildren();
    if (around.showTime) this.head.append(h("time", { datetime: message.created_at }, friendly(message.created_at)));
    if (around.showName && message.sender !== "system" && message.sender !== "citizen") {
      this.head.append(h("span", { class: "name" }, message.sender_name));
    }
    this.foot.replaceChildren();
    if (line.state === "sending") this.foot.append(h("span", { class: "fine" }, "发送中…"));
    if (line.state === "refused") this.foot.append(...this.refusal(line));
    if (message.buttons.length > 0) this.foot.append(this.chips(line));
  }

  private refusal(line: Line): HTMLElement[] {
    return [
      h("span", { class: "problem" }, `没有送达：${line.reason ?? ""}`),
      h("button", { type: "button", class: "link", onclick: () => this.actions.retry(line.key) }, "重发"),
      h("button", { type: "button", class: "link", onclick: () => this.actions.discard(line.key) }, "删除"),
    ];
  }

  /** Takes one press only: the second of a double click must not find the chips still waiting to be redrawn. */
  private press(button: Button): void {
    this.foot.querySelectorAll<HTMLButtonElement>(".chip").forEach((chip) => {
      chip.disabled = true;
    });
    this.drawn = "";
    this.actions.press(button);
  }

  private chips(line: Line): HTMLElement {
    // Under a summary the first button files it: the one that most want.
    const first = line.message.card?.kind === "summary" ? line.message.buttons[0] : null;
    const chips = line.message.buttons.map((button) =>
      h("button", {
        type: "button", class: button === first ? "chip primary" : "chip", disabled: !line.active, onclick: () => this.press(button),
      }, button.title));
    return h("div", { class: "chips", role: "group", "aria-label": "快捷回复" }, ...chips);
  }
}

function body(line: Line, actions: RowActions): HTMLElement {
  const { message } = line;
  const card = message.card ? cardElement(message.card, message.text, actions.say) : null;
  if (card && message.card) {
    const { before, after } = beside(message.card, message.text);
    const words = (text: string) => text ? h("div", { class: "bubble" }, ...linked(text)) : null;
    return before || after ? h("div", { class: "beside" }, words(before), card, words(after)) : card;
  }
  if (message.kind === "image" && message.media?.image) {
    return captioned(photo(message.media, actions), caption(message));
  }
  if (message.kind === "location" && message.media) {
    const place = h("div", { class: "bubble place" }, icon("pin"), message.media.label || "我的位置");
    return captioned(place, caption(message));
  }
  const trusted = message.sender !== "citizen";
  return h("div", { class: "bubble" }, ...(trusted ? linked(message.text) : [message.text]));
}

function captioned(attached: HTMLElement, words: string): HTMLElement {
  return words ? h("div", {}, attached, h("div", { class: "bubble" }, words)) : attached;
}

function photo(media: Attachment, actions: RowActions): HTMLElement {
  const picture = h("img", { alt: "您发的照片", class: "photo", width: media.width, height: media.height });
  const box = h("div", { class: "bubble picture" }, picture);
  void actions.photoUrl(media.image ?? "").then((url) => {
    if (url) picture.src = url;
    else box.replaceChildren("［照片］");
  });
  return box;
}
