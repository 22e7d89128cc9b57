import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import { RouterView } from "vue-router";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import { router } from "../../desk/router";
import { forget } from "../../desk/state/board";
import { session } from "../../desk/state/session";
import { DeskServer, ME, conversation, type Asked } from "../support/desk_server";
import { until } from "../support/until";

const Page = defineComponent({ render: () => h(RouterView) });

let server: DeskServer;
let page: VueWrapper;
let account: Record<string, unknown> | null;

// Element Plus takes seconds to load the first time; that is no part of what is tested.
beforeAll(async () => {
  await Promise.all(router.getRoutes().map((route) => {
    const page = route.components?.default;
    return typeof page === "function" ? (page as () => Promise<unknown>)() : undefined;
  }));
}, 60_000);

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  account = null;
  server.instead = (asked: Asked) => {
    if (asked.path === "/me" && !account) {
      return { status: 401, body: { error: { code: "unauthorized", message: "请先登录", details: {} } } };
    }
    if (asked.path === "/login" && asked.body.password !== "对的密码") {
      return { status: 401, body: { error: { code: "unauthorized", message: "账号或密码不对", details: {} } } };
    }
    return ["/me", "/login"].includes(asked.path) ? { status: 200, body: { user: account ?? ME } } : undefined;
  };
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  session.user = null;
  session.known = false;
});

afterEach(async () => {
  page.unmount();
  forget();
  await server.stop();
});

async function visit(path: string): Promise<void> {
  await router.replace(path);
  await router.isReady();
  page = mount(Page, { global: { plugins: [router] }, attachTo: document.body });
  await flushPromises();
}

async function signIn(password: string): Promise<void> {
  await page.find("input[name=username]").setValue("agent3");
  await page.find("input[name=password]").setValue(password);
  await page.find("form").trigger("submit");
}

describe("signing in", () => {
  it("asks for it first, shows the server's refusal, and then goes where the agent wanted to go", async () => {
    await visit("/tickets?state=待受理");
    expect(router.currentRoute.value.name).toBe("sign-in");
    await signIn("错的密码");
    await until("the refusal is shown", () => page.find("[role=alert]").exists());
    expect(page.find("[role=alert]").text()).toBe("账号或密码不对");
    expect((page.find("input[name=password]").element as HTMLInputElement).value).toBe("");
    account = { ...ME };
    await signIn("对的密码");
    await until("the list is open", () => router.currentRoute.value.name === "tickets");
    expect(router.currentRoute.value.query).toEqual({ state: "待受理" });
  });

  it("leads from the bare address to the desk, not to the page for people without rights", async () => {
    await visit("/");
    account = { ...ME };
    await signIn("对的密码");
    await until("the desk is open", () => router.currentRoute.value.name === "conversations");
  });

  it("does not follow an address on another site", async () => {
    await visit("/sign-in?back=//evil.example.com/x");
    account = { ...ME };
    await signIn("对的密码");
    await until("the desk is open", () => router.currentRoute.value.name === "conversations");
  });

  it("makes a new account change its password before anything else", async () => {
    account = { ...ME, must_change_password: true };
    await visit("/conversations");
    expect(router.currentRoute.value.name).toBe("password");
    const fill = async (old: string, fresh: string, again: string): Promise<string> => {
      await page.find("input[name=old]").setValue(old);
      await page.find("input[name=new]").setValue(fresh);
      await page.find("input[name=again]").setValue(again);
      await page.find("form").trigger("submit");
      return page.find("[role=alert]").exists() ? page.find("[role=alert]").text() : "";
    };
    expect(await fill("初始口令", "太短", "太短")).toBe("新密码至少 10 位");
    expect(await fill("初始口令", "0123456789", "012345678X")).toBe("两次填写的新密码不一致");
    expect(server.asked.some((asked) => asked.path === "/password")).toBe(false);
    expect(await fill("初始口令", "0123456789", "0123456789")).toBe("");
    await until("the desk is open", () => router.currentRoute.value.name === "conversations");
    expect(server.asked.find((asked) => asked.path === "/password")?.body).toEqual({ old: "初始口令", new: "0123456789" });
  });

  it("shows a department its tickets and not the queue it may not see", async () => {
    account = { ...ME, role: "department" };
    await visit("/conversations");
    expect(router.currentRoute.value.name).toBe("inbox");
  });
});

