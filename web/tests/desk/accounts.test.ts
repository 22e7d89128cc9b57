import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import { RouterView } from "vue-router";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import type { Account } from "../../desk/api/types";
import { router } from "../../desk/router";
import { watchActivity } from "../../desk/state/activity";
import { session } from "../../desk/state/session";
import { DeskServer, ME, type Asked } from "../support/desk_server";
import { pause, until } from "../support/until";

const Page = defineComponent({ render: () => h(RouterView) });
const REFUSED = (code: string, message: string): { status: number; body: unknown } =>
  ({ status: 401, body: { error: { code, message, details: {} } } });

let server: DeskServer;
let page: VueWrapper | null;
let account: Record<string, unknown> | null;
/** The code the account's app shows; null when it has no second factor. */
let code: string | null;
let accounts: Account[];

beforeAll(async () => {
  await Promise.all(router.getRoutes().map((route) => {
    const found = route.components?.default;
    return typeof found === "function" ? (found as () => Promise<unknown>)() : undefined;
  }));
}, 60_000);

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  page = account = code = null;
  accounts = [];
  server.instead = (asked: Asked) => {
    if (asked.path === "/login") {
      if (code) return { status: 200, body: { second_factor: true } };
      account = { ...ME };
      return { status: 200, body: { user: account } };
    }
    if (asked.path === "/login/code") {
      if (asked.body.code !== code) return REFUSED("wrong_code", "动态码不对");
      account = { ...ME };
      return { status: 200, body: { user: account } };
    }
    if (asked.path === "/sign_in_ways") return { status: 200, body: { oidc: "市政务账号" } };
    if (!account) return REFUSED("unauthorized", "请先登录");
    if (asked.path === "/me") return { status: 200, body: { user: account } };
    if (asked.path === "/active") return { status: 200, body: {} };
    if (asked.path === "/sessions") return { status: 200, body: { sessions: [] } };
    if (asked.path === "/second_factor") return { status: 200, body: { on: false, codes_left: 0 } };
    if (asked.path === "/second_factor/set_up") {
      return { status: 200, body: { secret: "AAAA BBBB", uri: "otpauth://totp/a", svg: "data:image/svg+xml,%3Csvg/%3E" } };
    }
    if (asked.path === "/second_factor/confirm") {
      account = { ...account, second_factor: true, must_set_up: false };
      return { status: 200, body: { user: account, codes: ["aaaa-bbbb-cccc", "dddd-eeee-ffff"] } };
    }
    if (asked.path === "/accounts" && asked.method === "GET") {
      return { status: 200, body: { accounts, departments: [{ id: "d1", name: "市城管局" }] } };
    }
    if (asked.path === "/accounts") return { status: 201, body: { password: "aaaa-bbbb-cccc" } };
    if (asked.path.startsWith("/accounts/")) return { status: 200, body: {} };
    return undefined;
  };
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  session.user = null;
  session.known = false;
});

afterEach(async () => {
  page?.unmount();
  await server.stop();
});

async function visit(path: string): Promise<VueWrapper> {
  await router.replace(path);
  await router.isReady();
  page = mount(Page, { global: { plugins: [router] }, attachTo: document.body });
  await flushPromises();
  return page;
}

const asked = (path: string): Record<string, unknown>[] => server.asked.filter((one) => one.path === path).map((one) => one.body);

describe("the second step of a sign-in", () => {
  it("asks for the code after the password, says when it is wrong, and goes on", async () => {
    code = "123456";
    const shown = await visit("/sign-in?back=/security");
    await shown.find("input[name=username]").setValue("agent3");
    await shown.find("input[name=password]").setValue("对的密码");
    await shown.find("form").trigger("submit");
    await until("the code is asked for", () => shown.find("input[name=code]").exists());
    expect(session.user).toBe(null);
    await shown.find("input[name=code]").setValue("000000");
    await shown.find("form").trigger("submit");
    await until("it is refused", () => shown.find("[role=alert]").exists());
    expect(shown.find("[role=alert]").text()).toBe("动态码不对");
    expect(router.currentRoute.value.name).toBe("sign-in");
    await shown.find("input[name=code]").setValue(" 123456 ");
    await shown.find("form").trigger("submit");
    await until("it goes on", () => router.currentRoute.value.name === "security");
    expect(asked("/login/code")).toEqual([{ code: "000000" }, { code: "123456" }]);
  });

  it("is where the organisation's own sign-in leads when the code is missing", async () => {
    code = "123456";
    const shown = await visit("/sign-in?step=code");
    expect(shown.find("input[name=code]").exists()).toBe(true);
  });
});

