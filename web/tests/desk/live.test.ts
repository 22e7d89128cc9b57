import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SOCKET_TIMING } from "../../shared/socket";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import { board, choose, forget, refresh, shown } from "../../desk/state/board";
import { connected, listen, mute, received } from "../../desk/state/live";
import { session } from "../../desk/state/session";
import { clear, deliver, drafts, end, handBack, open, say, take, takeOver, thread, transfer } from "../../desk/state/thread";
import { DeskServer, ME, conversation } from "../support/desk_server";
import { message } from "../support/messages";
import { pause, until } from "../support/until";

const QUICK = { ...SOCKET_TIMING, backoffBase: 30, backoffMax: 60, openWithin: 500 };
const OTHER = { id: "u2", display_name: "坐席 5 号" };

let server: DeskServer;

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  session.user = { ...ME };
  session.known = true;
});

afterEach(async () => {
  mute();
  clear();
  forget();
  await server.stop();
});

async function listening(): Promise<void> {
  await refresh();
  listen(server.url, QUICK);
  await until("it listens", () => connected.value && server.listeners === 1);
}

describe("the queue", () => {
  it("shows the chosen tab and the server's counts", async () => {
    server.put(conversation("a"), conversation("b", { urgent: true }), conversation("c", { mode: "human", agent: { id: ME.id, display_name: "我" } }));
    await refresh();
    expect(shown.value.map((one) => one.id)).toEqual(["b", "a"]);
    expect(board.counts).toEqual({ waiting: 2, mine: 1 });
    choose("mine");
    await until("mine are shown", () => shown.value.length === 1);
    expect(server.asked[server.asked.length - 1]?.query).toEqual({ mode: "human", mine: "1", limit: "50" });
  });

  it("forgets what has left the tab while nobody listened", async () => {
    server.put(conversation("a"), conversation("b"));
    await refresh();
    server.conversations.delete("a");
    await refresh();
    expect(shown.value.map((one) => one.id)).toEqual(["b"]);
  });

  it("moves a conversation a colleague took at once, and counts citizens' messages as unread", async () => {
    server.put(conversation("a"), conversation("b"));
    await listening();
    server.push({ type: "message", conversation_id: "b", message: message(7, "citizen", "有人吗？") });
    server.push({ type: "conversation", conversation: conversation("a", { mode: "human", agent: OTHER }) });
    await until("a is gone", () => shown.value.length === 1);
    expect(shown.value[0]).toMatchObject({ id: "b", unread: 1, last_words: { text: "有人吗？" } });
    server.push({ type: "message", conversation_id: "b", message: message(8, "bot", "请稍候") });
    await until("the later message is noted", () => shown.value[0]?.updated_at === message(8, "bot", "").created_at);
    expect(shown.value[0]).toMatchObject({ unread: 1, last_words: { text: "有人吗？" } });
  });

  it("says once that a colleague passed a conversation to this agent", async () => {
    server.put(conversation("a"), conversation("b"));
    await listening();
    const mine = { mode: "human" as const, agent: { id: ME.id, display_name: "我" } };
    const passed = conversation("a", { ...mine, transfer: { by: OTHER, note: "请核实楼栋" } });
    const back = { ...mine, transfer: { by: null, note: "坐席离开" } };
    server.push({ type: "conversation", conversation: conversation("b", back) });
    await until("what the system gave back is known", () => board.known.get("b")?.mode === "human");
    expect(received.value).toBeNull();
    server.push({ type: "conversation", conversation: passed });
    await until("it is heard", () => received.value?.id === "a");
    expect(received.value?.transfer?.note).toBe("请核实楼栋");
    received.value = null;
    server.push({ type: "conversation", conversation: { ...passed, unread: 1 } });
    await until("the change is heard", () => board.known.get("a")?.unread === 1);
    expect(received.value).toBeNull();
  });

  it("keeps closed conversations out of the bot's, until the citizen writes", async () => {
    server.put(conversation("a", { mode: "bot", reason: null }), conversation("b", { mode: "bot", reason: null }));
    choose("bot");
    await listening();
    server.push({ type: "conversation", conversation: conversation("a", { mode: "bot", stage: "closed" }) });
    await until("it is gone", () => shown.value.length === 1);
    server.push({ type: "message", conversation_id: "a", message: message(9, "citizen", "又来了") });
    await until("it is back", () => shown.value.length === 2);
  });

  it("keeps the lists and shows the server's sentence when fetching fails", async () => {
    server.put(conversation("a"));
    await refresh();
    server.instead = () => ({ status: 503, body: { error: { code: "unavailable", message: "服务暂时繁忙", details: {} } } });
    await refresh();
    expect([board.problem, shown.value.length]).toEqual(["服务暂时繁忙", 1]);
  });

  it("fetches everything again after the connection was away", async () => {
    server.put(conversation("a"));
    server.messages = [message(1, "citizen", "一")];
    await listening();
    await open("a");
    server.cut();
    server.put(conversation("late"));
    server.messages.push(message(2, "citizen", "二"));
    await until("it knows of the new conversation", () => shown.value.some((one) => one.id === "late"));
    await until("it shows the missed message", () => thread.messages.length === 2);
    await until("it listens again", () => connected.value && server.listeners === 1);
  });
});

