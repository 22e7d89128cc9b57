import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import type { Reach } from "../../desk/api/types";
import ReplyBox from "../../desk/components/ReplyBox.vue";
import { forget } from "../../desk/state/board";
import { add, clear, open } from "../../desk/state/thread";
import { DeskServer, ME, conversation, type Asked } from "../support/desk_server";
import { message } from "../support/messages";
import { until } from "../support/until";

const CLOSED = "微信暂时不让主动发送";

let server: DeskServer;
let box: VueWrapper;
let reach: Reach | null;

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  server.put(conversation("a", { channel: "wechat", mode: "human", agent: { id: ME.id, display_name: ME.display_name } }));
  server.instead = (asked: Asked) => {
    if (asked.path !== "/conversations/a") return undefined;
    return { status: 200, body: { conversation: { ...server.conversations.get("a"), slots: [], reach }, messages: server.messages } };
  };
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
});

afterEach(async () => {
  box.unmount();
  clear();
  forget();
  await server.stop();
});

async function show(given: Reach | null): Promise<void> {
  reach = given;
  await open("a");
  box = mount(ReplyBox, { attachTo: document.body });
  await flushPromises();
}

function notice(): string {
  const found = box.find(".window");
  return found.exists() ? found.text() : "";
}

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describe("writing to a citizen in WeChat", () => {
  it("says before the agent types that the window is closed, and still takes what they write", async () => {
    await show({ open: false, left: 0, until: null });
    expect(notice()).toContain(CLOSED);
    expect(notice()).toContain("群众下次发消息时会最先看到");
    expect(box.find(".window").attributes("role")).toBe("status");
    expect(box.find(".window").classes()).toContain("closed");
    const field = box.find("textarea");
    expect((field.element as HTMLTextAreaElement).value).toBe("");
    expect(field.attributes("disabled")).toBeUndefined();
    await field.setValue("您好，材料已经收到。");
    await box.find("form").trigger("submit");
    await until("it is sent", () => server.messages.length === 1);
    expect(server.messages[0]?.text).toBe("您好，材料已经收到。");
    expect(notice()).toContain(CLOSED);
  });

  it("says nothing while there is room, and what is left when it gets scarce", async () => {
    await show({ open: true, left: 3, until: inHours(40) });
    expect(notice()).toBe("");
    reach = { open: true, left: 2, until: inHours(40) };
    await box.find("textarea").setValue("请稍等。");
    await box.find("form").trigger("submit");
    await until("what is left is shown", () => notice());
    expect(notice()).toContain("还能主动发 2 条");
    expect(box.find(".window").classes()).not.toContain("closed");
  });

  it("closes by itself when the time is over while the page stands open", async () => {
    await show({ open: true, left: 5, until: new Date(Date.now() + 300).toISOString() });
    expect(notice()).toBe("");
    await until("it is closed", () => notice());
    expect(notice()).toContain(CLOSED);
  });

  it("opens again when the citizen writes", async () => {
    server.messages = [message(1, "citizen", "在吗？")];
    await show({ open: false, left: 0, until: null });
    expect(notice()).toContain(CLOSED);
    reach = { open: true, left: 5, until: inHours(48) };
    add([message(2, "citizen", "我又来了")]);
    await until("the notice is gone", () => notice() === "");
  });

  it("says nothing of windows in a channel that has none", async () => {
    await show(null);
    expect(box.find("textarea").exists()).toBe(true);
    expect(notice()).toBe("");
  });
});
