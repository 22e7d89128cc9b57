import type { Message } from "../../shared/wire";
import { DeskClient } from "./client";
import { NO_SEARCH } from "./types";
import type {
  Account, AgentState, AccountFacts, AuditFilter, AuditPage, Call, Colleague, Contact, Conversation, ConversationDetail, ConversationPage, Department, Dispatched, Ended, FieldValue, GapGroup, GapPage, GapState, GapWindow, Happening, HeardFigures, KnowledgeState, Looked, RightsRequest, SavedView, Search, Setup, Sight, SignIn, SignedIn, Slot, Tab,
  TicketFilter, TicketPage, TicketRow, Tried, User,
} from "./types";

/** The desk API, one method an endpoint. */
export class DeskApi {
  constructor(readonly client: DeskClient = new DeskClient()) {}

  me = (): Promise<{ user: User }> => this.client.get("/me");

  login = (username: string, password: string): Promise<SignedIn> =>
    this.client.post("/login", { username, password });

  loginCode = (code: string): Promise<{ user: User }> => this.client.post("/login/code", { code });

  /** `oidc` is the name of the organisation's own sign-in; null when there is none. */
  signInWays = (): Promise<{ oidc: string | null }> => this.client.get("/sign_in_ways");

  /** Tells that somebody is using the page; that keeps the session going. */
  active = (): Promise<unknown> => this.client.post("/active");

  signIns = (): Promise<{ sessions: SignIn[] }> => this.client.get("/sessions");

  endOthers = (): Promise<{ ended: number }> => this.client.post("/sessions/end_others");

  secondFactor = (): Promise<{ on: boolean; codes_left: number }> => this.client.get("/second_factor");

  setUpSecondFactor = (password: string): Promise<Setup> => this.client.post("/second_factor/set_up", { password });

  confirmSecondFactor = (code: string): Promise<{ user: User; codes: string[] }> =>
    this.client.post("/second_factor/confirm", { code });

  newRecoveryCodes = (code: string): Promise<{ codes: string[] }> => this.client.post("/second_factor/codes", { code });

  accounts = (): Promise<{ accounts: Account[]; departments: Department[] }> => this.client.get("/accounts");

  addAccount = (username: string, facts: AccountFacts): Promise<{ password: string }> =>
    this.client.post("/accounts", { username, ...facts });

  changeAccount = (id: string, facts: AccountFacts): Promise<unknown> =>
    this.client.post(`/accounts/${encodeURIComponent(id)}`, facts);

  /** Opening and resetting answer with a one-time password. */
  accountDeed = (id: string, deed: "close" | "open" | "reset_password" | "remove_second_factor"): Promise<{ password?: string }> =>
    this.client.post(`/accounts/${encodeURIComponent(id)}/${deed}`);

  logout = (): Promise<unknown> => this.client.post("/logout");

  changePassword = (old: string, fresh: string): Promise<{ user: User }> =>
    this.client.post("/password", { old, new: fresh });

  conversations = (tab: Tab, search: Search = NO_SEARCH, after: string | null = null, limit = 50): Promise<ConversationPage> =>
    this.client.get("/conversations", {
      ...(tab === "mine" ? { mode: "human", mine: 1 } : { mode: tab }), limit,
      ...(search.q && { q: search.q }), ...(search.kind && { kind: search.kind }), ...(after && { after }),
      ...(search.channel && { channel: search.channel }), ...(search.waited && { waited: search.waited }),
    });

  conversation = (id: string): Promise<{ conversation: ConversationDetail; messages: Message[] }> =>
    this.client.get(`/conversations/${encodeURIComponent(id)}`);

  happened = (id: string, after: number): Promise<{ events: Happening[] }> =>
    this.client.get(`/conversations/${encodeURIComponent(id)}/events`, { after });

  take = (id: string): Promise<{ conversation: Conversation }> =>
    this.client.post(`/conversations/${encodeURIComponent(id)}/take`);

  say = (id: string, clientId: string, text: string): Promise<{ message: Message }> =>
    this.client.post(`/conversations/${encodeURIComponent(id)}/messages`, { client_id: clientId, text });

  handBack = (id: string, note: string): Promise<{ conversation: Conversation }> =>
    this.client.post(`/conversations/${encodeURIComponent(id)}/hand_back`, note ? { note } : {});

  colleagues = (): Promise<{ agents: Colleague[] }> => this.client.get("/agents");

  /** `to` is a colleague's id; null puts the conversation back into the queue. */
  transfer = (id: string, to: string | null, note: string): Promise<{ conversation: Conversation }> =>
    this.client.post(`/conversations/${encodeURIComponent(id)}/transfer`, { to, note });

  takeOver = (id: string, holder: string, note: string): Promise<{ conversation: Conversation }> =>
    this.client.post(`/conversations/${encodeURIComponent(id)}/take_over`, { holder, note });

  /** Ends several of the agent's own conversations, each for itself. */
  closeMany = (ids: string[]): Promise<{ conversations: Ended[] }> => this.client.post("/conversations/close", { ids });

  choosePresence = (state: AgentState): Promise<{ state: AgentState; chosen: AgentState }> =>
    this.client.post("/presence", { state });

  /** How many conversations an agent may have at the same time; null: the default. */
  setCapacity = (id: string, capacity: number | null): Promise<unknown> =>
    this.client.post(`/agents/${encodeURIComponent(id)}/capacity`, { capacity });

