import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import type { CannedReply } from "../../desk/api/talk";
import ReplyBox from "../../desk/components/ReplyBox.vue";
import { beside, loadBeside } from "../../desk/state/beside";
import { forget } from "../../desk/state/board";
import { blanks, canned, filled, forgetCanned, search } from "../../desk/state/canned";
import { SAVING, backToBox, boxOf, flush, insert, restore, typed, unsentOf, unsavedWhy } from "../../desk/state/drafts";
import { session } from "../../desk/state/session";
import { clear, drafts, open, say, thread } from "../../desk/state/thread";
import { DeskServer, ME, conversation } from "../support/desk_server";
import { until } from "../support/until";

const MINE = { mode: "human" as const, agent: { id: ME.id, display_name: ME.display_name } };
const usual = { ...SAVING };

let server: DeskServer;

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  server.put(conversation("a", MINE), conversation("b", MINE));
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  session.user = { ...ME };
  session.known = true;
  Object.assign(SAVING, { everyMs: 20, againMs: 40 });
});

afterEach(async () => {
  Object.assign(SAVING, usual);
  clear();
  forget();
  forgetCanned();
  sessionStorage.clear();
  await server.stop();
});

/** The page of the same agent, loaded anew. */
async function reloaded(id: string): Promise<void> {
  clear();
  restore();
  await open(id);
  await loadBeside();
}

describe("what is typed and not sent", () => {
  it("is saved while typing, and is there again after looking elsewhere and after a reload", async () => {
    await open("a");
    typed("a", "您好，请");
    typed("a", "您好，请稍等");
    await until("it is saved", () => server.drafts.get("a")?.text === "您好，请稍等");
    await open("b");
    expect(boxOf("b")).toBe("");
    await open("a");
    expect(boxOf("a")).toBe("您好，请稍等");
    await reloaded("a");
    expect(boxOf("a")).toBe("您好，请稍等");
  });

  it("is gone when it is sent, on the server, too", async () => {
    await open("a");
    typed("a", "请带身份证");
    await flush();
    const id = server.drafts.get("a")?.client_id;
    await say("请带身份证");
    expect(server.messages).toMatchObject([{ text: "请带身份证", client_id: id }]);
    expect(boxOf("a")).toBe("");
    await until("the draft is empty", () => server.drafts.get("a")?.text === "" && server.drafts.get("a")?.unsent.length === 0);
    await flush();
    await reloaded("a");
    expect([boxOf("a"), unsentOf("a")]).toEqual(["", []]);
  });

  it("keeps words that failed to send over a reload, and sends them once", async () => {
    await open("a");
    server.instead = ({ path }) => (path.endsWith("/messages") ? "hang-up" : undefined);
    typed("a", "这条没发出去");
    await say("这条没发出去");
    expect(drafts.value).toMatchObject([{ text: "这条没发出去", problem: "连不上服务器，请检查网络后再试" }]);
    await until("it is saved", () => server.drafts.get("a")?.unsent.length === 1);
    await flush(); // the answer has come, too: what is still being saved is not read anew
    server.instead = () => undefined;
    await reloaded("a");
    expect(unsentOf("a")).toMatchObject([{ text: "这条没发出去", problem: "上次没有发出去" }]);
    backToBox(unsentOf("a")[0]?.clientId ?? "");
    insert("a", "请见谅");
    expect([boxOf("a"), unsentOf("a")]).toEqual(["这条没发出去\n请见谅", []]);
    await say("这条没发出去\n请见谅");
    expect(server.messages.map((one) => one.text)).toEqual(["这条没发出去\n请见谅"]);
  });

  it("survives a lost connection and a reload within it", async () => {
    await open("a");
    server.instead = ({ path }) => (path.endsWith("/draft") ? "hang-up" : undefined);
    typed("a", "断网时写的");
    await until("the page says so", () => unsavedWhy("a") !== null);
    server.instead = () => undefined;
    clear();
    expect(boxOf("a")).toBe("");
    restore();
    expect(boxOf("a")).toBe("断网时写的");
    await until("it is saved after all", () => server.drafts.get("a")?.text === "断网时写的");
    expect(sessionStorage.length).toBe(0);
  });

  it("is not shown to another agent who signs in in the same tab", async () => {
    server.instead = ({ path }) => (path.endsWith("/draft") ? "hang-up" : undefined);
    typed("a", "别人不该看到");
    await until("it can't be saved", () => unsavedWhy("a") !== null);
    clear();
    session.user = { ...ME, id: "u2" };
    restore();
    expect(boxOf("a")).toBe("");
    expect(sessionStorage.length).toBe(0);
  });

  it("keeps both texts when another window of the agent saved first", async () => {
    await open("a");
    server.drafts.set("a", { version: 3, client_id: "other", text: "另一个窗口写的", unsent: [] });
    typed("a", "这个窗口写的");
    await until("both are kept", () => server.drafts.get("a")?.unsent.length === 1);
    expect(server.drafts.get("a")).toMatchObject({ text: "这个窗口写的", unsent: [{ text: "另一个窗口写的" }] });
    expect(boxOf("a")).toBe("这个窗口写的");
    expect(unsentOf("a")[0]?.problem).toContain("另一个窗口");
  });
});

