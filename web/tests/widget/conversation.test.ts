import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Conversation } from "../../widget/conversation";
import { TIMING, type Timing } from "../../widget/link";
import { Memory } from "../../widget/memory";
import { Hotline } from "../support/hotline";
import { message } from "../support/messages";
import { pause, until } from "../support/until";

const QUICK: Timing = {
  ...TIMING, ackWithin: 300, socketWithin: 150, pollEvery: 60, pollHidden: 60, openWithin: 500, pingEvery: 2000,
  pongWithin: 500, backoffBase: 40, backoffMax: 120, typingFor: 1000,
};

let hotline: Hotline;
let open: Conversation[];

function citizen(): Conversation {
  const one = new Conversation(hotline.url, new Memory(hotline.url), () => undefined, QUICK);
  open.push(one);
  return one;
}

function texts(one: Conversation): string[] {
  return one.lines.map((line) => line.message.text);
}

beforeEach(async () => {
  localStorage.clear();
  open = [];
  hotline = new Hotline();
  await hotline.start();
});

afterEach(async () => {
  open.forEach((one) => one.stop());
  await hotline.stop();
});

describe("saying something over the websocket", () => {
  it("is on screen at once, stored once, and answered", async () => {
    const one = citizen();
    one.send("居住证怎么办？");
    expect(one.lines.map((line) => [line.message.text, line.state])).toEqual([["居住证怎么办？", "sending"]]);
    await until("the answer arrives", () => one.lines.length === 2);
    expect(one.link).toBe("live");
    expect(one.lines.map((line) => line.state)).toEqual(["sent", "sent"]);
    expect(hotline.stored).toEqual(["居住证怎么办？"]);
    expect(one.unsent).toBe(0);
  });

  it("keeps the key of its line when it is confirmed, so that its element stays", async () => {
    const one = citizen();
    one.send("你好");
    const before = one.lines[0]?.key;
    await until("it is confirmed", () => one.lines[0]?.state === "sent");
    expect(one.lines[0]?.key).toBe(before);
  });

  it("sends a lost message again with the same id", async () => {
    hotline.faults = ["lose"];
    const one = citizen();
    one.send("第一次丢了");
    await until("the answer arrives", () => texts(one).includes("答：第一次丢了"));
    expect(hotline.attempts).toHaveLength(2);
    expect(new Set(hotline.attempts.map((said) => said.client_id)).size).toBe(1);
    expect(hotline.stored).toEqual(["第一次丢了"]);
  });

  it("shows a message once when it was stored but the line broke before the acknowledgement", async () => {
    hotline.faults = ["store-then-cut"];
    const one = citizen();
    one.send("存了没回执");
    await until("it is confirmed after the reconnection", () => one.unsent === 0);
    await pause(150);
    expect(texts(one)).toEqual(["存了没回执", "答：存了没回执"]);
    expect(hotline.stored).toEqual(["存了没回执"]);
  });

  it("gives a socket up that stays open but acknowledges nothing", async () => {
    hotline.faults = ["swallow"];
    const one = citizen();
    one.send("石沉大海");
    await until("the answer arrives", () => texts(one).includes("答：石沉大海"));
    expect(new Set(hotline.attempts.map((said) => said.client_id)).size).toBe(1);
    expect(hotline.resumedFrom.length).toBeGreaterThanOrEqual(2);
  });

  it("waits and tries again when the server is busy, and keeps the order", async () => {
    hotline.faults = ["hurry"];
    const one = citizen();
    one.send("一");
    one.send("二");
    one.send("三");
    await until("all are stored", () => hotline.stored.length === 3);
    expect(hotline.stored).toEqual(["一", "二", "三"]);
    expect(hotline.attempts[0]?.client_id).toBe(hotline.attempts[1]?.client_id);
  });

  it("leaves a refused message to the citizen: the reason is shown, a second try has the same id", async () => {
    hotline.faults = ["refuse"];
    const one = citizen();
    one.send("服务器不收");
    const refused = await until("it is refused", () => one.lines.find((line) => line.state === "refused"));
    expect(refused.reason).toBe("内容太长了");
    one.send("后面的照发");
    await until("the next one is stored", () => hotline.stored.includes("后面的照发"));
    expect(hotline.stored).not.toContain("服务器不收");
    one.retry(refused.key);
    await until("it is stored", () => hotline.stored.includes("服务器不收"));
    expect(hotline.messages.find((stored) => stored.text === "服务器不收")?.client_id).toBe(refused.key);
  });

  it("cuts what is over the limit and ignores what is empty", () => {
    const one = citizen();
    one.send("   ");
    expect(one.lines).toEqual([]);
    one.send("字".repeat(5000));
    expect(one.lines[0]?.message.text).toHaveLength(4000);
  });
});

