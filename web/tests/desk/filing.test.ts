import { describe, expect, it } from "vitest";
import type { Readings } from "../../desk/api/filing";
import { basis, changes, doubtful, empty, fill, lacking, news, ofTicket, told } from "../../desk/state/filing";
import { forMe, lasted } from "../../desk/state/phone";
import type { RungCall } from "../../desk/api/phone";
import { ticket } from "../support/tickets";

const READ: Readings = {
  type: { value: "投诉", sure: false, source: "guessed", share: null },
  category: { value: "市政设施/路灯照明", sure: true, source: "said", share: 0.874 },
  address: { value: "龙湖路", sure: true, source: "form", share: null },
};

describe("the form", () => {
  it("takes what was read into empty fields only", () => {
    const fields = { ...empty(), address: "我写的" };
    fill(fields, READ);
    expect(fields).toMatchObject({ type: "投诉", category: "市政设施/路灯照明", address: "我写的" });
  });

  it("says what a value rests on until the agent changes it", () => {
    const fields = empty();
    fill(fields, READ);
    expect(basis("category", fields, READ)).toBe("听出来的 87%");
    expect(basis("address", fields, READ)).toBe("群众填的");
    expect(basis("type", fields, READ)).toBe("没把握，请核对");
    expect(doubtful(fields, READ)).toEqual(["type"]);
    fields.type = "求助";
    expect(doubtful(fields, READ)).toEqual([]);
    expect(basis("type", fields, READ)).toBeNull();
  });

  it("needs a type and a story", () => {
    expect(Object.keys(lacking(empty()))).toEqual(["type", "content"]);
    expect(lacking({ ...empty(), type: "投诉", content: "路灯坏了" })).toEqual({});
  });

  it("sends only what was changed of a filed ticket, and no masked contact", () => {
    const before = ofTicket(ticket({ content: "路灯坏了", contact_phone: "138****0000" }));
    expect(before.contact_phone).toBe("");
    expect(changes(before, { ...before, address: "龙湖路" })).toEqual({ address: "龙湖路" });
    expect(changes(before, { ...before })).toEqual({});
  });
});

describe("what the citizen says while the form is open", () => {
  const said = (value: string) => ({ value, sure: true, source: "said" as const, share: null });
  const before: Readings = { content: said("窗口态度差"), district: said("田家庵区") };
  const since: Readings = { content: said("窗口态度差\n今天上午十点去问过户"), address: said("政务大厅二楼"), district: said("谢家集区"), happened_at: said("今天上午十点") };

  it("is offered for fields that nobody has typed in", () => {
    const fields = { ...empty(), content: "窗口态度差", district: "田家庵区" };
    const fresh = news(fields, before, since);
    expect(Object.keys(fresh)).toEqual(["content", "address", "district", "happened_at"]);
    expect(told(fresh, before)).toBe("诉求内容 今天上午十点去问过户；发生地点 政务大厅二楼；所在县区 谢家集区；发生时间 今天上午十点");
  });

  it("never replaces what the agent has typed, nor brings back what was cleared", () => {
    const fields = { ...empty(), content: "我改写过的", address: "我写的", district: "" };
    expect(Object.keys(news(fields, before, since))).toEqual(["happened_at"]);
    expect(news({ ...empty(), content: "窗口态度差", district: "田家庵区" }, before, before)).toEqual({});
    expect(told({}, before)).toBe("");
  });
});

describe("a ringing call", () => {
  const call = { id: "1", state_code: "ringing", agent_id: null } as RungCall;

  it("is for whom it names, or for all who are free", () => {
    expect(forMe(call, "me", false)).toBe(true);
    expect(forMe(call, "me", true)).toBe(false);
    expect(forMe({ ...call, agent_id: "me" }, "me", true)).toBe(true);
    expect(forMe({ ...call, agent_id: "other" }, "me", false)).toBe(false);
    expect(forMe({ ...call, state_code: "talking" }, "me", false)).toBe(false);
  });

  it("tells how long it lasted", () => {
    expect([lasted(null), lasted(8), lasted(185)]).toEqual(["", "8 秒", "3 分 5 秒"]);
  });
});
