import type { FieldValue, Move, MoveField, Suggestion, Ticket } from "../api/types";

/** What is typed into the fields of a move; null or "" where nothing is. */
export type Values = Record<string, FieldValue | null>;

const LEADING = new Set([
  "accept", "dispatch", "sign", "reply", "approve", "callback", "resume", "grant_return", "grant_extension",
]);
const GRAVE = new Set(["decline", "withdraw", "reject", "refuse_return", "refuse_extension", "archive", "merge"]);
const BIG = new Set(["sign", "reply", "ask_return", "ask_extension"]);
/** The field with which a reply is sent although something about it was doubted; it is asked for only then. */
const OVERRIDE = "override";

/** How a button looks: the next step of a ticket's life stands out, what ends or turns it back is marked. */
export function look(action: string): "lead" | "grave" | "plain" {
  if (LEADING.has(action)) return "lead";
  return GRAVE.has(action) ? "grave" : "plain";
}

/** The moves as their buttons stand: what leads on first, what ends or turns back last; else in the server's order. */
export function inOrder(may: readonly Move[]): Move[] {
  const rank = { lead: 0, plain: 1, grave: 2 };
  return [...may].sort((a, b) => rank[look(a.action)] - rank[look(b.action)]);
}

/** Whether a move is one of a department's four daily ones, which get big buttons. */
export function isBig(action: string): boolean {
  return BIG.has(action);
}

/** What stands in the fields when the form opens: what the page already knows, so that it need not be chosen again. */
export function opened(move: Move, ticket: Ticket, suggestions: readonly Suggestion[], ids: (names: string[]) => string[]): Values {
  const values: Values = {};
  for (const field of move.fields) values[field.name] = field.kind === "departments" ? [] : null;
  const best = suggestions[0];
  if (move.action === "dispatch" && best) {
    values.department = best.department_id;
    values.assisting = ids(best.assisting);
  }
  if (move.action === "grant_extension") values.days = ticket.asked_days ?? null;
  return values;
}

/** The fields to show now. Whoever was not reached on a callback was asked nothing. */
export function shown(move: Move, values: Values, doubted: boolean): MoveField[] {
  return move.fields.filter((field) => {
    if (field.name === OVERRIDE) return doubted;
    return !(move.action === "callback" && values.reached === false && ["solved", "satisfied"].includes(field.name));
  });
}

function empty(value: FieldValue | null | undefined): boolean {
  if (typeof value === "string") return value.trim() === "";
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

/** What still has to be filled in: name of the field → what to tell. */
export function missing(fields: readonly MoveField[], values: Values): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const needed = field.required || field.name === OVERRIDE;
    if (needed && empty(values[field.name])) found[field.name] = `${chosen(field) ? "请选择" : "请填写"}${field.label}`;
  }
  return found;
}

function chosen(field: MoveField): boolean {
  return field.kind !== "text" && field.kind !== "number";
}

/** The fields as they are sent: what is empty is left out, so that the server's own defaults hold. */
export function toFields(fields: readonly MoveField[], values: Values): Record<string, FieldValue> {
  const sent: Record<string, FieldValue> = {};
  for (const { name } of fields) {
    const value = values[name];
    if (value === null || value === undefined || empty(value)) continue;
    sent[name] = typeof value === "string" ? value.trim() : value;
  }
  return sent;
}
