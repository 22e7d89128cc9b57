import { api } from "./desk";
import type { TicketRow } from "./types";

/** A value that was read for the form: where it comes from, and whether the assistant would have stored it unasked. */
export interface Reading {
  value: string | boolean;
  sure: boolean;
  source: "form" | "said" | "guessed";
  /** How likely it is right, 0 to 1; null where the reader gives none. */
  share: number | null;
}

export type Readings = Partial<Record<keyof MatterFields, Reading>>;

/** What a ticket says, as an agent writes it. */
export interface MatterFields {
  type: string;
  content: string;
  category: string;
  district: string;
  address: string;
  happened_at: string;
  subject: string;
  contact_name: string;
  contact_phone: string;
  confidential: boolean;
  urgent: boolean;
  emergency: boolean;
}

/** What can be filed out of a conversation. Numbers are masked; the server puts them back. */
export interface Matter {
  fields: Readings;
  photos: { id: string; chosen: boolean }[];
  place: { latitude: number; longitude: number; label: string } | null;
  urgent: boolean;
  emergency: boolean;
}

export type LikeTicket = TicketRow & { why: string[] };

export interface Filed {
  number: string;
  ticket: TicketRow;
}

const path = (id: string): string => `/conversations/${encodeURIComponent(id)}`;

export const filing = {
  matter: (conversation: string): Promise<Matter> => api.client.get(`${path(conversation)}/matter`),

  read: (text: string): Promise<{ fields: Readings }> => api.client.post("/tickets/read", { text }),

  like: (fields: MatterFields, conversation: string | null): Promise<{ tickets: LikeTicket[] }> =>
    api.client.post("/tickets/like", { ...fields, conversation }),

  /** The same `key` again files nothing, so that a request may be sent once more. */
  file: (conversation: string, key: string, fields: MatterFields, photos: string[], place: boolean): Promise<Filed> =>
    api.client.post(`${path(conversation)}/tickets`, { ...fields, key, photos, place }),

  edit: (number: string, version: number, changes: Partial<MatterFields>): Promise<Filed> =>
    api.client.post(`/tickets/${encodeURIComponent(number)}/edit`, { ...changes, version }),
};
