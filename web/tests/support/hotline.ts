import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { Message, Mode } from "../../shared/wire";
import { message } from "./messages";

interface Said {
  client_id: string;
  text: string;
  button?: string | null;
}

/** What goes wrong with the next message frames, one entry each; an empty list means nothing does. */
export type Fault = "lose" | "store-then-cut" | "swallow" | "refuse" | "hurry";

/**
 * A hotline that speaks the web channel's protocol over real HTTP and real websockets, stores each client id once, and
 * fails in the ways networks and servers do.
 */
export class Hotline {
  messages: Message[] = [];
  mode: Mode = "bot";
  /** Every attempt to say something, repeats included, in order of arrival. */
  attempts: Said[] = [];
  /** `after` of every websocket connection. */
  resumedFrom: number[] = [];
  faults: Fault[] = [];
  refuseSockets = false;
  requests: string[] = [];
  notice: { version: string; line: string; photos: string; place: string; agreed: string[] } | null = null;
  /** The address of every websocket connection. */
  addresses: string[] = [];
  /** Tokens that are no longer good. */
  expired = new Set<string>();
  private tokens = 0;
  private server: Server | null = null;
  private sockets = new Set<WebSocket>();
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** What is stored of the citizen's, each once. */
  get stored(): string[] {
    return this.messages.filter((one) => one.sender === "citizen").map((one) => one.text);
  }

  async start(): Promise<void> {
    const sockets = new WebSocketServer({ noServer: true });
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.on("upgrade", (request, socket, head) => {
      if (this.refuseSockets) return void socket.destroy();
      sockets.handleUpgrade(request, socket, head, (one) => this.join(one, request));
    });
    await new Promise<void>((done) => this.server?.listen(this.port, "127.0.0.1", done));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts everybody off; {@link start} comes back on the same port. */
  async stop(): Promise<void> {
    this.cut();
    this.server?.closeAllConnections();
    await new Promise<void>((done) => (this.server ? this.server.close(() => done()) : done()));
    this.server = null;
  }

  /** Cuts the websockets without a goodbye, as a lost network does. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
    this.sockets.clear();
  }

  /** Somebody on this side says something. */
  say(one: Message, tell = true): void {
    this.messages.push(one);
    if (tell) this.push({ type: "message", message: one });
  }

  push(frame: object): void {
    for (const socket of this.sockets) socket.send(JSON.stringify(frame));
  }

  next(): number {
    return (this.messages[this.messages.length - 1]?.seq ?? 0) + 1;
  }

  private join(socket: WebSocket, request: IncomingMessage): void {
    const query = new URL(request.url ?? "", this.url).searchParams;
    this.addresses.push(request.url ?? "");
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim());
    const token = offered.find((one) => one.startsWith("wenban.token."))?.slice("wenban.token.".length) ?? "";
    if (!token || this.expired.has(token)) return socket.close(4401);
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    const after = Number(query.get("after"));
    this.resumedFrom.push(after);
    const missed = this.messages.filter((one) => one.seq > after);
    socket.send(JSON.stringify({ type: "hello", mode: this.mode, messages: missed }));
    socket.on("message", (data) => this.hear(socket, JSON.parse(String(data)) as Said & { type: string }));
  }

  private hear(socket: WebSocket, frame: Said & { type: string }): void {
    if (frame.type === "ping") return socket.send('{"type":"pong"}');
    if (frame.type !== "message") return;
    this.attempts.push(frame);
    const fault = this.faults.shift();
    if (fault === "swallow") return;
    if (fault === "lose") return socket.terminate();
    if (fault === "refuse" || fault === "hurry") {
      const error = fault === "refuse"
        ? { code: "too_large", message: "内容太长了", details: {} }
        : { code: "rate_limited", message: "您发得太快了", details: {} };
      return socket.send(JSON.stringify({ type: "error", error, client_id: frame.client_id }));
    }
    const [own, replies] = this.store(frame);
    if (fault === "store-then-cut") return socket.terminate();
    socket.send(JSON.stringify({ type: "ack", client_id: frame.client_id, message: own }));
    for (const reply of replies) this.push({ type: "message", message: reply });
  }

  private store(said: Said): [Message, Message[]] {
    const known = this.messages.find((one) => one.client_id === said.client_id);
    if (known) return [known, []];
    const own = message(this.next(), "citizen", said.text, { client_id: said.client_id });
    this.messages.push(own);
    if (this.mode !== "bot") return [own, []];
    const reply = message(this.next(), "bot", `答：${said.text}`, {
      buttons: [{ title: "有用", payload: "/useful" }, { title: "转人工", payload: "/request_human" }],
    });
    this.messages.push(reply);
    return [own, [reply]];
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.url);
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const body = await read(request);
    const json = (status: number, data: unknown): void => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(data));
    };
    if (url.pathname === "/api/web/session") {
      const given = (body as { token?: string } | null)?.token;
      const token = given && !this.expired.has(given) ? given : `token-${(this.tokens += 1)}`;
      return json(200, {
        token, conversation: { mode: this.mode }, messages: this.messages.slice(-50), city: "淮南",
        greeting: "您好，有事尽管问。", starters: ["我要反映问题", "转人工"], notice: this.notice,
      });
    }
    if (url.pathname === "/api/web/notice") {
      return json(200, {
        version: "2026-11-29", title: "个人信息处理告知",
        html: "<h2>收集什么</h2><p>您说的话</p><img src=x onerror=\"document.title='xss'\"><script>document.title='xss'</script>",
      });
    }
    if (url.pathname === "/api/web/consents") {
      const { purpose } = body as { purpose: string };
      if (this.notice) this.notice.agreed.push(purpose);
      return json(200, { agreed: this.notice?.agreed ?? [] });
    }
    if (url.pathname === "/api/web/forget") {
      const gone = request.headers.authorization?.replace("Bearer ", "") ?? "";
      this.expired.add(gone);
      this.messages = [];
      for (const socket of this.sockets) socket.close(4401);
      return json(200, {});
    }
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    if (!token || this.expired.has(token)) {
      return json(401, { error: { code: "unauthorized", message: "会话已过期", details: {} } });
    }
    if (request.method === "POST") {
      const said = body as Said;
      this.attempts.push(said);
      const [own, replies] = this.store(said);
      return json(200, { message: own, replies, pending: false });
    }
    const after = Number(url.searchParams.get("after"));
    return json(200, { messages: this.messages.filter((one) => one.seq > after), mode: this.mode });
  }
}

async function read(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text ? JSON.parse(text) : null;
}
