import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TIMING, type Timing } from "../../widget/link";
import { Widget } from "../../widget/widget";
import { Hotline } from "../support/hotline";
import { pause, until } from "../support/until";

const QUICK: Timing = { ...TIMING, ackWithin: 400, pollEvery: 60, backoffBase: 40, backoffMax: 120 };

let hotline: Hotline;
let widget: Widget;

beforeEach(async () => {
  localStorage.clear();
  document.body.innerHTML = "";
  document.title = "";
  hotline = new Hotline();
  hotline.notice = { version: "2026-11-29", line: "使用前请看告知", photos: "同意发照片吗？", place: "同意发位置吗？", agreed: [] };
  await hotline.start();
  widget = new Widget({ host: hotline.url, title: "12345 智能助手", position: "right", suggestions: null }, QUICK);
  widget.mount();
  one(".launcher").click();
  await until("it is connected", () => widget.conversation.link === "live");
});

afterEach(async () => {
  widget.unmount();
  await hotline.stop();
});

function one(selector: string): HTMLElement {
  const element = widget.root.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`no ${selector}`);
  return element;
}

function press(words: string): void {
  const button = Array.from(widget.root.querySelectorAll("button")).find((each) => each.textContent === words);
  if (!button) throw new Error(`no button ${words}`);
  button.click();
}

function consents(): string[] {
  return hotline.requests.filter((line) => line.includes("consents"));
}

describe("the notice", () => {
  it("stands before the first question, never in its way, and goes when the citizen has spoken", async () => {
    await until("the line is there", () => !one(".privacy").hidden);
    expect(one(".privacy").textContent).toContain("使用前请看告知");
    expect(one(".sheet").hidden).toBe(true);
    expect(consents()).toEqual([]);
    widget.conversation.send("有人晕倒了");
    await until("it is answered", () => hotline.stored.length === 1);
    await until("it is noted", () => consents().length === 1);
    await until("the line is gone", () => one(".privacy").hidden);
    widget.conversation.send("再说一句");
    await until("that, too", () => hotline.stored.length === 2);
    expect(consents().length).toBe(1);
  });

  it("opens in the panel, without anything that could run, and gives the focus back", async () => {
    await until("the line is there", () => !one(".privacy").hidden);
    one(".small-print .link").focus();
    press("隐私说明");
    await until("the text is there", () => !one(".sheet").hidden);
    expect(one(".sheet").getAttribute("aria-label")).toBe("个人信息处理告知");
    expect(one(".sheet .rich").innerHTML).not.toMatch(/script|onerror|<img/);
    expect(one(".sheet").textContent).toContain("版本 2026-11-29");
    one(".sheet").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(one(".sheet").hidden).toBe(true);
    expect(one(".panel").hidden).toBe(false);
    expect(widget.root.activeElement).toBe(one(".small-print .link"));
    expect(document.title).toBe("");
  });

  it("is shown again when the version has changed materially", async () => {
    widget.conversation.send("您好");
    await until("the line is gone", () => one(".privacy").hidden);
    hotline.notice = { ...hotline.notice!, version: "2027-03-01", line: "告知更新了", agreed: [] };
    hotline.push({ type: "pong" });
    widget.conversation.stop();
    widget.conversation.start();
    await until("the new line is there", () => one(".privacy").textContent?.includes("告知更新了") ?? false);
    expect(one(".privacy").hidden).toBe(false);
  });
});

describe("consent", () => {
  it("is asked before the first photo, once", async () => {
    await until("it is known what is needed", () => widget.conversation.notice !== null);
    let chosen = 0;
    one("input[type=file]").addEventListener("click", () => (chosen += 1));
    const camera = one("[aria-label=发照片]");
    camera.click();
    expect(one(".sheet").textContent).toContain("同意发照片吗？");
    press("不同意");
    await pause(30);
    expect(chosen).toBe(0);
    expect(consents()).toEqual([]);
    camera.click();
    press("同意");
    await until("the picker opens", () => chosen === 1);
    expect(hotline.notice?.agreed).toContain("photos");
    camera.click();
    await until("it opens at once", () => chosen === 2);
    expect(one(".sheet").hidden).toBe(true);
  });
});

describe("清除本机对话", () => {
  it("asks first, then ends the conversation for this device", async () => {
    widget.conversation.send("不想让人看到的话");
    await until("it is answered", () => widget.conversation.lines.length === 2);
    press("清除本机对话");
    press("先不清除");
    expect(widget.conversation.lines.length).toBe(2);
    press("清除本机对话");
    press("清除");
    await until("a new conversation is there", () => widget.conversation.lines.length === 0 && widget.conversation.link === "live");
    await until("it is said", () => one(".banner").textContent === "已清除本机对话。");
    expect(hotline.requests).toContain("POST /api/web/forget");
    expect(one(".log").textContent).not.toContain("不想让人看到的话");
  });
});
