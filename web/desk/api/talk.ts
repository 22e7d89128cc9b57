import type { Source } from "../../shared/wire";
import { api } from "./desk";
import type { Conversation, Person, TicketRow } from "./types";

/** A reply that was sent off and did not arrive. It is sent again under its id, so that nobody gets it twice. */
export interface UnsentReply {
  client_id: string;
  text: string;
}

/** What this agent has typed in a conversation and not sent, as the server keeps it. */
export interface SavedDraft {
  version: number;
  client_id: string;
  text: string;
  unsent: UnsentReply[];
}

/** What a colleague had typed before this agent got the conversation. */
export interface LeftDraft {
  by: Person;
  version: number;
  words: string[];
  at: string;
}

/** What became of a message to the citizen; `why` is the channel's error, for who looks into it. */
export interface DeliveryState {
  state: "sent" | "sending" | "retrying" | "waiting" | "unsure" | "failed";
  why: string;
}

export interface TalkNote {
  id: string;
  by: string;
  text: string;
  /** `seq` of the message after which it stands. */
  after_seq: number;
  at: string;
}

/** One question of the citizen and what the assistant made of it. */
export interface Try {
  at: string;
  words: string | null;
  result: string;
  /** Title of the entry of the knowledge base that was tried. */
  title: string | null;
  probability: number | null;
  verdict: "useful" | "useless" | null;
}

export interface TalkSummary {
  question: string | null;
  matter: string | null;
  /** Words in which the citizen is angry; null when in none. */
  upset: string | null;
  filled: string[];
  missing: string[];
  tried: Try[];
}

/** A ticket of the same citizen: of this conversation, or with the very same phone. */
export interface OwnTicket extends TicketRow {
  why: string;
  open: boolean;
}

/** What stands beside a talk. */
export interface Beside {
  summary: TalkSummary;
  left_note: { by: Person | null; text: string; at: string } | null;
  tickets: OwnTicket[];
  deliveries: Record<string, DeliveryState>;
  notes: TalkNote[];
  tags: string[];
  usual_tags: string[];
  draft: SavedDraft;
  left_drafts: LeftDraft[];
  /** Variables of canned replies with their values in this conversation. */
  variables: Record<string, string>;
}

/** An entry of the knowledge base that may answer the citizen's last words, as text to send. */
export interface Suggestion {
  entry: string;
  title: string;
  department: string;
  probability: number;
  text: string;
  cut: boolean;
  sources: Source[];
  validity: string;
}

export interface Suggestions {
  asked: { text: string; at: string } | null;
  suggestions: Suggestion[];
}

/** 常用语. */
export interface CannedReply {
  id: string;
  title: string;
  shortcut: string;
  text: string;
  shared: boolean;
  /** Whether this account may change it. */
  own: boolean;
  by: string;
  version: number;
  /** First letters in pinyin, for the search. */
  initials: string;
  blanks: string[];
}

/** What an agent writes of a canned reply. */
export interface CannedWords {
  title: string;
  text: string;
  shortcut: string;
  shared: boolean;
}

export type Disposition = "answered" | "filed" | "sent_on" | "not_ours" | "no_answer" | "other";

const at = (id: string): string => `/conversations/${encodeURIComponent(id)}`;

/** The endpoints of what stands beside a talk. */
export const talkApi = {
  beside: (id: string): Promise<Beside> => api.client.get(`${at(id)}/beside`),

  saveDraft: (id: string, draft: SavedDraft): Promise<{ draft: SavedDraft }> => api.client.post(`${at(id)}/draft`, draft),

  dropDraft: (id: string, user: string, version: number): Promise<unknown> => api.client.post(`${at(id)}/draft/drop`, { user, version }),

  note: (id: string, text: string): Promise<unknown> => api.client.post(`${at(id)}/notes`, { text }),

  tag: (id: string, name: string, on: boolean): Promise<unknown> => api.client.post(`${at(id)}/tags`, { name, on }),

  suggestions: (id: string): Promise<Suggestions> => api.client.get(`${at(id)}/suggestions`),

  close: (id: string, disposition: Disposition): Promise<{ conversation: Conversation }> =>
    api.client.post(`${at(id)}/close`, { disposition }),

  canned: (): Promise<{ canned: CannedReply[]; variables: Record<string, string> }> => api.client.get("/canned"),

  addCanned: (words: CannedWords): Promise<{ canned: CannedReply }> => api.client.post("/canned", words),

  changeCanned: (id: string, version: number, words: CannedWords): Promise<{ canned: CannedReply }> =>
    api.client.post(`/canned/${encodeURIComponent(id)}`, { ...words, version }),

  removeCanned: (id: string): Promise<unknown> => api.client.post(`/canned/${encodeURIComponent(id)}/remove`),
};