describe("coming back", () => {
  it("resumes after the last message it has and shows what it missed, once each", async () => {
    const one = citizen();
    one.send("先问一句");
    await until("the answer arrives", () => one.lines.length === 2);
    hotline.cut();
    hotline.say(message(3, "agent", "我是坐席"), false);
    hotline.say(message(4, "agent", "还在吗？"), false);
    await until("the missed ones arrive", () => one.lines.length === 4);
    expect(hotline.resumedFrom[hotline.resumedFrom.length - 1]).toBe(2);
    expect(texts(one).slice(2)).toEqual(["我是坐席", "还在吗？"]);
  });

  it("asks once for what a live message jumped over", async () => {
    const one = citizen();
    one.start();
    await until("it is connected", () => one.link === "live");
    hotline.say(message(1, "agent", "一"));
    hotline.say(message(2, "agent", "二"), false);
    hotline.say(message(3, "agent", "三"));
    await until("the gap is filled", () => one.lines.length === 3);
    expect(texts(one)).toEqual(["一", "二", "三"]);
    expect(hotline.requests.filter((line) => line.startsWith("GET /api/web/messages"))).toEqual([
      "GET /api/web/messages?after=1",
    ]);
  });

  it("keeps what was written without a network through a reload, and sends it with the same id", async () => {
    await hotline.stop();
    const before = citizen();
    before.send("断网时写的");
    await until("it knows it is offline", () => before.link === "offline");
    const id = before.lines[0]?.key;
    before.stop();

    const after = citizen();
    expect(texts(after)).toEqual(["断网时写的"]);
    after.start();
    await hotline.start();
    await until("it is stored", () => hotline.stored.length === 1);
    expect(hotline.messages[0]?.client_id).toBe(id);
    await until("the outbox is empty", () => after.unsent === 0);
    expect(Object.keys(localStorage).filter((key) => key.includes("out:"))).toEqual([]);
  });

  it("gets a new session when the token is no longer good, and loses nothing unsent", async () => {
    const one = citizen();
    one.send("旧会话里的话");
    await until("the answer arrives", () => one.lines.length === 2);
    hotline.expired.add("token-1");
    hotline.messages = [];
    hotline.cut();
    one.send("换了会话再说");
    await until("it is answered in the new conversation", () => texts(one).includes("答：换了会话再说"));
    expect(one.renewed).toBe(true);
    expect(texts(one)).toEqual(["换了会话再说", "答：换了会话再说"]);
    expect(localStorage.getItem(`wenban:${hotline.url}:token`)).toBe("token-2");
  });
});

