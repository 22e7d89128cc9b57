import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import { RouterView } from "vue-router";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import type { Move, Ticket, TicketEvent } from "../../desk/api/types";
import { router } from "../../desk/router";
import { forgetChoices } from "../../desk/state/choices";
import { session } from "../../desk/state/session";
import { tellOfTicket } from "../../desk/state/ticket_news";
import { DeskServer, ME, type Asked } from "../support/desk_server";
import { field, move, ticket } from "../support/tickets";
import { until } from "../support/until";

const NUMBER = "HN2026112300001";
const REPLY = move("reply", [field("public", "text", { label: "公开答复", required: true, max: 4000 }), field("override", "text", { label: "仍要提交的理由", max: 500, asked: "doubted" })], { label: "提交答复" });

let server: DeskServer;
let page: VueWrapper;
let now: { ticket: Ticket; may: Move[]; events: TicketEvent[] };
/** What the server answers to a move; null: it is made. */
let refusal: { status: number; error: { code: string; message: string; details: object } } | null;

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  now = { ticket: ticket(), may: [REPLY], events: [] };
  refusal = null;
  server.instead = (asked: Asked) => {
    if (asked.path === "/departments") return { status: 200, body: { departments: [{ id: "d1", name: "甲局" }], categories: [], districts: [] } };
    if (asked.path === `/tickets/${NUMBER}/act`) {
      if (refusal) return { status: refusal.status, body: { error: refusal.error } };
      now.ticket = { ...now.ticket, version: now.ticket.version + 1, state: "待审核" };
      now.may = [];
      return { status: 200, body: { number: NUMBER, ticket: now.ticket, gone: false } };
    }
    if (asked.path === `/tickets/${NUMBER}`) return { status: 200, body: { ...now, suggestions: [] } };
    return undefined;
  };
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  session.user = { ...ME };
  session.known = true;
  await router.replace(`/tickets/${NUMBER}`);
  await router.isReady();
});

afterEach(async () => {
  page.unmount();
  forgetChoices();
  await server.stop();
});

async function open(): Promise<void> {
  page = mount(defineComponent({ render: () => h(RouterView) }), { global: { plugins: [router] }, attachTo: document.body });
  await until("the ticket is open", () => page.find("h1").exists() && page.find(".actions").exists());
}

function button(label: string): HTMLButtonElement {
  const found = [...document.querySelectorAll("button")].find((one) => one.textContent?.trim() === label && !one.closest("[style*='display: none']"));
  if (!found) throw new Error(`no button ${label}`);
  return found;
}

function dialogButton(label: string): HTMLButtonElement {
  const found = [...document.querySelectorAll<HTMLButtonElement>(".el-dialog button")].find((one) => one.textContent?.trim() === label);
  if (!found) throw new Error(`no button ${label} in the dialog`);
  return found;
}

const words = (): HTMLTextAreaElement => document.querySelector<HTMLTextAreaElement>(".el-dialog textarea")!;
const told = (): string => document.querySelector(".el-dialog")?.textContent ?? "";
const sent = (): Asked[] => server.asked.filter((asked) => asked.path.endsWith("/act"));

async function write(text: string, label: string): Promise<void> {
  button(label).click();
  await until("the form is open", () => document.querySelector(".el-dialog textarea") !== null);
  words().value = text;
  words().dispatchEvent(new Event("input"));
  await flushPromises();
}

describe("a ticket's page", () => {
  it("offers what the server lets this account do, and says why not the rest", async () => {
    now.may = [move("accept", [], { label: "受理" }), move("ask_return", [], { label: "退单申请", why_not: "派单已经超过 2 个工作日，不能再申请退单。" })];
    await open();
    const buttons = page.findAll(".actions button").map((one) => [one.text(), one.attributes("disabled") !== undefined]);
    expect(buttons).toEqual([["受理", false], ["退单申请", true]]);
    expect(page.find(".stopped").text()).toBe("退单申请：派单已经超过 2 个工作日，不能再申请退单。");
  });

  it("sends a move with the version it was made on", async () => {
    await open();
    await write("路灯已于今天修好", "提交答复");
    dialogButton("提交答复").click();
    await until("it was made", () => page.find("header .state").text() === "待审核");
    expect(sent().map((asked) => asked.body)).toEqual([{ action: "reply", version: 3, fields: { public: "路灯已于今天修好" } }]);
  });

  it("sends nothing without what must be filled in", async () => {
    await open();
    await write("  ", "提交答复");
    dialogButton("提交答复").click();
    await until("it is told", () => told().includes("请填写公开答复"));
    expect(sent()).toEqual([]);
  });

  it("keeps what was typed when somebody was faster, says who, and sends it again on the new version", async () => {
    await open();
    await write("路灯已于今天修好", "提交答复");
    refusal = { status: 409, error: { code: "stale", message: "旧的", details: {} } };
    now.ticket = ticket({ version: 7 });
    now.events = [{ at: "2026-11-23T02:00:00Z", actor: "班长 1 号", action: "督办", from_state: null, to_state: null, note: null }];
    dialogButton("提交答复").click();
    await until("it is told", () => told().includes("刚才班长 1 号已经“督办”"));
    expect(words().value).toBe("路灯已于今天修好");
    refusal = null;
    dialogButton("看过了，提交").click();
    await until("it was made", () => page.find("header .state").text() === "待审核");
    expect(sent().map((asked) => asked.body.version)).toEqual([3, 7]);
  });

  it("shows what was only added meanwhile, and disturbs nobody who is writing", async () => {
    await open();
    await write("路灯已于今天修好", "提交答复");
    now.events = [{ at: "2026-11-23T02:00:00Z", actor: "群众", action: "催办", from_state: null, to_state: null, note: "三天了" }];
    tellOfTicket(now.ticket);
    await until("the history shows it", () => page.text().includes("三天了"));
    expect(told()).not.toContain("刚才");
    dialogButton("提交答复").click();
    await until("it was made", () => page.find("header .state").text() === "待审核");
    expect(sent().map((asked) => asked.body.version)).toEqual([3]);
  });

  it("keeps what was typed, and sends no more, when the move is no longer possible", async () => {
    await open();
    await write("路灯已于今天修好", "提交答复");
    now.ticket = ticket({ version: 4, state: "不予受理" });
    now.may = [];
    tellOfTicket(now.ticket);
    await until("it is told", () => told().includes("现在是“不予受理”，不能提交答复了"));
    expect(words().value).toBe("路灯已于今天修好");
    expect(dialogButton("看过了，提交").disabled).toBe(true);
  });

  it("shows each doubt about a reply, and sends it only with a reason", async () => {
    await open();
    await write("已转相关部门", "提交答复");
    refusal = { status: 400, error: { code: "reply_warnings", message: "", details: { warnings: [{ code: "a", text: "太短" }, { code: "b", text: "只说转给别的单位" }] } } };
    dialogButton("提交答复").click();
    await until("the doubts are told", () => document.querySelectorAll(".warnings li").length === 2);
    refusal = null;
    dialogButton("照样提交").click();
    await until("a reason is asked for", () => told().includes("请填写仍要提交的理由"));
    expect(sent()).toHaveLength(1);
    const reason = document.querySelectorAll<HTMLTextAreaElement>(".el-dialog textarea")[1]!;
    reason.value = "已电话说明";
    reason.dispatchEvent(new Event("input"));
    await flushPromises();
    dialogButton("照样提交").click();
    await until("it was made", () => page.find("header .state").text() === "待审核");
    expect(sent()[1]?.body.fields).toEqual({ public: "已转相关部门", override: "已电话说明" });
  });
});