describe("a conversation", () => {
  it("shows live messages once each and in order, and reads them at once", async () => {
    server.put(conversation("a", { unread: 4 }));
    const [one, two, three] = [message(1, "citizen", "一"), message(2, "citizen", "二"), message(3, "citizen", "三")];
    server.messages = [one];
    await listening();
    await open("a");
    expect(thread.conversation?.slots).toEqual([{ name: "诉求类型", value: "投诉" }]);
    for (const each of [three, two, three, one]) server.push({ type: "message", conversation_id: "a", message: each });
    await until("all are shown", () => thread.messages.length === 3);
    expect(thread.messages.map((each) => each.text)).toEqual(["一", "二", "三"]);
    expect(shown.value[0]?.unread).toBe(0);
  });

  it("is taken, answered and handed back", async () => {
    server.put(conversation("a"));
    await refresh();
    await open("a");
    expect(await take()).toBe(true);
    expect(thread.conversation).toMatchObject({ mode: "human", agent: { id: ME.id }, slots: [{ name: "诉求类型" }] });
    await say("您好，请讲。");
    expect(thread.messages.map((one) => one.text)).toEqual(["您好，请讲。"]);
    expect(drafts.value).toEqual([]);
    expect(await handBack("已答复")).toBe(true);
    expect(server.asked.find((one) => one.path.endsWith("/hand_back"))?.body).toEqual({ note: "已答复" });
    expect(thread.conversation?.mode).toBe("bot");
  });

  it("is passed on with a note, and ended", async () => {
    server.colleagues = [{ ...OTHER, online: true, state: "online", capacity: 8, in_hand: 2 }];
    server.put(conversation("a"), conversation("b"));
    await open("a");
    await take();
    expect(await transfer(OTHER.id, "请核实楼栋")).toBe(true);
    expect(server.asked.find((one) => one.path.endsWith("/transfer"))?.body).toEqual({ to: OTHER.id, note: "请核实楼栋" });
    expect(thread.conversation).toMatchObject({ mode: "human", agent: OTHER, transfer: { note: "请核实楼栋" } });
    await open("b");
    await take();
    expect(await end()).toBe(true);
    expect(thread.conversation).toMatchObject({ mode: "bot", stage: "closed", agent: null });
  });

  it("says who was faster when two take the same one", async () => {
    server.put(conversation("a"));
    await open("a");
    server.instead = (asked) => {
      if (!asked.path.endsWith("/take")) return undefined;
      server.put(conversation("a", { mode: "human", agent: OTHER }));
      return { status: 409, body: { error: { code: "already_taken", message: "晚了一步", details: { agent: OTHER } } } };
    };
    expect(await take()).toBe(false);
    expect(thread.problem).toBe("这个会话已由坐席 5 号接入");
    expect(thread.conversation).toMatchObject({ mode: "human", agent: OTHER });
  });

  it("is taken as from the queue when it was put back while the reason for taking it over was written", async () => {
    for (const seen of [true, false]) {
      server.put(conversation("a", { mode: "human", agent: OTHER }));
      await listening();
      await open("a");
      server.put(conversation("a"));
      server.instead = (asked) => asked.path.endsWith("/take_over")
        ? { status: 409, body: { error: { code: "not_held", message: "这个会话现在没有坐席" } } }
        : undefined;
      if (seen) {
        server.push({ type: "conversation", conversation: conversation("a") });
        await until("the page knows", () => thread.conversation?.mode === "waiting");
      }
      expect(await takeOver("同事已下班")).toBe(true);
      expect(thread.conversation).toMatchObject({ mode: "human", agent: { id: ME.id } });
    }
  });

  it("keeps a reply that failed and sends it again with the same id", async () => {
    server.put(conversation("a", { mode: "human", agent: { id: ME.id, display_name: "我" } }), conversation("b"));
    await open("a");
    server.instead = (asked) => (asked.path.endsWith("/messages") ? "hang-up" : undefined);
    const failing = say("这条要重发");
    await open("b");
    await failing;
    expect(drafts.value).toEqual([]);
    await open("a");
    expect(drafts.value).toMatchObject([{ text: "这条要重发", problem: "连不上服务器，请检查网络后再试" }]);
    server.instead = () => undefined;
    await deliver(drafts.value[0]?.clientId ?? "");
    expect(drafts.value).toEqual([]);
    expect(thread.messages.map((one) => one.text)).toEqual(["这条要重发"]);
    const sent = server.asked.filter((one) => one.path.endsWith("/messages"));
    expect(sent).toHaveLength(2);
    expect(sent[0]?.body.client_id).toBe(sent[1]?.body.client_id);
    expect(server.messages).toHaveLength(1);
  });

  it("never shows one conversation's messages in another that was opened meanwhile", async () => {
    const detail = (id: string, text: string): { status: number; body: unknown } => ({
      status: 200, body: { conversation: { ...conversation(id), slots: [] }, messages: [message(1, "citizen", text)] },
    });
    server.instead = async (asked) => {
      if (asked.path === "/conversations/b") return detail("b", "乙的话");
      await pause(100);
      return detail("a", "甲的话");
    };
    const slow = open("a");
    await open("b");
    await slow;
    expect(thread.conversation?.id).toBe("b");
    expect(thread.messages.map((one) => one.text)).toEqual(["乙的话"]);
  });
});
