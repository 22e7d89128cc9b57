import type { Due, Move, MoveField, Ticket } from "../../desk/api/types";

/** Deadlines of which the next is in so many hours; null: none is left. */
export function due(hours: number | null): Due {
  const next = hours === null ? null : { step: "办结", step_code: "close" as const, at: new Date(Date.now() + hours * 3_600_000).toISOString() };
  return { rule: "其他", basis: "《某市办理规则》", example: false, provisional: false, next, steps: next ? [next] : [] };
}

/** A ticket as the desk API tells it; `over` changes what a test cares about. */
export function ticket(over: Partial<Ticket> = {}): Ticket {
  return {
    number: "HN2026112300001", type: "投诉", category: "市政设施/路灯照明", district: "某区", state: "办理中",
    created_at: "2026-11-23T02:00:00Z", summary: "路灯坏了", conversation_id: null, due: due(50), version: 3, urgency: null,
    supervised: false, disputed: false, corrected: false, edited: false, department: "某局", content: "路灯坏了", ...over,
  };
}

export function field(name: string, kind: MoveField["kind"] = "text", over: Partial<MoveField> = {}): MoveField {
  return { name, label: name, kind, required: false, max: null, asked: null, value: null, ...over };
}

export function move(action: string, fields: MoveField[] = [], over: Partial<Move> = {}): Move {
  return { action, label: action, tone: "plain", daily: false, fields, why_not: null, ...over };
}
