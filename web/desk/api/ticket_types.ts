/** A step of a ticket (签收, 答复, 办结) and until when it must be done. */
export interface DueStep {
  step: string;
  step_code: "sign" | "reply" | "close";
  at: string;
}

/** A ticket's deadlines. */
export interface Due {
  /** Name of the rule they follow; empty when none fits. */
  rule: string;
  /** The document they stand on; empty for an example. */
  basis: string;
  /** Nobody has read the rule anywhere: citizens are not told. */
  example: boolean;
  /** Holidays that are not announced yet may change them. */
  provisional: boolean;
  /** The step that is due first of those not done; null when none is left. */
  next: DueStep | null;
  steps: DueStep[];
}

export interface TicketRow {
  number: string;
  type: string;
  category: string | null;
  district: string | null;
  state: string;
  created_at: string;
  summary: string;
  conversation_id: string | null;
  due: Due;
  /** Which edit of the ticket this is; a move says which one it was made on. */
  version: number;
  /** 紧急 or 特急; null for others. */
  urgency: string | null;
  /** 督办: a supervisor watches over it. */
  supervised: boolean;
  /** The citizen is not satisfied a second time, and a supervisor has to decide. */
  disputed: boolean;
  /** The citizen corrected something after the ticket was filed; its content and history tell what. */
  corrected: boolean;
  /** The hotline changed fields since it was dispatched; its history tells what. */
  edited: boolean;
  /** The same citizen told it before; for the hotline's staff only. */
  repeated?: boolean;
  /** How many citizens told the same of the same place. */
  reporters?: number;
  /** The department that handles it (承办单位); null before it is dispatched. */
  department: string | null;
  /** What is usual to do next; only on a department's list. */
  moves?: Daily[];
}

/** A ticket with all its fields; contact data is masked (138****0000) until revealed with a reason. */
export interface Ticket extends TicketRow {
  address?: string | null;
  happened_at?: string | null;
  content?: string | null;
  subject?: string | null;
  contact_name?: string | null;
  contact_phone?: string | null;
  confidential?: boolean;
  channel?: string | null;
  /** The department that leads on its category: a proposal until it is dispatched. */
  suggested_department?: string | null;
  /** Open tickets that may be about the same matter, with what they have in common; only those the account may see. */
  maybe_same?: (TicketRow & { why: string[]; score: number })[];
  updated_at?: string | null;
  closed_at?: string | null;
  merged_into?: string | null;
  /** The earlier ticket of the same citizen about the same matter. */
  parent?: string | null;
  latitude?: number | null;
  longitude?: number | null;
  place_label?: string | null;
  /** Ids of photos; see `photo` of the API. */
  photos?: string[];
  /** What the form asked for beyond the fields above, in the order to show it. */
  details?: { name: string; label: string; value: string }[];
  /** Names of the assisting departments (协办单位). */
  assisting?: string[];
  /** What the citizen is told. */
  public_reply?: string;
  /** What only the hotline reads. */
  confidential_reply?: string;
  /** Working days the department asks for; null when it asks for none. */
  asked_days?: number | null;
  added_days?: number;
  suspended_until?: string | null;
  supervised_at?: string | null;
  accepted_at?: string | null;
  dispatched_at?: string | null;
  signed_at?: string | null;
  replied_at?: string | null;
  approved_at?: string | null;
  rounds?: Rounds;
  callback?: { result: string | null; result_code: string; satisfied: number | null; why: string };
}

/** How often each of these has happened to a ticket. */
export interface Rounds {
  returns: number;
  extensions: number;
  suspensions: number;
  redos: number;
  urges: number;
  unreached: number;
}

export interface TicketEvent {
  at: string;
  actor: string;
  action: string;
  from_state: string | null;
  to_state: string | null;
  note: string | null;
}

export interface Contact {
  contact_name: string;
  contact_phone: string;
  /** Names and phones that it had before they were changed; for supervisors. */
  former_contacts?: string[];
  /** The ticket's texts with their numbers. */
  words: Partial<Ticket>;
  /** The history with its numbers, as it stood when it was seen. */
  events: TicketEvent[];
}

