import type { Purpose } from "../api";
import type { Config } from "../config";
import type { Conversation } from "../conversation";
import type { Memory } from "../memory";
import type { Line } from "../transcript";
import { sanitize } from "../../shared/sanitize";
import type { Button, Mode } from "../../shared/wire";
import { Composer } from "./composer";
import { h, icon } from "./dom";
import { Log } from "./log";
import { trapFocus } from "./focus";
import { Sheet } from "./sheet";

/** What 转人工 sends: the words for whoever reads the conversation, the payload for the bot. */
const ASK_HUMAN: Button = { title: "转人工", payload: "/request_human" };
/** A hiccup shorter than this is nobody's business. */
const QUIET_MS = 2500;

/** The chat panel: header with 转人工 always in reach, state banner, log, composer. */
export class Panel {
  readonly element: HTMLElement;
  private readonly banner = h("div", { class: "banner", role: "status", hidden: true });
  private readonly human = h("button", { type: "button", class: "to-human", onclick: () => this.askHuman() });
  private readonly large = h("button", {
    type: "button", class: "plain large-toggle", "aria-label": "大字模式", onclick: () => this.toggleLarge(),
  }, "大字");
  private readonly sheet = new Sheet();
  /** The line about personal data, until the citizen has spoken under it. */
  private readonly notice = h("p", { class: "privacy", hidden: true });
  private readonly privacy = h("button", {
    type: "button", class: "link", hidden: true, onclick: () => void this.showNotice(),
  }, "隐私说明");
  private readonly log: Log;
  private readonly composer: Composer;
  private troubleTimer: ReturnType<typeof setTimeout> | undefined;
  private trouble = false;
  /** What was done last at the citizen's wish, until the next message. */
  private said: string | null = null;
  private askedAt = 0;

  constructor(
    private readonly config: Config,
    private readonly conversation: Conversation,
    private readonly memory: Memory,
    private readonly close: () => void,
    private readonly isPhone: () => boolean,
  ) {
    this.log = new Log({
      press: (button) => this.press(button),
      say: (text) => conversation.send(text),
      photoUrl: (id) => conversation.photoUrl(id),
      retry: (clientId) => conversation.retry(clientId),
      discard: (clientId) => conversation.discard(clientId),
    });
    this.composer = new Composer(
      (text) => {
        this.said = null;
        conversation.send(text);
      },
      (text) => {
        memory.set("draft", text);
        if (text) conversation.writing();
      },
      (file) => conversation.sendPhoto(file),
      (point) => conversation.sendLocation(point),
      (purpose) => this.agreed(purpose),
    );
    this.composer.fill(memory.get("draft") ?? "");
    this.element = h("section", { class: "panel", role: "dialog", "aria-label": config.title, hidden: true },
      this.header(),
      this.banner,
      this.log.element,
      this.notice,
      this.composer.element,
      h("p", { class: "small-print" }, "回答供参考，以正式文件为准。遇险请直接拨 110、119、120 ",
        h("a", { class: "link", href: `${config.host}/progress`, target: "_blank", rel: "noopener" }, "查工单进度"),
        this.privacy,
        h("button", { type: "button", class: "link", onclick: () => this.askForget() }, "清除本机对话")),
      this.sheet.element);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.setLarge(memory.get("large") === "1");
  }

  /** Redraws from the conversation's fields. */
  refresh(): void {
    const { conversation } = this;
    this.watchTrouble();
    this.drawBanner();
    this.human.replaceChildren(icon("person"), HUMAN_LABEL[conversation.mode]);
    this.human.disabled = conversation.mode !== "bot";
    this.drawNotice();
    this.log.show(this.lines(), conversation.typing);
  }

  opened(): void {
    this.element.setAttribute("aria-modal", String(this.isPhone()));
    this.log.toBottom();
    this.composer.focus();
  }

  private header(): HTMLElement {
    return h("header", { class: "top" },
      h("div", { class: "title" }, h("strong", {}, this.config.title), h("span", {}, "您好，有事尽管问")),
      this.large,
      this.human,
      h("button", { type: "button", class: "plain", "aria-label": "关闭", onclick: this.close }, icon("close")));
  }

  private lines(): Line[] {
    const lines = this.conversation.lines;
    const first = lines[0];
    const atStart = !first || first.message.seq <= 1;
    if (!this.conversation.greeting || !atStart) return lines;
    const offers = this.config.suggestions ?? this.conversation.starters;
    return [greeting(this.conversation.greeting, offers, lines.length === 0), ...lines];
  }

  /** 转人工 from the header; an impatient double press asks once. */
  private askHuman(): void {
    if (Date.now() - this.askedAt < 2000) return;
    this.askedAt = Date.now();
    this.press(ASK_HUMAN);
  }

  private drawNotice(): void {
    const notice = this.conversation.notice;
    this.privacy.hidden = notice === null;
    this.notice.hidden = notice === null || notice.agreed.includes("notice");
    if (this.notice.hidden || !notice || this.notice.dataset.version === notice.version) return;
    this.notice.dataset.version = notice.version;
    this.notice.replaceChildren(notice.line, " ",
      h("button", { type: "button", class: "link", onclick: () => void this.showNotice() }, "查看"));
  }

