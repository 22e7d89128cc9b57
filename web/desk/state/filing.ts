import { reactive } from "vue";
import type { MatterFields, Reading, Readings } from "../api/filing";
import type { Ticket } from "../api/types";
import { EMERGENCY } from "./tickets";

/** Most characters of a reading in the line that tells what was said since. */
const SHOWN = 40;

export const TYPES = ["咨询", "求助", "投诉", "举报", "建议", "表扬"];

export const LABELS: Record<keyof MatterFields, string> = {
  type: "诉求类型", content: "诉求内容", category: "事项分类", district: "所在县区", address: "发生地点", happened_at: "发生时间",
  subject: "涉及对象", contact_name: "联系人", contact_phone: "联系电话", confidential: "要求保密", urgent: "紧急", emergency: "特急（有人正有危险）",
};

/** What an agent has begun to fill in for a conversation or a call. */
export interface Begun {
  /** Names the filing: the same one again files nothing twice. */
  key: string;
  fields: MatterFields;
  readings: Readings;
  photos: string[];
  place: boolean;
}

/** Kept while the page is open: an agent who looks elsewhere finds the form as it was. */
export const begun = new Map<string, Begun>();

/** The ticket filed last in a conversation, which its form shows until another one is begun. */
export const filedIn = reactive(new Map<string, string>());

/** After signing out nothing that an agent has written or filed may stay on the page. */
export function forgetFiling(): void {
  begun.clear();
  filedIn.clear();
}

export function empty(): MatterFields {
  return {
    type: "", content: "", category: "", district: "", address: "", happened_at: "", subject: "", contact_name: "", contact_phone: "",
    confidential: false, urgent: false, emergency: false,
  };
}

/** Takes what was read into the fields that nobody has filled in. */
export function fill(fields: MatterFields, readings: Readings): void {
  for (const [name, reading] of Object.entries(readings) as [keyof MatterFields, Readings[keyof MatterFields]][]) {
    if (!reading || fields[name]) continue;
    Object.assign(fields, { [name]: reading.value });
  }
}

/** What the citizen has said since: readings that are new, for fields that nobody has filled in by hand. Typed words stay. */
export function news(fields: MatterFields, before: Readings, now: Readings): Readings {
  const fresh = (Object.entries(now) as [keyof MatterFields, Reading | undefined][]).filter(([name, reading]) => {
    if (!reading || reading.value === fields[name]) return false;
    const old = before[name];
    return old ? old.value !== reading.value && old.value === fields[name] : !fields[name];
  });
  return Object.fromEntries(fresh) as Readings;
}

/** The same in words: of a text that only grew, what was added. */
export function told(fresh: Readings, before: Readings): string {
  const parts = (Object.entries(fresh) as [keyof MatterFields, Reading][]).map(([name, { value }]) => {
    if (typeof value === "boolean") return value ? LABELS[name] : `不${LABELS[name]}`;
    const old = before[name]?.value;
    const added = typeof old === "string" && value.startsWith(old) ? value.slice(old.length).trim() : value;
    return `${LABELS[name]} ${added.length > SHOWN ? `${added.slice(0, SHOWN)}…` : added}`;
  });
  return parts.join("；");
}

/** The fields that hold a reading nobody can rely on, as long as the agent has not changed it. */
export function doubtful(fields: MatterFields, readings: Readings): (keyof MatterFields)[] {
  return (Object.keys(LABELS) as (keyof MatterFields)[]).filter((name) => {
    const reading = readings[name];
    return reading !== undefined && !reading.sure && fields[name] === reading.value && fields[name] !== "";
  });
}

/** What a field's value rests on, in words; null when the agent has written it. */
export function basis(name: keyof MatterFields, fields: MatterFields, readings: Readings): string | null {
  const reading = readings[name];
  if (!reading || fields[name] !== reading.value) return null;
  if (reading.source === "form") return "群众填的";
  const share = reading.share === null ? "" : ` ${String(Math.round(reading.share * 100))}%`;
  return reading.sure ? `听出来的${share}` : `没把握${share}，请核对`;
}

/** What still has to be filled in before it can be filed: field → what to tell. */
export function lacking(fields: MatterFields): Partial<Record<keyof MatterFields, string>> {
  const found: Partial<Record<keyof MatterFields, string>> = {};
  if (!fields.type) found.type = "请选择诉求类型";
  if (fields.content.trim().length < 2) found.content = "请写诉求内容";
  return found;
}

/** The fields of a filed ticket as its form shows them; the contact is masked, so it begins empty. */
export function ofTicket(ticket: Ticket): MatterFields {
  return {
    ...empty(), type: ticket.type, content: ticket.content ?? "", category: ticket.category ?? "", district: ticket.district ?? "",
    address: ticket.address ?? "", happened_at: ticket.happened_at ?? "", subject: ticket.subject ?? "",
    confidential: ticket.confidential ?? false, urgent: ticket.urgency !== null, emergency: ticket.urgency === EMERGENCY,
  };
}

/** What was changed. */
export function changes(before: MatterFields, now: MatterFields): Partial<MatterFields> {
  const changed = Object.entries(now).filter(([name, value]) => value !== before[name as keyof MatterFields]);
  return Object.fromEntries(changed) as Partial<MatterFields>;
}
