/** How a ticket is named in which somebody is in danger right now. */
export const EMERGENCY = "特急";

/** The lifecycle's states (工单状态) as the list can be filtered by them, in the order a ticket passes through. */
export const STATES = [
  "待受理", "待派单", "待签收", "办理中", "退单审核", "延期审核", "挂起", "待审核", "待回访", "办结归档",
  "不予受理", "直接答复", "并单", "已撤回",
];

const WAITING = new Set(["待受理", "待派单", "待签收", "退单审核", "延期审核", "待审核", "待回访"]);
const DONE = new Set(["办结归档", "直接答复"]);
const OVER = new Set(["不予受理", "并单", "已撤回"]);

/** How a state looks: what still waits for somebody stands out, what is over steps back. */
export function tone(state: string): "waiting" | "running" | "done" | "over" {
  if (WAITING.has(state)) return "waiting";
  if (DONE.has(state)) return "done";
  return OVER.has(state) ? "over" : "running";
}
