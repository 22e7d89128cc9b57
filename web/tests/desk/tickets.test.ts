import { describe, expect, it } from "vitest";
import { dueLook } from "../../desk/state/deadline";
import { once } from "../../desk/state/heaps";
import { inOrder, missing, opened, shown, toFields, type Values } from "../../desk/state/moves";
import { counted, HEAPS, INBOX } from "../../desk/state/overview";
import { facts } from "../../desk/state/ticket_facts";
import { ALL, fromQuery, narrowed, toQuery } from "../../desk/state/ticket_filter";
import { due, field, move, ticket } from "../support/tickets";

describe("the filter in the address", () => {
  it("comes back as it went in, and holds only what narrows the list", () => {
    const filter = { ...ALL, state: "open", q: "路灯 坏", due: "overdue" as const, urgent: true, order: "due" as const };
    expect(toQuery(filter)).toEqual({ state: "open", q: "路灯 坏", due: "overdue", urgent: "1", order: "due" });
    expect(fromQuery(toQuery(filter))).toEqual(filter);
    expect(toQuery(ALL)).toEqual({});
  });

  it("takes nothing from an address that it does not know", () => {
    expect(fromQuery({ due: "never", order: "x", urgent: "yes", state: ["办理中", "待签收"], odd: "1", q: null }))
      .toEqual({ ...ALL, state: "办理中" });
  });

  it("does not call a list narrowed that is only in another order", () => {
    expect([narrowed({ ...ALL, order: "due" }), narrowed({ ...ALL, disputed: true })]).toEqual([false, true]);
  });

  it("of each heap leads to the list that the heap counts", () => {
    for (const heap of [...HEAPS, ...INBOX]) expect(fromQuery(toQuery(heap.filter))).toEqual({ ...ALL, ...heap.filter });
  });
});

describe("a deadline", () => {
  const now = Date.now();
  it.each([[-0.1, "late"], [0.5, "soon"], [23.9, "soon"], [24.1, "calm"], [null, "none"]])("in %s hours", (hours, look) => {
    expect(dueLook(due(hours), now)).toBe(look);
  });
});

describe("a move's form", () => {
  const reply = move("reply", [field("public", "text", { required: true }), field("confidential"), field("override", "text", { asked: "doubted" })]);

  it("asks for a reason only when something was doubted, and then it must be given", () => {
    const values: Values = { public: "修好了", confidential: " ", override: null };
    const calm = shown(reply, values, false);
    expect(calm.map((one) => one.name)).toEqual(["public", "confidential"]);
    expect(missing(calm, values)).toEqual({});
    expect(missing(shown(reply, values, true), values)).toEqual({ override: "请填写override" });
  });

  it("sends what was filled in, zero and no included, and nothing else", () => {
    const fields = [field("a"), field("b", "flag"), field("c", "number"), field("d", "departments"), field("e", "stars"), field("f")];
    expect(toFields(fields, { a: "  好 ", b: false, c: 0, d: [], e: null, f: " ", g: "x" })).toEqual({ a: "好", b: false, c: 0 });
  });

  it("says of what must be chosen that it must be", () => {
    const fields = [field("单位", "department", { required: true }), field("联系上了", "flag", { required: true }), field("天数", "number", { required: true })];
    expect(missing(fields, { 单位: "", 联系上了: null, 天数: null })).toEqual({ 单位: "请选择单位", 联系上了: "请选择联系上了", 天数: "请填写天数" });
    expect(missing(fields, { 单位: "d1", 联系上了: false, 天数: 1 })).toEqual({});
  });

  it("asks nothing more about somebody who was not reached", () => {
    const callback = move("callback", [field("reached", "flag"), field("solved", "flag", { asked: "reached" }), field("satisfied", "stars", { asked: "reached" }), field("why")]);
    expect(shown(callback, { reached: false }, false).map((one) => one.name)).toEqual(["reached", "why"]);
    expect(shown(callback, { reached: null }, false)).toHaveLength(4);
  });

  it("opens with the best suggestion, and with the days that were asked for", () => {
    const best = { department_id: "d1", name: "甲局", confidence: 0.8, reason: "牵头单位", assisting: ["乙局"] };
    const dispatch = move("dispatch", [field("department", "department"), field("assisting", "departments"), field("note")]);
    expect(opened(dispatch, [best], (names) => names.map((name) => `id of ${name}`)))
      .toEqual({ department: "d1", assisting: ["id of 乙局"], note: null });
    expect(opened(move("grant_extension", [field("days", "number", { value: 3 })]), [], () => [])).toEqual({ days: 3 });
    expect(opened(move("ask_return", [field("department", "department")]), [best], () => [])).toEqual({ department: null });
  });

  it("has its button where a hand looks for it: what leads on first, what ends it last", () => {
    expect(inOrder([move("decline", [], { tone: "grave" }), move("note"), move("accept", [], { tone: "lead" }), move("urge")]).map((one) => one.action))
      .toEqual(["accept", "note", "urge", "decline"]);
  });
});

describe("heaps", () => {
  it("show each ticket once, where it is most pressing", () => {
    const [a, b] = [ticket({ number: "A" }), ticket({ number: "B" })];
    const heaps = [{ ...INBOX[0]!, rows: [a], more: false }, { ...INBOX[1]!, rows: [a, b], more: true }];
    expect(once(heaps).map((heap) => heap.rows.map((row) => row.number))).toEqual([["A"], ["B"]]);
    expect([counted(12, false), counted(100, true)]).toEqual(["12", "100+"]);
  });
});

describe("the facts of a ticket", () => {
  it("call a department proposed only until the ticket is dispatched", () => {
    const names = (one: Parameters<typeof facts>[0]): string[] => facts(one).map((fact) => fact.name);
    expect(names(ticket({ department: null, suggested_department: "某局" }))).toContain("建议承办");
    expect(names(ticket({ suggested_department: "某局" }))).not.toContain("建议承办");
  });

  it("tell how often it went back, and nothing where it never did", () => {
    const rounds = { returns: 2, extensions: 0, suspensions: 0, redos: 1, urges: 0, unreached: 0 };
    expect(facts(ticket({ rounds })).find((fact) => fact.name === "经过")?.value).toBe("退单 2 次，重办 1 次");
    expect(facts(ticket({ rounds: { ...rounds, returns: 0, redos: 0 } })).some((fact) => fact.name === "经过")).toBe(false);
  });
});
