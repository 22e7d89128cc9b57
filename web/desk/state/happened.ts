import type { Disposition } from "../api/talk";
import type { Happening, Reason } from "../api/types";

const HANDED_OVER: Record<Reason, string> = {
  citizen_asked: "群众要求转人工",
  low_confidence: "助手答不准，转人工",
  emergency: "情况紧急，转人工",
  degraded: "机器人故障，转人工",
};

/** What a message came to, where that is worth a line; the rest is seen in the talk itself. */
const CAME_TO: Record<string, string> = {
  asked_back: "助手反问",
  unknown: "助手没有答案",
  not_understood: "助手没听明白",
  danger: "助手给了紧急提示",
  danger_asked: "助手问有没有危险",
  declined: "助手说明不予受理",
};

/** What a talk came to (处理结果), as the agent says at its end. */
export const DISPOSITIONS: Record<Disposition, string> = {
  answered: "已答复", filed: "已登记工单", sent_on: "告知找哪个部门", not_ours: "不属受理范围", no_answer: "群众没再回话", other: "其他",
};

function cameTo(disposition: unknown): string {
  const words = DISPOSITIONS[disposition as Disposition];
  return words ? `，${words}` : "";
}

/** What the citizen thought of an answer, or of the whole talk. */
const RATED: Record<string, string> = {
  useful: "群众说“有用”",
  useless: "群众说“没用”",
  satisfied: "群众评价：满意",
  fair: "群众评价：一般",
  dissatisfied: "群众评价：不满意",
};

/** `8 秒`, `3 分 05 秒`, `1 小时 03 分`. */
export function lasted(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} 秒`;
  if (whole < 3600) return `${Math.floor(whole / 60)} 分 ${two(whole % 60)} 秒`;
  return `${Math.floor(whole / 3600)} 小时 ${two(Math.floor((whole % 3600) / 60))} 分`;
}

const LEFT: Record<string, string> = {
  no_danger: "群众说没有危险，不再排队",
  answered: "机器人恢复，接着回答，群众没找过人，不再排队",
};

/** One line for an agent; null for what needs none. */
export function told(one: Happening): string | null {
  const agent = one.agent?.display_name || "坐席";
  const after = (name: string, before: string): string => {
    const seconds = one.facts[name];
    return typeof seconds === "number" ? `（${before}${lasted(seconds)}）` : "";
  };
  switch (one.kind) {
    case "opened":
      return one.facts.again ? "群众又来说话，会话重新开始" : "会话开始";
    case "carried_over":
      return "更早的经过没有记录";
    case "handed_over":
      return one.reason ? HANDED_OVER[one.reason] ?? "转人工" : "转人工";
    case "made_urgent":
      return "标为紧急";
    case "left_queue":
      return (LEFT[String(one.facts.why)] ?? "群众不等了") + after("waited_s", "等了 ");
    case "taken":
      if (one.from) return `${agent}从${one.from.display_name || "同事"}手里接手：${String(one.facts.note)}`;
      return `${agent}接入` + after("waited_s", "群众等了 ");
    case "first_reply":
      return `${agent}首次回复` + after("after_s", "接入后 ");
    case "transferred":
      return `${agent}${one.to ? `转给${one.to.display_name || "同事"}` : "转回排队"}：${String(one.facts.note)}`;
    case "idle":
      return `静默${quietFor(one)}`;
    case "closed":
      return one.actor === "agent" ? `${agent}结束会话` + after("held_s", "接待 ") + cameTo(one.facts.disposition) : `会话结束${quietFor(one)}`;
    case "handed_back":
      return `${agent}交还机器人` + after("held_s", "接待 ") + (one.facts.note ? `：${String(one.facts.note)}` : "");
    case "rated":
      return RATED[String(one.facts.verdict)] ?? null;
    case "requeued":
      return `${agent}${one.facts.why === "silent" ? "没有及时回复" : "离开了"}，系统转回排队最前面` + after("held_s", "接待 ");
    case "overdue":
      return "等得太久，已提醒班长" + after("waited_s", "等了 ");
    case "danger_beside":
      return "助手在回答前问有没有危险";
    case "outcome":
      return outcome(one.facts);
    default:
      return null;
  }
}

function quietFor(one: Happening): string {
  const seconds = one.facts.quiet_s;
  return typeof seconds === "number" ? `（${lasted(seconds)}没人说话）` : "";
}

function outcome(facts: Record<string, unknown>): string | null {
  if (facts.result === "answered") {
    return typeof facts.probability === "number" ? `助手作答（把握 ${Math.round(facts.probability * 100)}%）` : "助手作答";
  }
  if (facts.result === "filed") return `登记工单 ${String(facts.about ?? "")}`.trim();
  if (facts.result === "degraded" && facts.about === "answered") return "机器人故障，由知识库直接作答";
  return CAME_TO[String(facts.result)] ?? null;
}
