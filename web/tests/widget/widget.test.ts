import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TIMING, type Timing } from "../../widget/link";
import { Widget } from "../../widget/widget";
import { Hotline } from "../support/hotline";
import { message } from "../support/messages";
import { pause, until } from "../support/until";

const QUICK: Timing = { ...TIMING, ackWithin: 400, pollEvery: 60, backoffBase: 40, backoffMax: 120 };

let hotline: Hotline;
let widget: Widget;

beforeEach(async () => {
  localStorage.clear();
  document.body.innerHTML = "";
  hotline = new Hotline();
  await hotline.start();
  widget = new Widget({ host: hotline.url, title: "12345 智能助手", position: "right", suggestions: null }, QUICK);
  widget.mount();
});

afterEach(async () => {
  widget.unmount();
  await hotline.stop();
});

function all(selector: string): HTMLElement[] {
  return Array.from(widget.root.querySelectorAll<HTMLElement>(selector));
}

function one(selector: string): HTMLElement {
  const element = widget.root.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`no ${selector}`);
  return element;
}

function area(): HTMLTextAreaElement {
  return one("textarea") as HTMLTextAreaElement;
}

function type(text: string): void {
  area().value = text;
  area().dispatchEvent(new Event("input", { bubbles: true }));
}

function enter(init: KeyboardEventInit = {}): void {
  area().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }));
}

async function opened(): Promise<void> {
  one(".launcher").click();
  await until("the greeting is shown", () => all(".row.bot").length > 0 && widget.conversation.link === "live");
}

describe("opening and closing", () => {
  it("connects only when a citizen asks for it", async () => {
    expect(hotline.requests).toEqual([]);
    await opened();
    expect(one(".row.bot").textContent).toContain("您好，有事尽管问。");
    expect(one(".launcher").getAttribute("aria-expanded")).toBe("true");
  });

  it("closes on Esc and gives the focus back to its button", async () => {
    await opened();
    expect(widget.root.activeElement).toBe(area());
    area().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }));
    expect(one(".panel").hidden).toBe(true);
    expect(widget.root.activeElement).toBe(one(".launcher"));
  });

  it("is opened by the host page's own buttons, with a question if they carry one", async () => {
    document.body.insertAdjacentHTML("beforeend", "<p data-wenban-ask=\"医保怎么缴？\"><b>问</b></p>");
    document.querySelector("b")?.click();
    await until("it is asked", () => hotline.stored.length === 1);
    expect(hotline.stored).toEqual(["医保怎么缴？"]);
    expect(one(".panel").hidden).toBe(false);
  });

  it("counts what came while it was closed", async () => {
    await opened();
    one(".plain[aria-label=关闭]").click();
    hotline.say(message(hotline.next(), "agent", "请问还在吗？"));
    await until("the badge is shown", () => !one(".badge").hidden);
    expect(one(".badge").textContent).toBe("1");
    expect(one(".launcher").getAttribute("aria-label")).toBe("12345 智能助手，1 条未读");
    one(".launcher").click();
    expect(one(".badge").hidden).toBe(true);
  });
});

describe("writing", () => {
  it("sends with Enter, breaks the line with Shift, and leaves Enter to the input method while composing", async () => {
    await opened();
    type("居住证");
    enter({ isComposing: true });
    enter({ keyCode: 229 } as KeyboardEventInit);
    enter({ shiftKey: true });
    expect(area().value).toBe("居住证");
    enter();
    expect(area().value).toBe("");
    await until("it is stored", () => hotline.stored.length === 1);
    expect(hotline.stored).toEqual(["居住证"]);
  });

  it("shows the counter near the limit only", async () => {
    await opened();
    type("字".repeat(3000));
    expect(one(".counter").hidden).toBe(true);
    type("字".repeat(3990));
    expect(one(".counter").textContent).toBe("还可以写 10 字");
  });

  it("keeps a draft through a reload", async () => {
    type("写了一半");
    widget.unmount();
    widget = new Widget({ host: hotline.url, title: "x", position: "right", suggestions: null }, QUICK);
    widget.mount();
    expect(area().value).toBe("写了一半");
  });
});

