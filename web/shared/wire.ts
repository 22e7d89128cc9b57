/**
 * What a message looks like on every wire: the web channel and the agent desk share one shape.
 * Field meanings are those of the server's message JSON; nothing here adds to it.
 */

/** Who answers a conversation now: the bot, nobody yet (排队中), or a human agent. */
export type Mode = "bot" | "waiting" | "human";

export type Sender = "citizen" | "bot" | "agent" | "system";

/** The words a citizen sent with a photo or place; "" when the text only stands for it or is the place's label. */
export function caption(message: { text: string; media?: Attachment | null }): string {
  const { text, media } = message;
  return ["［照片］", "［位置］", media?.label ?? ""].includes(text) ? "" : text;
}

/** A quick reply. `payload` goes back to the server as `button`; `title` is what the citizen reads. */
export interface Button {
  title: string;
  payload: string;
}

/** Where an answer comes from (依据): one document and the articles used from it. */
export interface Source {
  document: string;
  number?: string | null;
  date?: string | null;
  url?: string | null;
  articles?: string[];
}

/** An answer from the knowledge base. `html` was sanitised by the server and is sanitised again before showing. */
export interface AnswerCard {
  kind: "answer";
  entry: string;
  title: string;
  department?: string | null;
  html: string;
  sections?: string[];
  sources?: Source[];
  effective?: string | null;
  reviewed?: string | null;
  regions?: string[];
}

/** A filed ticket (诉求工单): the number and the query code are all a citizen needs to ask for progress. */
export interface TicketCard {
  kind: "ticket";
  number: string;
  query_code: string;
  state: string;
  type?: string | null;
  category?: string | null;
}

/** What the complaint form collected, shown for confirmation before filing. */
export interface SummaryCard {
  kind: "summary";
  fields: { name: string; value: string; slot?: string | null }[];
}

/** Somebody may be in danger: whom to call, and where the advice comes from. */
export interface HelpCard {
  kind: "help";
  numbers: { number: string; name: string }[];
  sources?: Source[];
}

/** An office: its numbers to tap, where it is, the hours of the day, and the document this rests on. */
export interface OfficeCard {
  kind: "office";
  name: string;
  place?: string;
  phones: { number: string; note?: string }[];
  address?: string | null;
  /** The hours of today in words. */
  today?: string | null;
  /** All its hours in words. */
  hours?: string | null;
  online?: string | null;
  forms?: { name: string; url: string }[];
  /** Where it is on the map, GCJ-02. */
  point?: { lat: number; lon: number } | null;
  sources?: Source[];
  issuer?: string | null;
  verified?: string | null;
}

export type Card = AnswerCard | TicketCard | SummaryCard | HelpCard | OfficeCard;

/** A photo (by its id) or a point on the map, sent instead of words. */
export interface Attachment {
  image?: string;
  width?: number;
  height?: number;
  lat?: number;
  lon?: number;
  label?: string;
}

export interface Message {
  id: string;
  /** Rises within one conversation; not promised to be without gaps. */
  seq: number;
  direction: "in" | "out";
  sender: Sender;
  sender_name: string;
  kind: string;
  text: string;
  /** ISO 8601, UTC. */
  created_at: string;
  buttons: Button[];
  card: Card | null;
  /** The id the sender's browser chose; matches an echo to the message already on screen. */
  client_id: string | null;
  media?: Attachment | null;
}

/** Body of `error` in every error answer and error frame. */
export interface ErrorBody {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** Longest text a citizen or an agent may send in one message, in UTF-16 units as the text area counts them. */
export const MAX_TEXT = 4000;
