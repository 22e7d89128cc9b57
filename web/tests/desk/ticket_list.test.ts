import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import { RouterView } from "vue-router";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import type { Ticket } from "../../desk/api/types";
import { router } from "../../desk/router";
import { forgetChoices } from "../../desk/state/choices";
import { session } from "../../desk/state/session";
import { tellOfTicket } from "../../desk/state/ticket_news";
import { DeskServer, ME, type Asked } from "../support/desk_server";
import { due, ticket } from "../support/tickets";
import { until } from "../support/until";

let server: DeskServer;
let page: VueWrapper;
let listed: (query: Record<string, string>) => Ticket[];

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  listed = () => [ticket({ number: "A" }), ticket({ number: "B", version: 5 })];
  server.instead = (asked: Asked) => {
    if (asked.path === "/departments") return { status: 200, body: { departments: [{ id: "d1", name: "甲局" }], categories: ["市政设施/路灯照明"], districts: ["某区"] } };
    if (asked.path === "/tickets") return { status: 200, body: { tickets: listed(asked.query), next: null } };
    if (asked.path === "/tickets/dispatch") {
      return { status: 200, body: { tickets: [
        { number: "A", ok: true, ticket: ticket({ number: "A", version: 4, state: "待签收" }) },
        { number: "B", ok: false, error: { code: "not_now", message: "这张工单现在是“待受理”，不能派单。" } },
      ] } };
    }
    if (asked.path.endsWith("/act")) return { status: 200, body: { number: "A", ticket: ticket(), gone: false } };
    return undefined;
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

async function open(path: string): Promise<void> {
  await router.replace(path);
  await router.isReady();
  page = mount(defineComponent({ render: () => h(RouterView) }), { global: { plugins: [router] }, attachTo: document.body });
  await flushPromises();
}

const asked = (): Record<string, string>[] => server.asked.filter((one) => one.path === "/tickets").map(({ query: { limit: _, ...query } }) => query);

describe("the list of tickets", () => {
  it("is what its address says, and its address is what was chosen", async () => {
    await open("/tickets?state=open&due=overdue&urgent=1&nonsense=1");
    await until("it is listed", () => page.findAll("li.line").length === 2);
    expect(asked()).toEqual([{ state: "open", due: "overdue", urgent: "1" }]);
    await page.findAll(".chips button").find((one) => one.text() === "紧急")!.trigger("click");
    await until("it is asked for", () => asked().length === 2);
    expect(router.currentRoute.value.query).toEqual({ state: "open", due: "overdue" });
    expect(asked()[1]).toEqual({ state: "open", due: "overdue" });
  });

  it("marks what is late and what is due within a day", async () => {
    listed = () => [ticket({ number: "A", due: due(-1) }), ticket({ number: "B", due: due(3) }), ticket({ number: "C", due: due(null) })];
    await open("/tickets");
    await until("it is listed", () => page.findAll("li.line").length === 3);
    expect(page.findAll("li.line").map((one) => ["late", "soon", "none"].filter((look) => one.classes().includes(look)))).toEqual([["late"], ["soon"], ["none"]]);
  });

  it("takes what changed elsewhere, never an older version, and says when something else changed", async () => {
    await open("/tickets");
    await until("it is listed", () => page.findAll("li.line").length === 2);
    tellOfTicket(ticket({ number: "A", version: 4, state: "待审核" }));
    tellOfTicket(ticket({ number: "B", version: 2, state: "待受理" }));
    await flushPromises();
    expect(page.findAll("li.line .state .state").map((one) => one.text())).toEqual(["待审核", "办理中"]);
    expect(page.find(".bar button").exists()).toBe(false);
    tellOfTicket(ticket({ number: "Z" }));
    await flushPromises();
    expect(page.find(".bar button").text()).toContain("刷新");
  });

  it("dispatches what is ticked, each on the version seen, and keeps ticked what was refused, with why", async () => {
    await open("/tickets");
    await until("it is listed", () => page.findAll("li.line").length === 2);
    await page.find("[aria-label=全部选中]").setValue(true);
    await page.findAll(".batch button").find((one) => one.text() === "批量派单")!.trigger("click");
    await until("the form is open", () => page.find(".el-dialog form").exists());
    await page.findAll(".el-dialog button").find((one) => one.text() === "派单")!.trigger("click");
    expect(page.find(".el-dialog [role=alert]").text()).toBe("请选择主办单位");
    const lead = page.findAllComponents({ name: "ElSelect" }).find((one) => one.props("ariaLabel") === "主办单位")!;
    lead.vm.$emit("update:modelValue", "d1");
    await page.findAll(".el-dialog button").find((one) => one.text() === "派单")!.trigger("click");
    await until("it is told", () => page.find(".refused").exists());
    expect(server.asked.find((one) => one.path === "/tickets/dispatch")?.body).toEqual({
      tickets: [{ number: "A", version: 3 }, { number: "B", version: 5 }], fields: { department: "d1" },
    });
    expect(page.find(".refused li").text()).toBe("B这张工单现在是“待受理”，不能派单。");
    expect(page.find(".batch").text()).toContain("已选 1 张");
  });

  it("of a department can't be ticked", async () => {
    session.user = { ...ME, role: "department", department: "甲局" };
    await open("/tickets");
    await until("it is listed", () => page.findAll("li.line").length === 2);
    expect(page.findAll("input[type=checkbox]")).toHaveLength(0);
  });
});

describe("a department's inbox", () => {
  it("shows first what must be signed for, each ticket once, and signs on the version seen", async () => {
    session.user = { ...ME, role: "department", department: "甲局" };
    const sign = { action: "sign", label: "签收", tone: "lead" as const, at_once: true };
    const [fresh, late] = [ticket({ number: "A", state: "待签收", due: due(-1), moves: [sign] }), ticket({ number: "B", due: due(-2) })];
    listed = (query) => (query.state === "待签收" ? [fresh] : query.due === "overdue" ? [late, fresh] : query.state === "办理中" ? [late] : []);
    await open("/inbox");
    await until("it is there", () => page.findAll(".card").length > 0);
    expect(page.findAll("section").map((one) => [one.attributes("aria-label"), one.findAll(".card b").map((number) => number.text())]))
      .toEqual([["待签收", ["A"]], ["已超期", ["B"]]]);
    await page.find(".card button").trigger("click");
    await until("it is signed", () => server.asked.some((one) => one.path === "/tickets/A/act"));
    expect(server.asked.find((one) => one.path === "/tickets/A/act")?.body).toEqual({ action: "sign", version: 3, fields: {} });
  });

  it("leaves nothing out that has no deadline", async () => {
    session.user = { ...ME, role: "department", department: "甲局" };
    listed = (query) => (query.state !== "待签收" ? [] : query.order === "due" ? [ticket({ number: "A" })] : [ticket({ number: "C", due: due(null) }), ticket({ number: "A" })]);
    await open("/inbox");
    await until("it is there", () => page.findAll(".card").length > 0);
    expect(page.findAll(".card b").map((one) => one.text())).toEqual(["A", "C"]);
  });
});