describe("what is shown", () => {
  it("never takes text for markup, whoever wrote it", async () => {
    await opened();
    const evil = "<img src=x onerror=\"window.hit=1\"><b>粗</b> https://www.example.gov.cn/a?x=1。";
    hotline.say(message(1, "agent", evil, { sender_name: "<i>坐席</i>", buttons: [{ title: "<b>好</b>", payload: "/x" }] }));
    widget.conversation.send(evil);
    await until("both are shown", () => all(".row.citizen").length === 1 && all(".row.agent").length === 1);
    expect(one(".row.agent .bubble").textContent).toBe(evil);
    expect(one(".row.citizen .bubble").textContent).toBe(evil);
    expect(all(".log img, .log b, .log i:not(.typing i)")).toEqual([]);
    const link = one(".row.agent .bubble a") as HTMLAnchorElement;
    expect([link.href, link.target, link.rel])
      .toEqual(["https://www.example.gov.cn/a?x=1", "_blank", "noopener noreferrer"]);
    expect(all(".row.citizen .bubble a")).toEqual([]);
  });

  it("lets only the newest buttons be pressed, once, and sends their payload", async () => {
    await opened();
    type("问题一");
    enter();
    await until("the answer has buttons", () => all(".chips").length === 2);
    const active = (): string[] => all(".chip:not([disabled])").map((chip) => chip.textContent ?? "");
    expect(active()).toEqual(["有用", "转人工"]);
    const useful = all(".chip:not([disabled])")[0];
    useful?.click();
    useful?.click();
    await until("the answer to the choice is shown", () => all(".chips").length === 3);
    expect(hotline.attempts.slice(1)).toMatchObject([{ text: "有用", button: "/useful" }]);
    expect(active()).toEqual(["有用", "转人工"]);
    expect(all(".chips")[1]?.querySelectorAll(":not([disabled])").length).toBe(0);
  });

  it("puts the button that files a summary before the others", async () => {
    await opened();
    const buttons = [{ title: "确认提交", payload: "/affirm" }, { title: "取消", payload: "/cancel" }];
    hotline.say(message(1, "bot", "x", { buttons, card: { kind: "summary", fields: [] } }));
    await until("one stands out", () => all(".chip.primary").map((each) => each.textContent).join() === "确认提交");
    hotline.say(message(2, "bot", "x", { buttons }));
    await until("the next has buttons, alike", () =>
      all(".chip:not([disabled])").length === 2 && all(".chip.primary:not([disabled])").length === 0);
  });

  it("shows a ticket's number and code, a summary as a table, an answer with its basis", async () => {
    await opened();
    hotline.say(message(1, "bot", "x", { card: {
      kind: "ticket", number: "HN202611230001", query_code: "482913", state: "待受理", type: "投诉", category: "噪声",
    } }));
    hotline.say(message(2, "bot", "x", { card: { kind: "summary", fields: [{ name: "诉求类型", value: "投诉" }] } }));
    hotline.say(message(3, "bot", "x", { card: {
      kind: "answer", entry: "e", title: "居住证怎么办", department: "市公安局", html: "<p>带身份证</p><script>1</script>",
      sources: [
        { document: "居住证暂行条例", date: "2015-11-26", url: "https://www.example.gov.cn/l", articles: ["第二条"] },
        { document: "内部文件", url: "javascript:alert(1)" },
      ], reviewed: "2026-11-23",
    } }));
    await until("all three are shown", () => all(".card").length === 3);
    expect(all(".numbers dd").map((each) => each.textContent)).toEqual(["HN202611230001", "482913"]);
    expect(one(".summary th").textContent + (one(".summary td").textContent ?? "")).toBe("诉求类型投诉");
    expect(one(".rich").innerHTML).toBe("<p>带身份证</p>");
    expect(all(".basis a").map((each) => (each as HTMLAnchorElement).href)).toEqual(["https://www.example.gov.cn/l"]);
    expect(one(".basis").textContent).toContain("第二条 · 2015-11-26");
    expect(one(".facts").textContent).toBe("由市公安局负责 · 2026-11-23 核对");
  });

  it("says where in the queue one is, and that the agent has come", async () => {
    await opened();
    const human = one(".to-human") as HTMLButtonElement;
    expect(human.textContent).toBe("转人工");
    hotline.push({ type: "mode", mode: "waiting", position: 3 });
    await until("the banner tells the place", () => one(".banner").textContent === "排队中，前面还有 2 位");
    hotline.push({ type: "mode", mode: "waiting", position: 1, agents: false });
    await until("nobody is at the desk", () =>
      one(".banner").textContent === "现在没有坐席在线，还在排队，您排在最前面");
    hotline.push({ type: "mode", mode: "waiting", position: 1, agents: true });
    await until("somebody came", () => one(".banner").textContent === "排队中，您排在最前面");
    expect(human.disabled).toBe(true);
    hotline.push({ type: "mode", mode: "human" });
    await until("the banner tells of the agent", () => one(".banner").textContent === "坐席已接入，正在为您服务");
    hotline.push({ type: "mode", mode: "bot" });
    await until("a human can be asked for again", () => !human.disabled);
    human.click();
    human.click();
    await until("it is asked", () => hotline.attempts.length === 1);
    await pause(100);
    expect(hotline.attempts).toMatchObject([{ text: "转人工", button: "/request_human" }]);
  });

  it("remembers large type", async () => {
    one(".large-toggle").click();
    expect(one(".panel").classList.contains("large")).toBe(true);
    widget.unmount();
    widget = new Widget({ host: hotline.url, title: "x", position: "right", suggestions: null }, QUICK);
    widget.mount();
    expect(one(".panel").classList.contains("large")).toBe(true);
  });
});
