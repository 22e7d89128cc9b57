import type { FieldValue, Move, MoveField, Suggestion } from "../api/types";

/** What is typed into the fields of a move; null or "" where nothing is. */
export type Values = Record<string, FieldValue | null>;

const RANK = { lead: 0, plain: 1, grave: 2 };

/** The moves as their buttons stand: what leads on first, what ends or turns back last; else in the server's order. */
export function inOrder(may: readonly Move[]): Move[] {
  return [...may].sort((a, b) => RANK[a.tone] - RANK[b.tone]);
}

/** What stands in the fields when the form opens: what the page already knows, so that it need not be chosen again. */
export function opened(move: Move, suggestions: readonly Suggestion[], ids: (names: string[]) => string[]): Values {
  const values: Values = {};
  for (const field of move.fields) values[field.name] = field.value ?? (field.kind === "departments" ? [] : null);
  const best = suggestions[0];
  if (move.action === "dispatch" && best) {
    values.department = best.department_id;
    values.assisting = ids(best.assisting);
  }
  return values;
}

/** The fields to show now: some are asked for only when the move was doubted, or unless another one is answered with no. */
export function shown(move: Move, values: Values, doubted: boolean): MoveField[] {
  return move.fields.filter(({ asked }) => asked === null || (asked === "doubted" ? doubted : values[asked] !== false));
}

function empty(value: FieldValue | null | undefined): boolean {
  if (typeof value === "string") return value.trim() === "";
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

/** What still has to be filled in: name of the field → what to tell. */
export function missing(fields: readonly MoveField[], values: Values): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const needed = field.required || field.asked === "doubted";
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