  private async showNotice(): Promise<void> {
    try {
      const text = await this.conversation.consents.text();
      const body = h("div", {});
      body.append(sanitize(text.html), h("p", { class: "fine" }, `版本 ${text.version}`));
      this.sheet.show(text.title, body);
    } catch (error) {
      this.say(error instanceof Error ? error.message : "暂时打不开，请稍后再试");
    }
  }

  /** Asks for consent where it is needed, once for each version; true when it may be sent. */
  private agreed(purpose: Purpose): Promise<boolean> {
    const question = this.conversation.consents.question(purpose);
    if (question === null) return Promise.resolve(true);
    return new Promise((done) => {
      const agree = async (): Promise<void> => {
        try {
          await this.conversation.consents.agree(purpose);
          done(true);
        } catch (error) {
          this.say(error instanceof Error ? error.message : "暂时发不了，请稍后再试");
          done(false);
        }
      };
      this.sheet.show(purpose === "photos" ? "发照片前" : "发位置前", h("p", {}, question), [
        { title: "同意", primary: true, press: () => void agree() },
        { title: "不同意", press: () => undefined },
        { title: "看全文", press: () => void this.showNotice() },
      ]);
    });
  }

  private say(words: string): void {
    this.said = words;
    this.drawBanner();
  }

  /** Asks first: nobody finds the conversation again by this device. */
  private askForget(): void {
    const words = h("div", {},
      h("p", {}, "这台设备上的对话会清掉，再打开就是新的对话；用公用电脑、借用手机时适合这样做。"),
      h("p", {}, "已经登记的诉求照常办理，请先记好工单编号和查询码。"),
      h("p", {}, "热线保存的记录按规定的期限保存。想连那一份也删，请先在对话里说“删除我的信息”。"));
    this.sheet.show("清除本机对话？", words, [
      { title: "清除", press: () => void this.forget() },
      { title: "先不清除", primary: true, press: () => undefined },
    ]);
  }

  private async forget(): Promise<void> {
    this.composer.fill("");
    const reached = await this.conversation.forget();
    this.say(reached ? "已清除本机对话。" : "本机的对话已清除。刚才没有连上服务器，旧的登录凭证已丢弃，最多 30 天后失效。");
    this.composer.focus();
  }

  private press(button: Button): void {
    this.said = null;
    this.conversation.send(button.title, button.payload || null);
    if (!this.isPhone()) this.composer.focus();
  }

  private drawBanner(): void {
    const text = this.trouble ? this.troubleText() : modeText(this.conversation);
    const note = text ?? this.said ?? (this.conversation.renewed ? "上次的对话已结束，这是一次新的对话。" : null);
    this.banner.hidden = note === null;
    this.banner.className = `banner ${this.trouble ? "trouble" : this.conversation.mode}`;
    if (this.banner.textContent !== (note ?? "")) this.banner.textContent = note ?? "";
  }

  private troubleText(): string {
    return this.conversation.unsent > 0 ? "网络不太通畅，您写的已经保存，连上后自动发送" : "网络不太通畅，正在重新连接…";
  }

  /** Turns the trouble banner on only when the connection stays away. */
  private watchTrouble(): void {
    const good = ["live", "polling", "idle"].includes(this.conversation.link);
    if (good) {
      clearTimeout(this.troubleTimer);
      this.troubleTimer = undefined;
      this.trouble = false;
    } else if (!this.trouble && this.troubleTimer === undefined) {
      this.troubleTimer = setTimeout(() => {
        this.troubleTimer = undefined;
        this.trouble = true;
        this.drawBanner();
      }, QUIET_MS);
    }
  }

  private toggleLarge(): void {
    const large = this.memory.get("large") !== "1";
    this.memory.set("large", large ? "1" : "0");
    this.setLarge(large);
    this.log.toBottom();
  }

  private setLarge(large: boolean): void {
    this.element.classList.toggle("large", large);
    this.large.setAttribute("aria-pressed", String(large));
    this.large.textContent = large ? "标准" : "大字";
    this.composer.resized();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.isPhone()) {
      trapFocus(event, this.element);
    }
  }
}

const HUMAN_LABEL: Record<Mode, string> = { bot: "转人工", waiting: "排队中", human: "人工中" };

function modeText({ mode, position, agents }: Conversation): string | null {
  if (mode === "human") return "坐席已接入，正在为您服务";
  if (mode !== "waiting") return null;
  if (position === null) return "排队中，请稍候";
  const place = position > 1 ? `前面还有 ${position - 1} 位` : "您排在最前面";
  return agents ? `排队中，${place}` : `现在没有坐席在线，还在排队，${place}`;
}

function greeting(text: string, offers: string[], active: boolean): Line {
  const buttons = offers.filter((title) => title !== ASK_HUMAN.title).map((title) => ({ title, payload: "" }));
  return {
    key: "greeting", state: "sent", reason: null, active,
    message: {
      id: "greeting", seq: 0, direction: "out", sender: "bot", sender_name: "问办助手", kind: "text", text,
      created_at: "", card: null, client_id: null,
      buttons: [...buttons, ASK_HUMAN],
    },
  };
}
