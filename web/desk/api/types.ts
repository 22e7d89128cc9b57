import type { RungCall } from "./phone";
import type { AnswerCard, Message, Mode, Sender } from "../../shared/wire";
import type { TicketRow } from "./ticket_types";

export * from "./ticket_types";

/** Who is signed in. Roles decide what the server allows; the desk only hides what would be refused anyway. */
export interface User {
  id: string;
  username: string;
  display_name: string;
  role: string;
  department: string | null;
  must_change_password: boolean;
  /** Whether the account has a second factor (两步验证). */
  second_factor?: boolean;
  /** The role needs a second factor, and it must be set up before anything else. */
  must_set_up?: boolean;
}

/** What a sign-in answers: the user, or that the code of the second factor is still needed. */
export interface SignedIn {
  user?: User;
  second_factor?: boolean;
}

/** One browser in which the account is signed in. */
export interface SignIn {
  id: string;
  here: boolean;
  began_at: string;
  active_at: string;
  address: string;
  browser: string;
}

/** What an app needs to make the codes of an account. */
export interface Setup {
  secret: string;
  uri: string;
  svg: string;
}

/** An account as an administrator sees it. */
export interface Account {
  id: string;
  username: string;
  display_name: string;
  role: string;
  department_id: string | null;
  department: string | null;
  active: boolean;
  seen_at: string | null;
  one_time_until: string | null;
  second_factor: boolean;
  single_sign_on: boolean;
}

export interface Department {
  id: string;
  name: string;
}

/** What an administrator decides about an account. */
export interface AccountFacts {
  display_name: string;
  role: string;
  department_id: string | null;
}

/** Why a conversation needs a human. */
export type Reason = "citizen_asked" | "low_confidence" | "emergency" | "degraded";

/** Whether a conversation goes on: active, idle (静默), closed (结束). */
export type Stage = "active" | "idle" | "closed";

/** Another user, as colleagues see one. */
export interface Person {
  id: string;
  display_name: string;
}

/** Whether an agent is there: `busy` and `away` get no new conversations. */
export type AgentState = "online" | "busy" | "away" | "offline";

/** Somebody a conversation can be passed to. */
export interface Colleague extends Person {
  online: boolean;
  state: AgentState;
  /** How many conversations this agent may have. */
  capacity: number;
  /** How many conversations this agent has now. */
  in_hand: number;
}

export interface Conversation {
  id: string;
  channel: string;
  account: string | null;
  mode: Mode;
  stage: Stage;
  citizen_name: string;
  agent: Person | null;
  urgent: boolean;
  /** Which danger the citizen told of (着火, 燃气 …), and whether they said it is over; null when of none. */
  danger?: { tag: string; over: boolean } | null;
  /** What it is about: the words of the danger, the story in the form, or the first words that tell something; null when none do. */
  about?: string | null;
  /** Number of the ticket that was filed since the citizen asked for an agent. */
  filed?: string | null;
  /** How the citizen is to be reached, when they said that they can't phone; null for all others. */
  in_writing?: string | null;
  /** When the citizen said what the agent has not answered yet; null when nothing waits for an answer. */
  unanswered_since?: string | null;
  /** From when on that is too late. */
  answer_due_at?: string | null;
  reason: Reason | null;
  /** Place in the queue before the time: lower ones go first. */
  rank?: number;
  /** The agent whom the citizen knows from before, to whom it is offered first. */
  offered?: Person | null;
  /** When the supervisors were alerted that it waits too long. */
  alerted_at?: string | null;
  /** Until when the agent who has it must first write. */
  reply_due_at?: string | null;
  waiting_since: string | null;
  /** The citizen's last words that say something, if any do; never a pressed button, never the bot's. */
  last_words: { kind: string; text: string; created_at: string } | null;
  /** Who passed it to the present agent, or into the queue (by null: the system), and why; null when nobody did. */
  transfer: { by: Person | null; note: string } | null;
  unread: number;
  updated_at: string;
}

/** What the complaint form has collected so far. */
export interface Slot {
  name: string;
  value: string;
}

/** Whether words written now reach the citizen at once; null where they always do. */
export interface Reach {
  open: boolean;
  left: number;
  until: string | null;
}

export interface ConversationDetail extends Conversation {
  slots: Slot[];
  reach?: Reach | null;
  /** The agent who has it is still at the desk: only a supervisor may take over. */
  holder_present?: boolean;
}

/** Something that happened in a conversation (经过); `facts` depend on the kind. */
export interface Happening {
  nth: number;
  at: string;
  kind: string;
  actor: Sender;
  agent: Person | null;
  /** Who got the conversation, at a transfer to a colleague. */
  to?: Person | null;
  /** From whom the conversation was taken over. */
  from?: Person | null;
  reason: Reason | null;
  facts: Record<string, unknown>;
}

