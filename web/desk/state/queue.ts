import { caption } from "../../shared/wire";
import type { AgentState, Conversation, Reason, Tab } from "../api/types";

/** Reason tags as agents read them. */
export const REASONS: Record<Reason, string> = {
  citizen_asked: "群众要求",
  low_confidence: "答不准",
  emergency: "紧急",
  degraded: "机器人故障",
};

export const CHANNELS: Record<string, string> = { web: "网页", wechat: "微信", mini: "小程序", phone: "电话", import: "表格导入", partner: "别的系统" };
/** Those of them through which citizens talk: the list of conversations can be narrowed to one. */
export const TALKING = ["web", "wechat", "mini", "phone"];

/** A quiet conversation's stage as agents read it; null for one that goes on. */
export function quiet(conversation: Conversation): string | null {
  return { active: null, idle: "静默", closed: "已结束" }[conversation.stage];
}

/** What the list shows of a conversation: what it is about, and below it the last words, when these are others. */
export function preview(conversation: Conversation): { about: string; last: string | null } {
  const about = conversation.mode === "bot" ? null : conversation.about;
  const last = lastWords(conversation);
  if (!about) return { about: last, last: null };
  return { about, last: !conversation.last_words || about.includes(last) ? null : last };
}

/** Milliseconds for which the citizen's words have stood unanswered, once that is longer than a first reply may take; else null. */
export function neglected(conversation: Conversation, now: number): number | null {
  const { unanswered_since: since, answer_due_at: due } = conversation;
  if (conversation.mode !== "human" || !since || !due || Date.parse(due) > now) return null;
  return now - Date.parse(since);
}

/** The citizen's last words in one line. */
export function lastWords(conversation: Conversation): string {
  const last = conversation.last_words;
  if (!last) return "（还没有说话）";
  if (last.kind === "image") return `（照片）${caption(last)}`;
  if (last.kind === "location") return `位置：${last.text || "地图上的一点"}`;
  return last.text || "（不是文字）";
}

/** Whether a conversation belongs under a tab. */
export function belongs(conversation: Conversation, tab: Tab, myId: string | undefined): boolean {
  switch (tab) {
    case "waiting":
      return conversation.mode === "waiting";
    case "mine":
      return conversation.mode === "human" && conversation.agent?.id === myId;
    case "bot":
      return conversation.mode === "bot" && conversation.stage !== "closed";
    case "all":
      return true;
  }
}

/** What an agent's state is called. */
export const STATES: Record<AgentState, string> = { online: "在线", busy: "忙碌", away: "离开", offline: "不在线" };

/**
 * The order under a tab, without changing the list given; it is the server's (`ORDER` in conversations/queue.py), so that
 * later pages come behind earlier ones: those who wait by rank, then whoever has waited longest, before all others; those
 * by rank (urgent ones), then their latest activity. Among the agent's own, of which there are few, whoever has been left
 * without an answer comes first, the longest first, then unread before read.
 */
export function sortQueue(list: readonly Conversation[], tab: Tab, now = Date.now()): Conversation[] {
  const time = (iso: string | null): number => (iso ? Date.parse(iso) || 0 : 0);
  const waits = (one: Conversation): number => (one.mode === "waiting" ? 0 : 1);
  const rank = (one: Conversation): number => one.rank ?? (one.urgent && one.mode !== "bot" ? 0 : 2);
  return [...list].sort((a, b) => {
    if (waits(a) !== waits(b)) return waits(a) - waits(b);
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (a.mode === "waiting") {
      return time(a.waiting_since) - time(b.waiting_since) || (a.id < b.id ? -1 : 1);
    }
    if (tab === "mine") {
      const left = (neglected(b, now) ?? 0) - (neglected(a, now) ?? 0);
      if (left !== 0) return left;
    }
    const unread = tab === "mine" ? Number(b.unread > 0) - Number(a.unread > 0) : 0;
    return unread || time(b.updated_at) - time(a.updated_at) || (a.id < b.id ? -1 : 1);
  });
}
