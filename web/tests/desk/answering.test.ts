import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import CloseMany from "../../desk/components/CloseMany.vue";
import WaitNotices from "../../desk/components/WaitNotices.vue";
import { idleSeconds } from "../../desk/state/activity";
import { noteConversation, noteWords, wishes } from "../../desk/state/alerts";
import { board, choose, forget, refresh, upsert } from "../../desk/state/board";
import { listen, mute } from "../../desk/state/live";
import { presence, tellState } from "../../desk/state/presence";
import { router } from "../../desk/router";
import { session } from "../../desk/state/session";
import { DeskServer, ME, conversation } from "../support/desk_server";
import { message } from "../support/messages";
import { until } from "../support/until";

let server: DeskServer;
let shown: { title: string; options: NotificationOptions | undefined }[] = [];

class FakeNotification {
  static permission = "granted";
  onclick: (() => void) | null = null;
  constructor(title: string, options?: NotificationOptions) {
    shown.push({ title, options });
  }
}

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  vi.stubGlobal("Notification", FakeNotification);
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  session.user = { ...ME };
  session.known = true;
  shown = [];
  tellState("online", "online");
});

afterEach(async () => {
  mute();
  forget();
  wishes.notices = false;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await server.stop();
});

const mine = { mode: "human" as const, agent: { id: ME.id, display_name: "我" }, waiting_since: null };

it("answers the server's question with the seconds since the person did something, and shows the state it is told", async () => {
  listen(server.url);
  await until("it says unasked that somebody is here", () => server.frames.some((one) => one.type === "beat"));
  server.frames = [];
  server.push({ type: "beat" });
  await until("the page answers", () => server.frames.some((one) => one.type === "beat"));
  const answer = server.frames.find((one) => one.type === "beat");
  expect(Number(answer?.idle_s)).toBeCloseTo(idleSeconds(), 0);
  server.push({ type: "presence", state: "away", chosen: "online" });
  await until("the state is shown", () => presence.state === "away");
});

describe("what is told outside the page", () => {
  it("is nothing until it is wished", () => {
    noteConversation(undefined, conversation("a"));
    expect(shown).toEqual([]);
  });

  it("is who waits, who is in danger, who is known, and who writes; never the words", () => {
    Object.assign(wishes, { notices: true });
    noteConversation(undefined, conversation("a"));
    noteConversation(conversation("a"), conversation("a"));
    noteConversation(undefined, conversation("b", { urgent: true }));
    noteConversation(conversation("c", { mode: "bot" }), conversation("c", { offered: { id: ME.id, display_name: "我" } }));
    upsert(conversation("d", mine));
    noteWords("d", message(3, "citizen", "我的身份证号是"));
    noteWords("d", message(4, "bot", "请说"));
    noteConversation(conversation("e"), conversation("e", { alerted_at: "2026-11-23T02:10:00Z" }));
    expect(shown.map((one) => one.title)).toEqual([
      "网页访客 a 在排队", "紧急：网页访客 b 等人接入", "网页访客 c 又来了，上次由您接待", "网页访客 d 说话了",
    ]);
    session.user = { ...ME, role: "supervisor" };
    noteConversation(conversation("e"), conversation("e", { alerted_at: "2026-11-23T02:10:00Z" }));
    expect(shown.at(-1)?.title).toBe("网页访客 e 等得太久了");
    expect(JSON.stringify(shown)).not.toContain("身份证");
  });

  it("is no new citizen to who is away", () => {
    Object.assign(wishes, { notices: true });
    tellState("away", "away");
    noteConversation(undefined, conversation("a"));
    expect(shown).toEqual([]);
  });
});

it("tells supervisors on every page who waits too long, and agents who asks for them", async () => {
  session.user = { ...ME, role: "supervisor" };
  const page = mount(WaitNotices, { global: { plugins: [router] } });
  upsert(conversation("a", { alerted_at: "2026-11-23T02:10:00Z" }));
  upsert(conversation("b", { offered: { id: ME.id, display_name: "我" } }));
  upsert(conversation("c"));
  await flushPromises();
  expect(page.findAll(".wait-notice").map((one) => one.find("b").text())).toEqual(["网页访客 a", "网页访客 b"]);
  await page.find(".wait-notice button").trigger("click");
  expect(page.findAll(".wait-notice").length).toBe(1);
  session.user = { ...ME };
  await flushPromises();
  expect(page.text()).toContain("上次由您接待");
  page.unmount();
});

it("ends several of the own conversations, and says which one could not be ended", async () => {
  server.put(conversation("a", { ...mine, stage: "idle" }), conversation("b", { ...mine, unread: 1 }), conversation("c", { ...mine, stage: "idle" }));
  server.instead = (asked) => asked.path !== "/conversations/close" ? undefined : {
    status: 200, body: { conversations: [{ id: "a", ok: true }, { id: "c", ok: false, error: { message: "这个会话不在您手里" } }] },
  };
  choose("mine");
  await refresh();
  const list = mount(CloseMany, { attachTo: document.body });
  await list.find("button").trigger("click");
  await until("the dialog is there", () => document.body.textContent?.includes("结束 2 个") ?? false);
  const end = [...document.querySelectorAll("button")].find((one) => one.textContent?.includes("结束 2 个"));
  end?.click();
  await until("it was asked", () => server.asked.some((one) => one.path === "/conversations/close"));
  expect(server.asked.find((one) => one.path === "/conversations/close")?.body.ids).toEqual(expect.arrayContaining(["a", "c"]));
  await until("what failed is said", () => document.body.textContent?.includes("1 个没有结束") ?? false);
  expect(board.tab).toBe("mine");
  list.unmount();
});