  tickets = (filter: Partial<TicketFilter>, before: string | null = null, limit = 50):
    Promise<{ tickets: TicketRow[]; next: string | null }> => {
    const { urgent, emergency, supervised, disputed, returned, reported, ...words } = filter;
    return this.client.get("/tickets", {
      ...words, limit, before, ...(urgent && { urgent: 1 }), ...(emergency && { emergency: 1 }), ...(supervised && { supervised: 1 }), ...(disputed && { disputed: 1 }),
      ...(returned && { returned: 1 }), ...(reported && { reported: 1 }),
    });
  };

  /** Connected systems that were not told what happened, and are not tried any more. */
  partnerTroubles = (): Promise<{ partners: { name: string; dead: number; error: string }[] }> => this.client.get("/partners/troubles");

  /** Address of the list as a spreadsheet, as filtered. */
  ticketSheet = (query: Record<string, string>): string => `/api/desk/tickets/export?${new URLSearchParams(query).toString()}`;

  /** Files the tickets of a filled template, all or none; what is wrong stands in the error's `details.rows`. */
  importTickets = (file: Blob): Promise<{ imported: number; numbers: string[] }> => this.client.upload("/tickets/import", file);

  /** Citizens to call about an answer, who waits longest first. */
  calls = (after: string | null): Promise<{ calls: Call[]; waiting: number; next: string | null; tries: number }> =>
    this.client.get("/calls", { after, limit: 50 });

  callFigures = (days: number): Promise<HeardFigures> => this.client.get("/calls/figures", { days });

  views = (): Promise<{ views: SavedView[] }> => this.client.get("/views");

  saveView = (name: string, query: Record<string, string>, shared: boolean): Promise<{ view: SavedView }> =>
    this.client.post("/views", { name, query, shared });

  removeView = (id: string): Promise<unknown> => this.client.post(`/views/${encodeURIComponent(id)}/remove`);

  ticket = (number: string): Promise<TicketPage> => this.client.get(`/tickets/${encodeURIComponent(number)}`);

  /** Address of the ticket as a sheet of paper. Fetching it is recorded. */
  ticketPrint = (number: string): string => `/api/desk/tickets/${encodeURIComponent(number)}/print`;

  /** Makes a move on the version that was seen. `gone`: this department no longer sees the ticket. */
  act = (number: string, action: string, version: number, fields: Record<string, FieldValue>):
    Promise<{ ticket: TicketRow; gone: boolean }> =>
    this.client.post(`/tickets/${encodeURIComponent(number)}/act`, { action, version, fields });

  dispatchMany = (tickets: { number: string; version: number }[], fields: Record<string, FieldValue>): Promise<{ tickets: Dispatched[] }> =>
    this.client.post("/tickets/dispatch", { tickets, fields });

  departments = (): Promise<{ departments: Department[]; categories: string[]; districts: string[] }> =>
    this.client.get("/departments");

  reveal = (number: string, reason: string): Promise<Contact> =>
    this.client.post(`/tickets/${encodeURIComponent(number)}/reveal`, { reason });

  /** The words of a conversation with their numbers; query codes stay hidden. */
  revealTalk = (id: string, reason: string): Promise<{ messages: Message[]; slots: Slot[] }> =>
    this.client.post(`/conversations/${encodeURIComponent(id)}/reveal`, { reason });

  reveals = (user: string, before: string | null): Promise<{ reveals: Sight[]; next: string | null; today: Looked[] }> =>
    this.client.get("/reveals", { limit: 50, ...(user && { user }), ...(before && { before }) });

  giveMore = (user: string, reason: string): Promise<{ today: Looked[] }> => this.client.post("/reveals/more", { user, reason });

  rights = (): Promise<{ requests: RightsRequest[] }> => this.client.get("/rights");

  endRights = (id: string, state: "done" | "refused", note: string): Promise<{ request: RightsRequest }> =>
    this.client.post(`/rights/${encodeURIComponent(id)}`, { state, note });

  knowledge = (days: number): Promise<KnowledgeState> => this.client.get("/knowledge", { days });

  tryQuestion = (q: string): Promise<Tried> => this.client.get("/knowledge/ask", { q });

  gaps = (window: GapWindow, state: GapState, limit: number): Promise<GapPage> =>
    this.client.get("/knowledge/gaps", { ...window, state, limit });

  gap = (id: string, window: GapWindow): Promise<{ group: GapGroup }> =>
    this.client.get(`/knowledge/gaps/${encodeURIComponent(id)}`, { ...window });

  dismissGap = (id: string, window: GapWindow): Promise<unknown> =>
    this.client.post(`/knowledge/gaps/${encodeURIComponent(id)}/dismiss`, window);

  reopenGap = (id: string, window: GapWindow): Promise<unknown> =>
    this.client.post(`/knowledge/gaps/${encodeURIComponent(id)}/reopen`, window);

  draftGap = (id: string, window: GapWindow, title: string, department: string): Promise<{ entry: string; file: string }> =>
    this.client.post(`/knowledge/gaps/${encodeURIComponent(id)}/draft`, { ...window, title, department });

  audit = (filter: AuditFilter, before: number | null): Promise<AuditPage> =>
    this.client.get("/audit", { ...filter, before, limit: 50 });
}

/** The page's one connection to the API. */
export const api = new DeskApi();
