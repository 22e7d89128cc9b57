import { describe, expect, it } from "vitest";
import type { Happening } from "../../desk/api/types";
import { lasted, told } from "../../desk/state/happened";

function one(kind: string, over: Partial<Happening> = {}): Happening {
  return { nth: 1, at: "2026-11-23T02:00:00Z", kind, actor: "system", agent: null, reason: null, facts: {}, ...over };
}

describe("what happened, as agents read it", () => {
  const agent = { id: "u1", display_name: "坐席 3 号" };

  it("names the agent and how long it took", () => {
    expect(told(one("taken", { agent, facts: { waited_s: 65.4 } }))).toBe("坐席 3 号接入（群众等了 1 分 05 秒）");
    expect(told(one("taken", { agent }))).toBe("坐席 3 号接入");
    expect(told(one("first_reply", { agent, facts: { after_s: 8.2 } }))).toBe("坐席 3 号首次回复（接入后 8 秒）");
    expect(told(one("handed_back", { agent, facts: { held_s: 3_780 } }))).toBe("坐席 3 号交还机器人（接待 1 小时 03 分）");
    expect(told(one("handed_back", { agent, facts: { note: "已答应回电" } }))).toBe("坐席 3 号交还机器人：已答应回电");
  });

  it("tells who passed it on and why, and when it became quiet", () => {
    const [to, facts] = [{ id: "u2", display_name: "坐席 5 号" }, { note: "请核实楼栋" }];
    expect(told(one("transferred", { agent, to, facts }))).toBe("坐席 3 号转给坐席 5 号：请核实楼栋");
    expect(told(one("transferred", { agent, to: null, facts }))).toBe("坐席 3 号转回排队：请核实楼栋");
    expect(told(one("idle", { facts: { quiet_s: 1_803 } }))).toBe("静默（30 分 03 秒没人说话）");
    expect(told(one("closed", { facts: { quiet_s: 86_400 } }))).toBe("会话结束（24 小时 00 分没人说话）");
    expect(told(one("closed", { actor: "agent", agent, facts: { held_s: 61 } }))).toBe("坐席 3 号结束会话（接待 1 分 01 秒）");
    expect(told(one("closed", { actor: "agent", agent, facts: { disposition: "sent_on" } }))).toBe("坐席 3 号结束会话，告知找哪个部门");
    expect(told(one("opened", { facts: { again: false } }))).toBe("会话开始");
    expect(told(one("opened", { facts: { again: true } }))).toBe("群众又来说话，会话重新开始");
  });

  it("says why a human was needed, and why one no longer is", () => {
    expect(told(one("handed_over", { reason: "low_confidence" }))).toBe("助手答不准，转人工");
    expect(told(one("left_queue", { facts: { why: "asked", waited_s: 4 } }))).toBe("群众不等了（等了 4 秒）");
    expect(told(one("left_queue", { facts: { why: "no_danger" } }))).toBe("群众说没有危险，不再排队");
    expect(told(one("left_queue", { facts: { why: "answered", waited_s: 4 } }))).toBe("机器人恢复，接着回答，群众没找过人，不再排队（等了 4 秒）");
  });

  it("gives the outcome of a message a line only where it says something the talk does not", () => {
    const outcome = (facts: Record<string, unknown>): string | null => told(one("outcome", { facts }));
    expect(outcome({ result: "answered", probability: 0.934 })).toBe("助手作答（把握 93%）");
    expect(outcome({ result: "filed", about: "HN2026112300001" })).toBe("登记工单 HN2026112300001");
    expect(outcome({ result: "degraded", about: "answered" })).toBe("机器人故障，由知识库直接作答");
    expect(["talk", "matter", "waiting", "left_to_agent", "human"].map((result) => outcome({ result }))).toEqual(
      [null, null, null, null, null],
    );
    expect(told(one("something new"))).toBeNull();
  });

  it("writes durations without negative or broken parts", () => {
    expect([-3, 0.4, 59.6, 3599.7].map(lasted)).toEqual(["0 秒", "0 秒", "1 分 00 秒", "1 小时 00 分"]);
  });
});