export interface Counts {
  waiting: number;
  mine: number;
}

/** What a citizen wants done with their own data. */
export interface RightsRequest {
  id: string;
  conversation_id: string;
  kind: "see" | "correct" | "erase" | "withdraw";
  name: string;
  state: string;
  asked_at: string;
  note: string;
}

/** One record of who saw masked data in clear (查看记录). */
export interface Sight {
  id: string;
  at: string;
  user: string;
  /** `ticket`, `conversation`, or `more`: a supervisor let somebody see more. */
  what: string;
  /** A ticket's number, a conversation's id, or an account's id. */
  subject: string;
  reason: string;
}

/** How often somebody looked today, and how often they may. */
export interface Looked {
  id: string;
  name: string;
  used: number;
  most: number;
}

/** What `/api/desk/live` says. */
export type LiveFrame =
  | { type: "message"; conversation_id: string; message: Message }
  | { type: "conversation"; conversation: Conversation }
  | { type: "beside"; conversation_id: string | null }
  | { type: "ticket"; ticket: TicketRow }
  | { type: "call"; call: RungCall; happened: string }
  | { type: "presence"; state: AgentState; chosen: AgentState }
  | { type: "beat" }
  | { type: "pong" };

export type Tab = "waiting" | "mine" | "bot" | "all";

/** What the list under 全部 can be narrowed to; `left`: the agent who has it has left the desk. */
export type SearchKind = "" | "urgent" | "left" | Exclude<Reason, "emergency">;

/** What a list is narrowed to; all must hold. */
export interface Search {
  q: string;
  kind: SearchKind;
  /** Name of a channel; empty: all. */
  channel: string;
  /** Only those who have waited this many minutes; 0: all. */
  waited: number;
}

/** No search. */
export const NO_SEARCH: Search = { q: "", kind: "", channel: "", waited: 0 };

/** What became of one conversation of several that were to be ended. */
export interface Ended {
  id: string;
  ok: boolean;
  error?: { message: string };
}

export interface ConversationPage {
  conversations: Conversation[];
  counts: Counts;
  /** Where the next page begins; null when there is none. */
  next: string | null;
}

export type GapKind = "all" | "unanswered" | "useless";
export type GapState = "open" | "drafted" | "dismissed";

/** Which questions are grouped. */
export interface GapWindow {
  days: number;
  kind: GapKind;
}

/** An entry as a group of questions refers to it. */
export interface GapEntry {
  id: string;
  title: string;
  department: string;
  count: number;
  probability: number;
  /** Whether it would be given as the answer now. */
  answers: boolean;
}

/** Questions that mean the same and got no answer, or one that was of no use. */
export interface GapGroup {
  id: string;
  question: string;
  count: number;
  useless: number;
  first_asked: string;
  last_asked: string;
  examples: { text: string; count: number }[];
  /** How many different wordings there are; `examples` may hold fewer. */
  wordings: number;
  wrong: GapEntry[];
  nearest: GapEntry | null;
  state: GapState;
  handled: { state: GapState; by: string; at: string; draft: string | null; since: number } | null;
}

export interface GapPage {
  groups: GapGroup[];
  total: number;
  questions: number;
  left_out: number;
}

export interface EntryRating {
  id: string;
  title: string;
  useful: number;
  useless: number;
  share: number;
}

export interface KnowledgeState {
  version: string;
  entries: number;
  built_at: string | null;
  folder: { entries: number; up_to_date: boolean; errors: number; expired: number; review_overdue: number };
  departments: string[];
  ratings: { useful: number; useless: number; entries: EntryRating[] };
}

/** What the assistant would make of a question now. */
export interface Tried {
  outcome: "answer" | "ask_back" | "unknown";
  card: AnswerCard | null;
  hits: { id: string; title: string; department: string; probability: number; variant: string }[];
}

/** What the auditor asks for; empty fields ask for all. Days are `2026-11-23`. */
export interface AuditFilter {
  person: string;
  action: string;
  subject: string;
  result: string;
  first: string;
  last: string;
}

/** One record of the audit. */
export interface AuditRecord {
  seq: number;
  at: string;
  /** Empty when nobody was signed in. */
  username: string;
  display_name: string;
  role: string;
  action: string;
  action_words: string;
  kind: string;
  subject: string;
  result: "allowed" | "refused" | "failed";
  code: string;
  reason: string;
  address: string;
}

export interface AuditPage {
  records: AuditRecord[];
  next: number | null;
  actions: { name: string; words: string }[];
}
