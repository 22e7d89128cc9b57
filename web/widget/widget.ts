import type { Config } from "./config";
import { Conversation } from "./conversation";
import { TIMING, type Timing } from "./link";
import { Memory } from "./memory";
import styles from "./style.css?inline";
import { h, icon } from "./ui/dom";
import { Panel } from "./ui/panel";

const PHONE = "(max-width: 600px)";

/** The whole widget on one page: launcher, panel, unread badge. Everything lives in one shadow root. */
export class Widget {
  readonly conversation: Conversation;
  readonly root: ShadowRoot;
  private readonly memory: Memory;
  private readonly panel: Panel;
  private readonly box = h("wenban-widget" as "div");
  private readonly badge = h("span", { class: "badge", hidden: true });
  private readonly launcher: HTMLButtonElement;
  private readonly phone = typeof matchMedia === "function" ? matchMedia(PHONE) : null;
  private open = false;
  private queued = false;
  private overflow = "";

  constructor(private readonly config: Config, timing: Timing = TIMING) {
    this.memory = new Memory(config.host);
    this.conversation = new Conversation(config.host, this.memory, () => this.changed(), timing);
    this.root = this.box.attachShadow({ mode: "open" });
    this.panel = new Panel(config, this.conversation, this.memory, () => this.hide(), () => this.isPhone());
    this.launcher = h("button", {
      type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false",
      onclick: () => (this.open ? this.hide() : this.show()),
    }, icon("chat"), this.badge);
    const frame = h("div", { class: `frame ${config.position}` }, this.launcher, this.panel.element);
    addStyles(this.root);
    this.root.append(frame);
  }

  /** Puts the widget on the page; a citizen who was here lately is connected at once, others when they ask. */
  mount(parent: HTMLElement = document.body): void {
    parent.append(this.box);
    document.addEventListener("click", this.hostClick);
    window.visualViewport?.addEventListener("resize", this.fit);
    if (this.conversation.recent) this.conversation.start();
    this.draw();
  }

  unmount(): void {
    if (this.open) this.hide();
    this.conversation.stop();
    document.removeEventListener("click", this.hostClick);
    window.visualViewport?.removeEventListener("resize", this.fit);
    this.box.remove();
  }

  show(): void {
    if (this.open) return;
    this.open = true;
    this.conversation.start();
    this.panel.element.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.box.toggleAttribute("open", true);
    if (this.isPhone()) {
      this.overflow = document.documentElement.style.overflow;
      document.documentElement.style.overflow = "hidden";
    }
    this.fit();
    this.draw();
    this.panel.opened();
  }

  hide(): void {
    if (!this.open) return;
    this.open = false;
    this.panel.element.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.box.toggleAttribute("open", false);
    document.documentElement.style.overflow = this.overflow;
    this.launcher.focus();
  }

  /** Opens the panel and says `text` in the citizen's name. */
  ask(text: string): void {
    this.show();
    this.conversation.send(text);
  }

  private isPhone(): boolean {
    return this.phone?.matches ?? false;
  }

  /** Buttons anywhere on the host page: `data-wenban-open`, or `data-wenban-ask="问题"` to ask at once. */
  private readonly hostClick = (event: Event): void => {
    const target = event.target instanceof Element ? event.target.closest("[data-wenban-ask],[data-wenban-open]") : null;
    if (!target) return;
    event.preventDefault();
    const question = target.getAttribute("data-wenban-ask");
    if (question) this.ask(question);
    else this.show();
  };

  /** On a phone the keyboard covers the lower half: the panel shrinks to what can be seen. */
  private readonly fit = (): void => {
    const view = window.visualViewport;
    const style = this.panel.element.style;
    if (this.open && view && this.isPhone()) {
      style.height = `${view.height}px`;
      style.top = `${view.offsetTop}px`;
    } else {
      style.height = style.top = "";
    }
  };

  /** Many changes come in one go; one drawing serves them all. */
  private changed(): void {
    if (this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      this.draw();
    });
  }

  private draw(): void {
    if (!this.launcher) return;
    if (this.open) {
      this.panel.refresh();
      if (document.visibilityState !== "hidden") this.memory.set("read", String(this.conversation.transcript.newest));
    }
    const unread = this.open ? 0 : this.conversation.transcript.unreadAfter(Number(this.memory.get("read") ?? 0));
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
    this.launcher.setAttribute("aria-label", unread > 0 ? `${this.config.title}，${unread} 条未读` : this.config.title);
  }
}

function addStyles(root: ShadowRoot): void {
  try {
    // Works under a strict content security policy, where a <style> element would not.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const element = h("style");
    element.textContent = styles;
    root.append(element);
  }
}
