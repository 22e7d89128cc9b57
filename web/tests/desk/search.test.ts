import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import PassedNotices from "../../desk/components/PassedNotices.vue";
import QueueList from "../../desk/components/QueueList.vue";
import TakeOverDialog from "../../desk/components/TakeOverDialog.vue";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import { NO_SEARCH } from "../../desk/api/types";
import { board, choose, find, forget, look, more, refresh, shown } from "../../desk/state/board";
import { received } from "../../desk/state/live";
import { router } from "../../desk/router";
import { session } from "../../desk/state/session";
import { clear, open } from "../../desk/state/thread";
import { DeskServer, ME, conversation } from "../support/desk_server";
import { until } from "../support/until";

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
  clear();
  forget();
  await server.stop();
});

const ids = (): string[] => shown.value.map((one) => one.id);

/** So many conversations with the assistant, the latest first. */
function many(count: number): string[] {
  const list = Array.from({ length: count }, (_, n) => conversation(`c${n}`, {
    mode: "bot", waiting_since: null, updated_at: new Date(Date.UTC(2026, 10, 23) - n * 60_000).toISOString(),
  }));
  server.put(...list);
  return list.map((one) => one.id);
}

describe("a long list", () => {
  it("is fetched page by page to its end, also past what a desk keeps in memory", async () => {
    const all = many(530);
    choose("all");
    await until("the first page is here", () => ids().length === 50);
    for (let pages = 1; board.next; pages += 1) {
      expect(pages).toBeLessThan(12);
      await more();
    }
    expect(ids()).toEqual(all);
    await refresh();
    expect([ids().length, board.next]).toEqual([530, null]);
    choose("bot");
    await until("another tab begins anew", () => board.next !== null);
    expect(board.paged).toBe(0);
  });
});

describe("a search", () => {
  it("shows what the server found, in its order, and everything again when it is emptied", async () => {
    many(60);
    server.put(conversation("left", { mode: "human", agent: { id: "u2", display_name: "坐席 5 号" }, updated_at: "2026-01-01T00:00:00Z" }));
    const list = mount(QueueList, { attachTo: document.body });
    choose("all");
    await until("the list is here", () => ids().length === 50);
    expect(ids()).not.toContain("left");
    await list.find("input[aria-label=搜索会话]").setValue(" left ");
    await list.find("form").trigger("submit");
    await until("it is found", () => ids().join() === "left");
    expect(server.asked[server.asked.length - 1]?.query).toEqual({ mode: "all", limit: "50", q: "left" });
    find({ ...NO_SEARCH, q: "没有这样的", kind: "left" });
    await until("nothing is found", () => board.found?.length === 0);
    await flushPromises();
    expect(list.text()).toContain("没有找到");
    expect(server.asked[server.asked.length - 1]?.query).toMatchObject({ q: "没有这样的", kind: "left" });
    choose("waiting");
    await until("the queue is no search", () => server.asked[server.asked.length - 1]?.query.mode === "waiting" && !board.loading);
    expect(server.asked[server.asked.length - 1]?.query).toEqual({ mode: "waiting", limit: "50" });
    find({ ...NO_SEARCH, channel: "wechat", waited: 5, kind: "citizen_asked" });
    await until("the queue is narrowed", () => !board.loading && board.found !== null);
    expect(server.asked[server.asked.length - 1]?.query)
      .toEqual({ mode: "waiting", limit: "50", kind: "citizen_asked", channel: "wechat", waited: "5" });
    choose("all");
    await until("all are here again", () => board.found === null && ids().length > 50);
    list.unmount();
  });

  it("keeps what 更多 found when the list is fetched again", async () => {
    const all = many(70);
    choose("all");
    find({ ...NO_SEARCH, q: "网页访客" });
    await until("the first page is here", () => ids().length === 50);
    await more();
    expect(ids()).toEqual(all);
    await refresh();
    expect(ids()).toEqual(all);
  });
});

it("a conversation that was passed on is told in the page, until it is opened or closed", async () => {
  const page = mount(PassedNotices, { global: { plugins: [router] } });
  const passed = (id: string): void => {
    received.value = conversation(id, { mode: "human", transfer: { by: { id: "u2", display_name: "坐席 5 号" }, note: "请核实楼栋" } });
  };
  passed("a");
  await flushPromises();
  passed("b");
  await flushPromises();
  expect(page.findAll(".passed-notice").map((one) => one.find("a").text())).toEqual(
    ["坐席 5 号把 网页访客 a 转给您请核实楼栋", "坐席 5 号把 网页访客 b 转给您请核实楼栋"],
  );
  look("a");
  await flushPromises();
  expect(page.text()).not.toContain("访客 a");
  await page.find("button").trigger("click");
  expect(page.find(".passed-notice").exists()).toBe(false);
  page.unmount();
  expect(received.value).toBeNull();
});

describe("接手", () => {
  async function asked(role: string, present: boolean): Promise<string> {
    session.user = { ...ME, role };
    server.put({ ...conversation("a", { mode: "human", agent: { id: "u2", display_name: "坐席 5 号" } }), holder_present: present } as never);
    await open("a");
    const dialog = mount(TakeOverDialog, { props: { modelValue: false }, attachTo: document.body });
    const before = server.asked.length;
    await dialog.setProps({ modelValue: true });
    if (role === "agent") await until("it looks who is there", () => server.asked.length > before);
    await new Promise((done) => setTimeout(done, 30));
    await flushPromises();
    const text = document.body.textContent ?? "";
    dialog.unmount();
    return text;
  }

  it("says at once that the colleague is still there, unless a supervisor asks or nobody is there", async () => {
    expect(await asked("agent", true)).toContain("坐席 5 号还在岗，现在不能接手");
    expect(await asked("agent", false)).not.toContain("还在岗");
    expect(await asked("supervisor", true)).not.toContain("还在岗");
  });
});
