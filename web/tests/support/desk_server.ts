import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { Message } from "../../shared/wire";
import type { Beside, SavedDraft } from "../../desk/api/talk";
import type { Colleague, Conversation, Happening } from "../../desk/api/types";
import { message } from "./messages";

/** One request as it came in. */
export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
}

type Answer = { status: number; body: unknown } | "hang-up" | undefined;

export const ME = { id: "u1", username: "agent3", display_name: "坐席 3 号", role: "agent", department: null, must_change_password: false };

const NO_DRAFT: SavedDraft = { version: 0, client_id: "", text: "", unsent: [] };
const NOTHING_BESIDE: Omit<Beside, "draft"> = {
  summary: { question: null, matter: null, upset: null, filled: [], missing: [], tried: [] },
  left_note: null, tickets: [], deliveries: {}, notes: [], tags: [], usual_tags: [], left_drafts: [], variables: {},
};

/** A conversation as the desk API lists it; `over` changes what a test cares about. */
export function conversation(id: string, over: Partial<Conversation> = {}): Conversation {
  return {
    id, channel: "web", account: "", mode: "waiting", stage: "active", citizen_name: `网页访客 ${id}`, agent: null, urgent: false,
    reason: "citizen_asked", waiting_since: "2026-11-23T02:00:00Z", last_words: null, transfer: null, unread: 0,
    updated_at: "2026-11-23T02:00:00Z", ...over,
  };
}

/** The desk API over real HTTP and a real websocket, with agents' conversations in memory. */
export class DeskServer {
  conversations = new Map<string, Conversation>();
  messages: Message[] = [];
  happened: Happening[] = [];
  colleagues: Colleague[] = [];
  /** Conversation → this agent's draft, as it was saved. */
  drafts = new Map<string, SavedDraft>();
  /** What stands beside each conversation, where a test cares. */
  beside: Partial<Beside> = {};
  asked: Asked[] = [];
  /** What pages said through the websocket. */
  frames: { type: string; idle_s?: number }[] = [];
  /** Answers instead of the normal one when it returns something. */
  instead: (asked: Asked) => Answer | Promise<Answer> = () => undefined;
  private server: Server | null = null;
  private sockets = new Set<WebSocket>();
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get listeners(): number {
    return this.sockets.size;
  }

  async start(): Promise<void> {
    const sockets = new WebSocketServer({ noServer: true });
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.on("upgrade", (request, socket, head) => sockets.handleUpgrade(request, socket, head, (one) => {
      this.sockets.add(one);
      one.on("close", () => this.sockets.delete(one));
      one.on("message", (data) => {
        this.frames.push(JSON.parse(String(data)) as { type: string; idle_s?: number });
        one.send('{"type":"pong"}');
      });
    }));
    await new Promise<void>((done) => this.server?.listen(this.port, "127.0.0.1", done));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.cut();
    this.server?.closeAllConnections();
    await new Promise<void>((done) => (this.server ? this.server.close(() => done()) : done()));
    this.server = null;
  }

  cut(): void {
    for (const socket of this.sockets) socket.terminate();
    this.sockets.clear();
  }

  push(frame: object): void {
    for (const socket of this.sockets) socket.send(JSON.stringify(frame));
  }

  put(...list: Conversation[]): void {
    for (const one of list) this.conversations.set(one.id, one);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.url);
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const asked: Asked = {
      method: request.method ?? "", path: url.pathname.replace("/api/desk", ""), query: Object.fromEntries(url.searchParams),
      headers: request.headers, body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
    this.asked.push(asked);
    const given = (await this.instead(asked)) ?? this.normal(asked);
    if (given === "hang-up") return void request.socket.destroy();
    const plain = typeof given.body === "string";
    response.writeHead(given.status, { "Content-Type": plain ? "text/html" : "application/json" });
    response.end(plain ? given.body : JSON.stringify(given.body));
  }

  private saved(id: string, draft: SavedDraft): { status: number; body: unknown } {
    const before = this.drafts.get(id) ?? NO_DRAFT;
    if (draft.version !== before.version) {
      return { status: 409, body: { error: { code: "draft_changed", message: "另一个窗口里也在写", details: { draft: before } } } };
    }
    const sent = new Set(this.messages.map((each) => each.client_id));
    const unsent = draft.unsent.filter((each) => !sent.has(each.client_id));
    const kept = { ...draft, version: draft.version + 1, unsent, ...(sent.has(draft.client_id) ? { client_id: "", text: "" } : {}) };
    this.drafts.set(id, kept);
    return { status: 200, body: { draft: kept } };
  }

  private normal(asked: Asked): { status: number; body: unknown } {
    const ok = (body: unknown): { status: number; body: unknown } => ({ status: 200, body });
    if (["/me", "/login", "/password"].includes(asked.path)) return ok({ user: ME });
    if (asked.path === "/conversations") {
      const { mode, mine, q, after = 0, limit = 50 } = asked.query;
      const all = [...this.conversations.values()].filter((one) =>
        (mode === "all" || one.mode === mode) && (!mine || one.agent?.id === ME.id) && (!q || one.citizen_name.includes(q)));
      const list = all.slice(Number(after), Number(after) + Number(limit));
      const end = Number(after) + list.length;
      const next = end < all.length ? String(end) : null;
      const count = (check: (one: Conversation) => boolean): number => [...this.conversations.values()].filter(check).length;
      return ok({ conversations: list, next, counts: {
        waiting: count((one) => one.mode === "waiting"), mine: count((one) => one.agent?.id === ME.id),
      } });
    }
    if (asked.path === "/agents") return ok({ agents: this.colleagues });
    const [, id, step] = /^\/conversations\/([^/]+)(?:\/(\w+))?$/.exec(asked.path) ?? [];
    const one = id ? this.conversations.get(id) : undefined;
    if (!one) return { status: 404, body: { error: { code: "not_found", message: "没有这个会话", details: {} } } };
    if (!step) return ok({ conversation: { ...one, slots: [{ name: "诉求类型", value: "投诉" }] }, messages: this.messages });
    if (step === "events") {
      return ok({ events: this.happened.filter((each) => each.nth > Number(asked.query.after ?? 0)) });
    }
    if (step === "draft") return this.saved(one.id, asked.body as unknown as SavedDraft);
    if (step === "beside") return ok({ ...NOTHING_BESIDE, draft: this.drafts.get(one.id) ?? NO_DRAFT, ...this.beside });
    if (step === "suggestions") return ok({ asked: null, suggestions: [] });
    if (step === "messages") {
      const clientId = String(asked.body.client_id);
      let said = this.messages.find((each) => each.client_id === clientId);
      if (!said) {
        said = message(this.messages.length + 1, "agent", String(asked.body.text), { client_id: clientId });
        this.messages.push(said);
      }
      return ok({ message: said });
    }
    if (step === "transfer") {
      const to = this.colleagues.find((each) => each.id === asked.body.to);
      const passed: Conversation = {
        ...one, mode: to ? "human" : "waiting", agent: to ? { id: to.id, display_name: to.display_name } : null,
        transfer: { by: { id: ME.id, display_name: ME.display_name }, note: String(asked.body.note) },
      };
      this.put(passed);
      return ok({ conversation: passed });
    }
    const agent = step === "take" ? { id: ME.id, display_name: ME.display_name } : null;
    const changed: Conversation = { ...one, mode: agent ? "human" : "bot", agent, stage: step === "close" ? "closed" : "active" };
    this.put(changed);
    return ok({ conversation: changed });
  }
}