describe("canned replies in the box", () => {
  const reply = (over: Partial<CannedReply>): CannedReply => ({
    id: "1", title: "带身份证", shortcut: "sfz", text: "{问候}，工单 {工单号} 请{几点}来", shared: true, own: false, by: "班长", version: 1,
    initials: "dsfz", blanks: [], ...over,
  });
  let box: VueWrapper;

  beforeEach(async () => {
    Object.assign(canned, { all: [reply({}), reply({ id: "2", title: "结束语", shortcut: "", text: "再见", initials: "jsyzj" })], known: true });
    server.beside = { variables: { 问候: "上午好", 工单号: "HN2026112300001" } };
    await open("a");
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)*", component: { template: "<i/>" } }] });
    box = mount(ReplyBox, { attachTo: document.body, global: { plugins: [router] } });
    Object.assign(beside, { id: "a" });
    await loadBeside();
    await flushPromises();
  });

  afterEach(() => box.unmount());

  it("are found by words, shortcut and first letters, the shortcut first", () => {
    const ids = (typed: string): string[] => search(canned.all, typed).map((one) => one.id);
    expect([ids("sfz"), ids("身份"), ids("jsy"), ids("再见"), ids("没有"), ids("")]).toEqual([["1"], ["1"], ["2"], ["2"], [], ["1", "2"]]);
    expect(blanks("{问候} {} {a} {几点}{几点}")).toEqual(["问候", "几点"]);
    expect(filled("{问候}，{几点}", { 问候: "您好" })).toBe("您好，{几点}");
  });

  it("are put in by /, filled in, and not sent while a gap is left", async () => {
    const field = box.find("textarea");
    await field.setValue("/sf");
    expect(box.find(".picker li.on").text()).toContain("带身份证");
    await field.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(boxOf("a")).toBe("上午好，工单 HN2026112300001 请{几点}来");
    await box.find("form").trigger("submit");
    await flushPromises();
    expect(server.messages).toEqual([]);
    expect(box.find(".gap").text()).toContain("{几点}");
    const area = field.element as HTMLTextAreaElement;
    expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe("{几点}");
    await field.setValue("上午好，请 9 点来");
    await box.find("form").trigger("submit");
    await until("it is sent", () => server.messages.length === 1);
    expect(thread.id).toBe("a");
  });

  it("leave a slash alone after Esc", async () => {
    const field = box.find("textarea");
    await field.setValue("/");
    expect(box.find(".picker").exists()).toBe(true);
    await field.trigger("keydown", { key: "Escape" });
    expect(box.find(".picker").exists()).toBe(false);
    await field.trigger("keydown", { key: "Enter" });
    await until("it is sent", () => server.messages.length === 1);
    expect(server.messages[0]?.text).toBe("/");
  });

  it("takes a suggested answer by one key, and sends nothing by itself", async () => {
    const one = { entry: "e", title: "身份证到期", department: "公安局", probability: 0.9, text: "请带旧证。\n依据：某办法", cut: false, sources: [], validity: "长期有效" };
    beside.suggested = { asked: { text: "到期了", at: "" }, suggestions: [one] };
    await flushPromises();
    expect(box.find(".suggested").text()).toContain("身份证到期");
    await box.find("textarea").trigger("keydown", { key: "1", code: "Digit1", altKey: true });
    expect(boxOf("a")).toBe(one.text);
    expect(server.messages).toEqual([]);
  });
});
