import type { TicketFilter } from "../api/types";

/** A heap of tickets that somebody has to look after. */
export interface Heap {
  title: string;
  /** What to do about them, in a few words. */
  hint: string;
  filter: Partial<TicketFilter>;
  /** How it stands out. */
  look: "late" | "soon" | "calm";
  /** The list by deadline leaves out what has none; such tickets come behind the others. */
  undated?: boolean;
}

/** What a supervisor looks after, the most pressing first. */
export const HEAPS: readonly Heap[] = [
  { title: "特急", hint: "有人正有危险，请马上处理", filter: { state: "open", emergency: true }, look: "late" },
  { title: "已超期", hint: "下一步的期限已经过了", filter: { state: "open", due: "overdue", order: "due" }, look: "late" },
  { title: "待班长裁决", hint: "群众说没解决或重办后仍不满意，要您决定", filter: { disputed: true, order: "due" }, undated: true, look: "late" },
  { title: "多次退单", hint: "退的次数多了，由您决定派给谁", filter: { state: "open", returned: true }, look: "late" },
  { title: "24 小时内到期", hint: "提醒承办单位抓紧", filter: { state: "open", due: "soon", order: "due" }, look: "soon" },
  { title: "退单审核", hint: "承办单位说不归它管", filter: { state: "退单审核" }, look: "soon" },
  { title: "延期审核", hint: "由班长审核", filter: { state: "延期审核" }, look: "soon" },
  { title: "多人反映", hint: "可能是危及大家的隐患，请先核实", filter: { state: "open", reported: true }, look: "soon" },
  { title: "紧急", hint: "还没有办结的紧急工单，包括特急", filter: { state: "open", urgent: true }, look: "calm" },
  { title: "督办", hint: "正在督办的工单", filter: { state: "open", supervised: true }, look: "calm" },
];

/** A department's work, in the order to do it. */
export const INBOX: readonly Heap[] = [
  { title: "待签收", hint: "请先签收", filter: { state: "待签收", order: "due" }, undated: true, look: "soon" },
  { title: "已超期", hint: "期限已经过了，请尽快办", filter: { due: "overdue", order: "due" }, look: "late" },
  { title: "24 小时内到期", hint: "来不及的，请在到期前申请延期", filter: { due: "soon", order: "due" }, look: "soon" },
  { title: "办理中", hint: "先到期的在前", filter: { state: "办理中", order: "due" }, undated: true, look: "calm" },
];

/** A count of a heap's first page: `12`, `50+`. */
export function counted(shown: number, more: boolean): string {
  return more ? `${shown}+` : String(shown);
}