describe("the organisation's own sign-in", () => {
  it("is offered by its name, and says in words what went wrong there", async () => {
    const shown = await visit("/sign-in?problem=oidc_no_account");
    await until("it is offered", () => shown.find("a.other").exists());
    expect(shown.find("a.other").text()).toBe("用市政务账号登录");
    expect(shown.find("a.other").attributes("href")).toBe("/api/desk/oidc/start");
    expect(shown.find("[role=alert]").text()).toBe("坐席台没有您的账号，请联系管理员开通");
  });

  it("shows no words of the address", async () => {
    const shown = await visit("/sign-in?problem=请把密码发给我");
    expect(shown.find("[role=alert]").text()).toBe("登录没有成功，请再试一次");
  });
});

describe("a second factor that the role needs", () => {
  it("comes before anything else, and the codes are shown once", async () => {
    account = { ...ME, role: "admin", must_set_up: true };
    const shown = await visit("/conversations");
    expect(router.currentRoute.value.name).toBe("security");
    await until("the password is asked for", () => shown.find("input[name=password]").exists());
    await shown.find("input[name=password]").setValue("对的密码");
    await shown.find("form").trigger("submit");
    await until("the picture is shown", () => shown.find("img").exists());
    expect(asked("/second_factor/set_up")).toEqual([{ password: "对的密码" }]);
    await shown.find("input[name=code]").setValue("123456");
    await shown.find("form").trigger("submit");
    await until("the codes are shown", () => shown.findAll(".codes li").length === 2);
    expect(router.currentRoute.value.name).toBe("security");
    await shown.findAll(".codes button")[1]?.trigger("click");
    await until("it goes on", () => router.currentRoute.value.name === "accounts");
  });
});

describe("the page of accounts", () => {
  const one: Account = {
    id: "u7", username: "wang", display_name: "王某", role: "department", department_id: "d1", department: "市城管局",
    active: true, seen_at: null, one_time_until: null, second_factor: true, single_sign_on: false,
  };

  it("is an administrator's only", async () => {
    account = { ...ME, role: "supervisor" };
    await visit("/accounts");
    expect(router.currentRoute.value.name).not.toBe("accounts");
  });

  it("finds accounts by name, role and department", async () => {
    account = { ...ME, role: "admin" };
    accounts = [one, { ...one, id: "u8", username: "li", display_name: "李某", role: "agent", department: null, active: false }];
    const shown = await visit("/accounts");
    await until("they are listed", () => shown.findAll(".list li").length === 2);
    expect(shown.findAll(".tags")[1]?.text()).toBe("已停用");
    await shown.find("input").setValue("承办 城管");
    expect(shown.findAll(".list li").map((row) => row.find("strong").text())).toEqual(["王某"]);
  });

  it("shows the one-time password of a new account", async () => {
    account = { ...ME, role: "admin" };
    const shown = await visit("/accounts");
    await shown.findAll("button").find((button) => button.text() === "新建账号")?.trigger("click");
    const field = (name: string): HTMLInputElement => document.body.querySelector(`input[name=${name}]`) as HTMLInputElement;
    await until("the form is open", () => field("new-username") !== null);
    for (const [name, value] of [["new-username", "zuoxi9"], ["new-name", "坐席 9 号"]] as const) {
      field(name).value = value;
      field(name).dispatchEvent(new Event("input"));
    }
    await flushPromises();
    [...document.body.querySelectorAll("button")].find((button) => button.textContent?.trim() === "新建")?.click();
    await until("the password is shown", () => document.body.querySelector(".password")?.textContent === "aaaa-bbbb-cccc");
    expect(server.asked.find((each) => each.method === "POST" && each.path === "/accounts")?.body).toEqual({
      username: "zuoxi9", display_name: "坐席 9 号", role: "agent", department_id: null,
    });
  });
});

describe("what keeps a session going", () => {
  it("is a person at the page, and not the page", async () => {
    account = { ...ME };
    const stop = watchActivity(40);
    await until("the page only asks", () => asked("/me").length >= 2);
    expect(asked("/active")).toEqual([]);
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
    await until("the key is told", () => asked("/active").length === 1);
    const before = asked("/me").length;
    await until("it only asks again", () => asked("/me").length > before);
    expect(asked("/active").length).toBe(1);
    stop();
    const ended = server.asked.length;
    await pause(120);
    expect(server.asked.length).toBeLessThanOrEqual(ended + 1);
  });
});
