import { api } from "./desk";
import type { Filed, MatterFields } from "./filing";
import type { Conversation, TicketRow } from "./types";

/** A phone call. The number is masked but for who answers it. */
export interface PhoneCall {
  id: string;
  system: "cti" | "hand";
  phone: string;
  agent: { id: string; display_name: string } | null;
  began_at: string;
  answered_at: string | null;
  ended_at: string | null;
  state: string;
  state_code: "ringing" | "talking" | "missed" | "ended";
  rang_s: number | null;
  talked_s: number | null;
  ticket_number: string | null;
}

/** A call as the live connection tells it: it names the agent by id. */
export type RungCall = Omit<PhoneCall, "agent"> & { agent_id: string | null };

export interface WishedCall {
  id: string;
  phone: string;
  name: string;
  about: string;
  wished_at: string;
  due: boolean;
  ticket_number: string | null;
  noted_by: string;
  tries: number;
  tried_at: string | null;
}

/** What the hotline knows of a number. */
export interface Caller {
  tickets: TicketRow[];
  conversations: Conversation[];
  calls: PhoneCall[];
  callbacks: WishedCall[];
}

export interface PhoneFigures {
  days: number;
  rang: number;
  answered: number;
  missed: number;
  rang_s: number | null;
  talked_s: number | null;
  answered_share: number | null;
}

export interface Wish {
  key: string;
  phone: string;
  call: string | null;
  name: string;
  about: string;
  wished_at: string;
  ticket: string | null;
}

const one = (id: string): string => `/phone/calls/${encodeURIComponent(id)}`;
const callback = (id: string): string => `/phone/callbacks/${encodeURIComponent(id)}`;

export const phone = {
  calls: (after: string | null = null): Promise<{ calls: PhoneCall[]; next: string | null }> => api.client.get("/phone/calls", { after, limit: 20 }),

  call: (id: string): Promise<{ call: PhoneCall; caller: Caller | null }> => api.client.get(one(id)),

  note: (key: string, number: string, missed: boolean): Promise<{ call: PhoneCall }> =>
    api.client.post("/phone/calls", { key, phone: number, missed }),

  does: (id: string, event: "answered" | "ended"): Promise<{ call: PhoneCall }> => api.client.post(one(id), { event }),

  /** The number stands in the body, so that no log of addresses holds it. */
  caller: (number: string): Promise<Caller> => api.client.post("/phone/caller", { phone: number }),

  file: (call: string | null, key: string, fields: MatterFields): Promise<Filed> =>
    api.client.post("/phone/tickets", { ...fields, key, call }),

  figures: (days: number): Promise<PhoneFigures> => api.client.get("/phone/figures", { days }),

  callbacks: (after: string | null = null): Promise<{ callbacks: WishedCall[]; due: number; next: string | null }> =>
    api.client.get("/phone/callbacks", { after, limit: 50 }),

  wish: (wish: Wish): Promise<{ callback: WishedCall }> => api.client.post("/phone/callbacks", wish),

  reveal: (id: string, reason: string): Promise<{ phone: string; name: string; about: string }> =>
    api.client.post(`${callback(id)}/reveal`, { reason }),

  end: (id: string, result: "reached" | "unreached" | "dropped", note: string): Promise<{ callback: WishedCall }> =>
    api.client.post(`${callback(id)}/end`, { result, note }),
};
