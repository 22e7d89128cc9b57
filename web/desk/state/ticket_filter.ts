import type { LocationQuery } from "vue-router";
import type { TicketFilter } from "../api/types";

/** What citizens want of the hotline (诉求类型). */
export const TYPES = ["咨询", "求助", "投诉", "举报", "建议", "表扬"];

/** A list that is not narrowed, newest first. */
export const ALL: Readonly<TicketFilter> = {
  state: "", q: "", name: "", department: "", category: "", district: "", type: "", due: "", since: "", until: "", urgent: false, emergency: false, supervised: false,
  disputed: false, returned: false, reported: false, order: "",
};

const FLAGS = ["urgent", "emergency", "supervised", "disputed", "returned", "reported"] as const;
const WORDS = ["state", "q", "name", "department", "category", "district", "type", "since", "until"] as const;

function word(query: LocationQuery, name: string): string {
  const value = query[name];
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

/** The filter that an address holds; whatever it does not know is left out. */
export function fromQuery(query: LocationQuery): TicketFilter {
  const filter: TicketFilter = { ...ALL };
  for (const name of WORDS) filter[name] = word(query, name);
  for (const name of FLAGS) filter[name] = word(query, name) === "1";
  const due = word(query, "due");
  filter.due = due === "overdue" || due === "soon" ? due : "";
  filter.order = word(query, "order") === "due" ? "due" : "";
  return filter;
}

/** The filter as a part of the address, so that a view can be bookmarked; only what narrows the list. */
export function toQuery(filter: Partial<TicketFilter>): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of [...WORDS, "due", "order"] as const) {
    const value = filter[name]?.trim();
    if (value) query[name] = value;
  }
  for (const name of FLAGS) if (filter[name]) query[name] = "1";
  return query;
}

/** Whether the list is narrowed at all; its order does not narrow it. */
export function narrowed(filter: TicketFilter): boolean {
  return Object.keys(toQuery({ ...filter, order: "" })).length > 0;
}