describe("a conversation's page", () => {
  it("lets only its own agent write, and shows citizens' words as words", async () => {
    account = { ...ME };
    server.put(conversation("a", { mode: "human", agent: { id: "u2", display_name: "坐席 5 号" } }));
    server.messages = [{
      id: "m1", seq: 1, direction: "in", sender: "citizen", sender_name: "网页访客", kind: "text",
      text: "<img src=x onerror=window.hit=1>", created_at: "2026-11-23T02:00:00Z", buttons: [], card: null, client_id: null,
    }];
    await visit("/conversations/a");
    await until("it is shown", () => page.find(".bubble").exists());
    expect(page.find(".bubble").text()).toBe("<img src=x onerror=window.hit=1>");
    expect(page.find("textarea").exists()).toBe(false);
    expect(page.text()).toContain("您可以查看，不能回复");
  });

  it("passes it on only with a note, and into the queue when nobody else is there", async () => {
    account = { ...ME };
    server.put(conversation("a", { mode: "human", agent: { id: ME.id, display_name: ME.display_name } }));
    await visit("/conversations/a");
    await until("it is shown", () => page.find(".acts").exists());
    await page.findAll(".acts button").find((button) => button.text() === "转接")?.trigger("click");
    const dialog = (): Element => document.body.querySelector(".el-dialog") as Element;
    await until("nobody is there", () => dialog()?.textContent?.includes("现在没有别的坐席能接") === true);
    const confirm = (): HTMLButtonElement => dialog().querySelector("footer .el-button--primary") as HTMLButtonElement;
    expect(confirm().disabled).toBe(true);
    const note = dialog().querySelector("textarea") as HTMLTextAreaElement;
    note.value = "要懂社保的同事";
    note.dispatchEvent(new Event("input"));
    await until("it can be passed on", () => !confirm().disabled);
    confirm().click();
    await until("it was", () => server.asked.some((one) => one.path === "/conversations/a/transfer"));
    expect(server.asked.find((one) => one.path.endsWith("/transfer"))?.body).toEqual({ to: null, note: "要懂社保的同事" });
    await until("the note is shown", () => page.find(".passed").exists());
    expect(page.find(".passed").text()).toContain("要懂社保的同事");
    expect(page.find(".acts").exists()).toBe(false);
  });

  it("tells what happened, newest first, and what happens while it is open", async () => {
    account = { ...ME };
    const agent = { id: ME.id, display_name: ME.display_name };
    const event = { actor: "citizen" as const, agent: null, reason: null, facts: {} };
    server.put(conversation("a", { mode: "waiting" }));
    server.happened = [
      { ...event, nth: 1, at: "2026-11-23T02:00:00Z", kind: "opened" },
      { ...event, nth: 4, at: "2026-11-23T02:01:00Z", kind: "handed_over", reason: "citizen_asked" },
    ];
    await visit("/conversations/a");
    const lines = (): string[] => page.findAll(".happened li span").map((line) => line.text());
    await until("it is shown", () => lines().length === 2);
    expect(lines()).toEqual(["群众要求转人工", "会话开始"]);
    server.happened.push({ ...event, nth: 5, at: "2026-11-23T02:02:00Z", kind: "taken", agent, facts: { waited_s: 60 } });
    await page.findAll("button").find((button) => button.text() === "接入")?.trigger("click");
    await until("the take-over is told", () => lines()[0] === "坐席 3 号接入（群众等了 1 分 00 秒）");
    expect(lines().length).toBe(3);
  });
});

describe("a ticket's deadlines", () => {
  const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const ticket = (over: Record<string, unknown>): Record<string, unknown> => ({
    number: "HN2026112300001", type: "投诉", category: null, district: null, state: "待受理", created_at: at(0), summary: "路灯坏了",
    conversation_id: null, content: "路灯坏了", version: 1, urgency: null, supervised: false, disputed: false, corrected: false, department: null, due: {
      rule: "其他", basis: "", example: true, provisional: false, next: { step: "签收", step_code: "sign", at: at(-2) },
      steps: [{ step: "签收", step_code: "sign", at: at(-2) }, { step: "办结", step_code: "close", at: at(50) }],
    }, ...over,
  });

  /** The desk with this one ticket. */
  function serve(one: Record<string, unknown>): void {
    account = { ...ME };
    const before = server.instead;
    server.instead = (asked: Asked) => {
      if (asked.path === "/tickets") return { status: 200, body: { tickets: [one], next: null } };
      if (asked.path.startsWith("/tickets/")) return { status: 200, body: { ticket: one, events: [], may: [], suggestions: [] } };
      return before(asked);
    };
  }

  it("stand in the list with what is left, and an example says that it is one", async () => {
    serve(ticket({}));
    await visit("/tickets");
    await until("the ticket is listed", () => page.find(".due").exists());
    expect(page.find(".due .left").text()).toMatch(/^已超 [12] 小时/);
    expect(page.find(".due .left").classes()).toContain("late");
    expect(page.findAll(".due .mark").map((mark) => mark.text())).toEqual(["示例"]);
  });

  it("stand on its page with their grounds, beside what the form asked for", async () => {
    const due = {
      rule: "其他", basis: "《某市办理规则》（某政办〔2026〕7号）", example: false, provisional: true,
      next: { step: "办结", step_code: "close", at: at(50) }, steps: [{ step: "办结", step_code: "close", at: at(50) }],
    };
    serve(ticket({ due, details: [{ name: "meter_number", label: "水表号", value: "A12" }] }));
    await visit("/tickets/HN2026112300001");
    await until("the ticket is open", () => page.find("dl").exists());
    expect(page.find(".due .left").text()).toMatch(/^还剩 2 天 [12] 小时$/);
    const fields = Object.fromEntries(page.findAll("dl div").map((one) => [one.find("dt").text(), one.find("dd").text()]));
    expect(fields["水表号"]).toBe("A12");
    expect(fields["办结期限"]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/);
    expect(fields["时限依据"]).toBe("《某市办理规则》（某政办〔2026〕7号） · 其他；放假安排公布后会重新计算");
    expect(page.findAll(".due .mark").map((mark) => mark.text())).toEqual(["暂定"]);
  });
});
