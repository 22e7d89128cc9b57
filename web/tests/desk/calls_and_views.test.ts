import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import { RouterView } from "vue-router";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import type { SavedView } from "../../desk/api/types";
import { router } from "../../desk/router";
import { share } from "../../desk/state/calls";
import { forgetChoices } from "../../desk/state/choices";
import { session } from "../../desk/state/session";
import { DeskServer, ME, type Asked } from "../support/desk_server";
import { ticket } from "../support/tickets";
import { until } from "../support/until";

let server: DeskServer;
let page: VueWrapper;
let views: SavedView[];

const FIGURES = {
  days: 30, answered: 9, waiting: 2, solved: 3, unsolved: 1, unreached: 2, unanswered: 1, marked: 3, satisfied: 2,
  solved_share: 0.75, satisfied_share: 0.6667,
};

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  views = [
    { id: "v1", name: "路灯超期", query: { q: "路灯", due: "overdue" }, shared: false, own: true, by: "坐席 3 号" },
    { id: "v2", name: "每日必看", query: { disputed: "1" }, shared: true, own: false, by: "班长" },
  ];
  server.instead = (asked: Asked) => {
    const body = answer(asked);
    return body === undefined ? undefined : { status: 200, body };
  };
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  session.user = { ...ME };
  session.known = true;
});

afterEach(async () => {
  page.unmount();
  forgetChoices();
  await server.stop();
});

function answer(asked: Asked): unknown {
  if (asked.path === "/departments") return { departments: [], categories: [], districts: [] };
  if (asked.path === "/tickets") return { tickets: [ticket({ number: "A" })], next: null };
  if (asked.path === "/views" && asked.method === "GET") return { views };
  if (asked.path === "/views") {
    const { name, query, shared } = asked.body as { name: string; query: Record<string, string>; shared: boolean };
    views = [...views, { id: "v3", name, query, shared, own: true, by: "坐席 3 号" }];
    return { view: views.at(-1) };
  }
  if (asked.path === "/calls/figures") return { ...FIGURES, days: Number(asked.query.days) };
  if (asked.path === "/calls") {
    const call = { phone: "138****0000", tries: 2, called_at: "2026-11-29T02:00:00.000Z", answered_at: null };
    return { calls: [{ ...ticket({ number: "HN1" }), ...call }], waiting: 7, next: null, tries: 3 };
  }
  return undefined;
}

async function open(path: string): Promise<void> {
  await router.replace(path);
  await router.isReady();
  page = mount(defineComponent({ render: () => h(RouterView) }), { global: { plugins: [router] }, attachTo: document.body });
  await flushPromises();
}

describe("saved views", () => {
  it("open the list that was saved, and show which one is open", async () => {
    await open("/tickets");
    await until("they are there", () => page.findAll(".view").length === 2);
    expect(page.findAll(".view").map((one) => one.classes("on"))).toEqual([false, false]);
    await page.find(".view button").trigger("click");
    await until("the list is asked for", () => server.asked.some((one) => one.path === "/tickets" && one.query.q === "路灯"));
    expect(router.currentRoute.value.query).toEqual({ q: "路灯", due: "overdue" });
    expect(page.findAll(".view").map((one) => one.classes("on"))).toEqual([true, false]);
    expect(page.find(".save").exists()).toBe(false);
  });

  it("are saved with the conditions of the list; an agent neither shares nor removes what is shared", async () => {
    await open("/tickets?urgent=1&state=open");
    await until("it can be saved", () => page.find(".save").exists() && page.findAll(".view").length === 2);
    expect(page.findAll(".drop")).toHaveLength(1);
    await page.find(".save").trigger("click");
    await until("it is asked how to call it", () => document.querySelector("#view-name") !== null);
    expect(document.querySelector("#naming .el-checkbox")).toBeNull();
    const name = document.querySelector<HTMLInputElement>("#view-name")!;
    name.value = "紧急的";
    name.dispatchEvent(new Event("input"));
    await flushPromises();
    document.querySelector<HTMLFormElement>("#naming")!.dispatchEvent(new Event("submit"));
    await until("it is saved", () => page.findAll(".view").length === 3);
    const saved = server.asked.find((one) => one.path === "/views" && one.method === "POST");
    expect(saved?.body).toEqual({ name: "紧急的", query: { state: "open", urgent: "1" }, shared: false });
    expect(page.find(".save").exists()).toBe(false);
  });
});

describe("the list of calls", () => {
  it("shows whom to call, how often nobody was reached, and figures that count these apart", async () => {
    await open("/calls");
    await until("it is there", () => page.findAll(".list li").length === 1);
    expect(page.text()).toContain("要打 7 个");
    expect(page.find(".list li").text()).toContain("打过 2 天没人接");
    expect(page.find(".list li .go").attributes("href")).toBe("/desk/tickets/HN1");
    const told = page.findAll("dl > div").map((one) => one.text());
    expect(told[1]).toContain("75%");
    expect(told[2]).toContain("66.7%");
    expect(told[3]).toContain("未联系上2");
    expect(page.find(".figures").text()).toContain("每次答复都算");
  });

  it("has a dash where nobody was heard", () => {
    expect([share(null), share(0), share(1), share(0.981)]).toEqual(["—", "0%", "100%", "98.1%"]);
  });
});
