import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DeskClient } from "../../desk/api/client";
import { api } from "../../desk/api/desk";
import type { GapGroup as Group } from "../../desk/api/types";
import { home, maySeeKnowledge, session } from "../../desk/state/session";
import { DeskServer, ME } from "../support/desk_server";
import { until } from "../support/until";

const WINDOW = { days: 30, kind: "all" as const };

function group(over: Partial<Group> = {}): Group {
  return {
    id: "g1", question: "狂犬疫苗要打几针", count: 9, useless: 2, first_asked: "2026-11-20T02:00:00Z", last_asked: "2026-11-23T02:00:00Z",
    examples: [{ text: "狂犬疫苗要打几针", count: 5 }, { text: "<img src=x onerror=window.hit=1>", count: 2 }], wordings: 4,
    wrong: [{ id: "health-x", title: "预防接种证怎么补", department: "卫健委", count: 2, probability: 0, answers: false }],
    nearest: { id: "health-y", title: "疫苗收费吗", department: "卫健委", count: 0, probability: 0.31, answers: false },
    state: "open", handled: null, ...over,
  };
}

let server: DeskServer;
let shown: VueWrapper;
let GapGroup: typeof import("../../desk/components/GapGroup.vue").default;
let TryQuestion: typeof import("../../desk/components/TryQuestion.vue").default;

// Element Plus takes seconds to load the first time; that is no part of what is tested.
beforeAll(async () => {
  GapGroup = (await import("../../desk/components/GapGroup.vue")).default;
  TryQuestion = (await import("../../desk/components/TryQuestion.vue")).default;
}, 60_000);

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  const client = new DeskClient(server.url);
  vi.spyOn(api.client, "get").mockImplementation((path, query) => client.get(path, query));
  vi.spyOn(api.client, "post").mockImplementation((path, body) => client.post(path, body));
  session.user = { ...ME, role: "editor" };
});

afterEach(async () => {
  shown?.unmount();
  session.user = null;
  await server.stop();
});

const button = (name: string) => shown.findAll("button").find((one) => one.text().includes(name));

describe("a group of questions", () => {
  it("shows how often, the other wordings as words, what it was answered with and what is nearest", async () => {
    shown = mount(GapGroup, { props: { group: group(), window: WINDOW } });
    const text = shown.text();
    for (const part of ["9", "未答 7", "没用 2", "×2", "答成了预防接种证怎么补", "最接近疫苗收费吗 把握 31%"]) expect(text).toContain(part);
    expect(shown.find("img").exists()).toBe(false);
    expect(shown.findAll(".examples li")).toHaveLength(1);
    server.instead = () => ({ status: 200, body: { group: group({
      examples: ["狂犬疫苗要打几针", "甲", "乙", "丙"].map((one) => ({ text: one, count: 1 })),
    }) } });
    await button("还有 2 种说法")?.trigger("click");
    await until("all wordings are shown", () => shown.findAll(".examples li").length === 3);
    expect(server.asked[0]).toMatchObject({ path: "/knowledge/gaps/g1", query: { days: "30", kind: "all" } });
  });

  it("names no entry as the nearest when none is near", () => {
    shown = mount(GapGroup, { props: { group: group({ nearest: null }), window: WINDOW } });
    expect(shown.text()).toContain("最接近知识库里没有相近的条目");
  });

  it("is set aside by an editor, and says why when that fails", async () => {
    shown = mount(GapGroup, { props: { group: group(), window: WINDOW } });
    server.instead = () => ({ status: 404, body: { error: { code: "no_group", message: "没有这组问题", details: {} } } });
    await button("忽略")?.trigger("click");
    await until("the refusal is shown", () => shown.find("[role=alert]").exists());
    expect(shown.emitted("changed")).toBeUndefined();
    server.instead = () => ({ status: 200, body: { ok: true } });
    await button("忽略")?.trigger("click");
    await until("the list is told", () => shown.emitted("changed"));
    expect(server.asked.at(-1)).toMatchObject({ method: "POST", path: "/knowledge/gaps/g1/dismiss", body: WINDOW });
  });

  it("offers an agent nothing to press that would be refused", () => {
    session.user = { ...ME, role: "agent" };
    shown = mount(GapGroup, { props: { group: group(), window: WINDOW } });
    expect(button("起草条目")).toBeUndefined();
    expect(button("忽略")).toBeUndefined();
  });

  it("says who handled it and how often it was asked since", () => {
    const handled = { state: "drafted" as const, by: "编辑 2 号", at: "2026-11-22T02:00:00Z", draft: "health-z", since: 3 };
    shown = mount(GapGroup, { props: { group: group({ state: "drafted", handled }), window: WINDOW } });
    expect(shown.text()).toContain("已起草health-z · 编辑 2 号 2026-11-22");
    expect(shown.text()).toContain("之后又问了 3 次");
    expect(button("起草条目")).toBeUndefined();
    expect(button("重新列为待处理")).toBeDefined();
  });
});

describe("trying a question", () => {
  it("shows what would be said, sanitised, and the hits with their probability", async () => {
    server.instead = () => ({ status: 200, body: {
      outcome: "answer",
      card: { kind: "answer", entry: "a", title: "身份证丢了怎么补办？", html: "<p>去<strong>派出所</strong><script>window.hit=1</script></p>" },
      hits: [{ id: "a", title: "身份证丢了怎么补办？", department: "公安局", probability: 0.93, variant: "身份证掉了" }],
    } });
    shown = mount(TryQuestion, { attachTo: document.body });
    await shown.find("input").setValue("  身份证丢了 ");
    await shown.find("form").trigger("submit");
    await until("the answer is shown", () => shown.find(".html strong").exists());
    expect(server.asked[0]?.query).toEqual({ q: "身份证丢了" });
    expect(shown.find(".html script").exists()).toBe(false);
    expect(shown.text()).toContain("直接回答");
    expect(shown.text()).toContain("93%");
  });

  it("asks nothing when nothing is typed", async () => {
    shown = mount(TryQuestion);
    await shown.find("form").trigger("submit");
    await flushPromises();
    expect(server.asked).toHaveLength(0);
  });
});

describe("who sees the page", () => {
  it.each([["editor", true, "/knowledge"], ["agent", true, "/conversations"], ["department", false, "/inbox"]])(
    "%s", (role, sees, where) => {
      session.user = { ...ME, role };
      expect([maySeeKnowledge(), home()]).toEqual([sees, where]);
    });
});