/** What a field of a move holds; `department` and `departments` are ids, `ticket` is a number. */
export type FieldKind = "text" | "number" | "flag" | "stars" | "department" | "departments" | "category" | "district" | "ticket";

export interface MoveField {
  name: string;
  label: string;
  kind: FieldKind;
  required: boolean;
  /** Most characters of a text, the largest number; null where nothing limits it. */
  max: number | null;
  /** When it is asked for: null always, `doubted` when the move was doubted, else unless the flag of this name is answered with no. */
  asked: string | null;
  /** What stands in it when the form is opened. */
  value: FieldValue | null;
}

/** How a button looks: the next step of a ticket's life stands out, what ends or turns it back is marked. */
export type Tone = "lead" | "plain" | "grave";

/** What a department usually does next with a ticket of its list. */
export interface Daily {
  action: string;
  label: string;
  tone: Tone;
  /** Nothing has to be filled in. */
  at_once: boolean;
}

/** Something that this account may do with a ticket in its present state. */
export interface Move {
  action: string;
  label: string;
  tone: Tone;
  /** Whether departments make it every day. */
  daily: boolean;
  fields: MoveField[];
  /** Why a rule is against it just now, in one sentence; null when nothing is. */
  why_not: string | null;
}

/** A department that a ticket may be dispatched to. */
export interface Suggestion {
  department_id: string;
  name: string;
  /** 0 to 1. */
  confidence: number;
  reason: string;
  /** Names of the departments that would assist. */
  assisting: string[];
  reach?: OfficeReach | null;
}

/** When a department works, and whom the hotline calls there. */
export interface OfficeReach {
  /** In words; empty when none are known. */
  hours: string;
  own_hours: boolean;
  /** The hours are only the city's example. */
  example: boolean;
  /** Null when no hours are known. */
  open: boolean | null;
  opens_at: string | null;
  contacts: { post: string; phone: string; deputy: boolean; example: boolean }[];
}

/** Something about a reply that its writer should look at again. */
export interface ReplyWarning {
  code: string;
  text: string;
}

/** What the ticket's own address answers. */
export interface TicketPage {
  ticket: Ticket;
  events: TicketEvent[];
  may: Move[];
  suggestions: Suggestion[];
  /** How its department can be reached; only for the hotline's staff, once it is dispatched. */
  reach?: OfficeReach | null;
}

/** What is sent as a field of a move. */
export type FieldValue = string | number | boolean | string[];

/** A ticket of a batch, as it went. */
export type Dispatched =
  | { number: string; ok: true; ticket: TicketRow }
  | { number: string; ok: false; error: { code: string; message: string } };

/** What the list of tickets is narrowed to; an empty field does not narrow it. */
export interface TicketFilter {
  state: string;
  q: string;
  /** Whole name of the citizen; not for departments. */
  name: string;
  department: string;
  category: string;
  district: string;
  type: string;
  due: "" | "overdue" | "soon";
  /** Days of filing, YYYY-MM-DD, both included. */
  since: string;
  until: string;
  urgent: boolean;
  emergency: boolean;
  supervised: boolean;
  disputed: boolean;
  /** So often returned that a supervisor decides. */
  returned: boolean;
  /** Told by so many citizens that it may be a hazard to all. */
  reported: boolean;
  order: "" | "due";
}

/** A citizen to call about an answer (回访). */
export interface Call extends TicketRow {
  /** Masked; the ticket's page shows it in clear for a reason. */
  phone: string;
  /** Days on which nobody was reached. */
  tries: number;
  called_at: string | null;
  answered_at: string | null;
}

/** What was heard of the answers of some days, each answer of a redone ticket counted; shares are 0 to 1, null when nobody was heard. */
export interface HeardFigures {
  days: number;
  answered: number;
  waiting: number;
  solved: number;
  unsolved: number;
  unreached: number;
  unanswered: number;
  marked: number;
  satisfied: number;
  solved_share: number | null;
  satisfied_share: number | null;
}

/** A list of tickets that was saved under a name (常用视图). */
export interface SavedView {
  id: string;
  name: string;
  query: Record<string, string>;
  /** Whether all agents and supervisors see it. */
  shared: boolean;
  own: boolean;
  /** Who saved it. */
  by: string;
}
