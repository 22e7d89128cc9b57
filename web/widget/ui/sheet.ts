import { trapFocus } from "./focus";
import { h, icon } from "./dom";

/** One way to answer a sheet. */
export interface Choice {
  title: string;
  /** The one that most want; it is drawn as such and gets the focus. */
  primary?: boolean;
  press: () => void;
}

/**
 * Something that covers the conversation for a moment: a text to read, or a question. It opens only when a citizen
 * asked for it, closes with Escape, and gives the focus back to where it was.
 */
export class Sheet {
  readonly element = h("div", { class: "sheet", role: "dialog", "aria-modal": "true", hidden: true });
  private before: Element | null = null;

  constructor() {
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Tab") trapFocus(event, this.element);
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.close();
    });
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Shows `content` under `title`; pressing a choice closes the sheet first. */
  show(title: string, content: Node, choices: Choice[] = []): void {
    if (!this.open) this.before = (this.element.getRootNode() as ShadowRoot).activeElement;
    const buttons = choices.map((choice) => h("button", {
      type: "button", class: choice.primary ? "chip primary" : "chip", onclick: () => {
        this.close();
        choice.press();
      },
    }, choice.title));
    const shut = h("button", { type: "button", class: "shut", "aria-label": "返回对话", onclick: () => this.close() }, icon("close"));
    const body = h("div", { class: "rich", tabindex: "0" });
    body.append(content);
    this.element.setAttribute("aria-label", title);
    this.element.replaceChildren(
      h("div", { class: "sheet-top" }, h("h2", {}, title), shut), body,
      buttons.length > 0 ? h("div", { class: "chips" }, ...buttons) : "");
    this.element.hidden = false;
    (buttons[choices.findIndex((choice) => choice.primary)] ?? shut).focus();
  }

  close(): void {
    if (!this.open) return;
    this.element.hidden = true;
    if (this.before instanceof HTMLElement) this.before.focus();
    this.before = null;
  }
}