describe("without websockets", () => {
  it("talks by plain requests, hears the agent, and moves to the websocket when it can", async () => {
    hotline.refuseSockets = true;
    const one = citizen();
    one.send("代理不让用 websocket");
    await until("the answer arrives", () => one.lines.length === 2);
    expect(one.link).toBe("polling");
    expect(hotline.stored).toEqual(["代理不让用 websocket"]);

    hotline.mode = "human";
    hotline.say(message(3, "agent", "坐席来了"), false);
    await until("the agent is heard", () => texts(one).includes("坐席来了"));
    expect(one.mode).toBe("human");

    hotline.refuseSockets = false;
    await until("the websocket is used", () => one.link === "live");
    const polls = (): number => hotline.requests.filter((line) => line.startsWith("GET")).length;
    const before = polls();
    await pause(250);
    expect(polls()).toBe(before);
    expect(one.lines).toHaveLength(3);
  });

  it("says each message once when the line changes under it", async () => {
    hotline.refuseSockets = true;
    const one = citizen();
    for (let number = 1; number <= 6; number += 1) {
      one.send(`第 ${number} 句`);
      if (number === 3) hotline.refuseSockets = false;
      await pause(60);
      hotline.cut();
    }
    await until("everything is stored", () => hotline.stored.length === 6 && one.unsent === 0, 8000);
    expect(hotline.stored).toEqual([1, 2, 3, 4, 5, 6].map((number) => `第 ${number} 句`));
    await until("everything is on screen", () => one.lines.length === 12);
    expect(new Set(one.lines.map((line) => line.key)).size).toBe(12);
  });
});

describe("what the other side does", () => {
  it("shows the queue place, then the agent, and the typing sign until the message is there", async () => {
    const one = citizen();
    one.start();
    await until("it is connected", () => one.link === "live");
    hotline.push({ type: "mode", mode: "waiting", position: 3 });
    await until("it waits", () => one.mode === "waiting");
    expect(one.position).toBe(3);
    hotline.push({ type: "mode", mode: "human" });
    hotline.push({ type: "typing", active: true });
    await until("the agent is typing", () => one.typing);
    expect([one.mode, one.position]).toEqual(["human", null]);
    hotline.say(message(1, "agent", "您好"));
    await until("the message is there", () => one.lines.length === 1);
    expect(one.typing).toBe(false);
  });
});

describe("forgetting", () => {
  it("ends the token at the server, leaves nothing in the browser, and begins anew", async () => {
    const one = citizen();
    one.send("不想让人看到的话");
    await until("the answer arrives", () => one.lines.length === 2);
    localStorage.setItem(`wenban:${hotline.url}:draft`, "写到一半的话");
    localStorage.setItem(`wenban:${hotline.url}:large`, "1");
    expect(await one.forget()).toBe(true);
    expect(hotline.expired.has("token-1")).toBe(true);
    await until("a new session is there", () => one.link === "live");
    expect(one.lines).toEqual([]);
    expect(one.renewed).toBe(false);
    const kept = Object.entries(localStorage).filter(([name]) => name.startsWith("wenban:"));
    expect(kept.map(([name]) => name.split(":").pop()).sort()).toEqual(["large", "read", "token"]);
    expect(JSON.stringify(kept)).not.toMatch(/token-1|的话/);
    one.send("新的对话");
    await until("the new one is answered", () => texts(one).includes("答：新的对话"));
    expect(texts(one)).toEqual(["新的对话", "答：新的对话"]);
  });

  it("forgets what was unsent, too, and works without a network", async () => {
    const one = citizen();
    one.send("第一句");
    await until("the answer arrives", () => one.lines.length === 2);
    await hotline.stop();
    one.send("没发出去的话");
    expect(await one.forget()).toBe(false);
    expect(one.unsent).toBe(0);
    expect(JSON.stringify(Object.entries(localStorage))).not.toMatch(/没发出去|token-1/);
    await hotline.start();
    await until("it connects again", () => one.link === "live");
    expect(hotline.stored).toEqual(["第一句"]);
  });

  it("shows another tab a new conversation", async () => {
    const one = citizen();
    one.send("两个窗口都看得到");
    await until("the answer arrives", () => one.lines.length === 2);
    const other = citizen();
    other.start();
    await until("the other tab shows it", () => other.lines.length === 2);
    await one.forget();
    await until("the other tab shows nothing of it", () => other.lines.length === 0 && other.link === "live");
  });

  it("never puts the token into an address", async () => {
    const one = citizen();
    one.send("您好");
    await until("the answer arrives", () => one.lines.length === 2);
    expect(hotline.addresses.length).toBeGreaterThan(0);
    expect([...hotline.addresses, ...hotline.requests].join("\n")).not.toContain("token");
  });
});
