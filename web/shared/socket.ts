import { backoff } from "./backoff";

/** What a {@link LiveSocket} tells its owner. */
export interface SocketEvents<Frame> {
  /** The socket is open; nothing has arrived yet. */
  open?: () => void;
  frame: (frame: Frame) => void;
  /** The socket is gone. `code` 4401 means the credentials are no longer good. */
  closed?: (code: number, opened: boolean) => void;
}

/** Milliseconds; tests shorten them. */
export interface SocketTiming {
  pingEvery: number;
  pongWithin: number;
  openWithin: number;
  backoffBase: number;
  backoffMax: number;
}

export const SOCKET_TIMING: SocketTiming = {
  pingEvery: 25_000,
  pongWithin: 10_000,
  openWithin: 10_000,
  backoffBase: 1000,
  backoffMax: 30_000,
};

/**
 * A websocket of JSON frames that comes back by itself: back-off with jitter, a heartbeat that notices dead
 * connections (a phone that changed networks keeps its socket "open" for minutes), and an immediate try when the
 * device is online again or the page is looked at again.
 *
 * `url` and `protocols` are asked anew for every connection: the address carries the place to resume from, and the
 * protocols what must not stand in an address.
 */
export class LiveSocket<Frame extends { type: string }> {
  private socket: WebSocket | null = null;
  private opened = false;
  private attempt = 0;
  private wanted = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setTimeout> | undefined;
  private deadTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly wake = (): void => this.tryNow();

  constructor(
    private readonly url: () => string,
    private readonly events: SocketEvents<Frame>,
    private readonly timing: SocketTiming = SOCKET_TIMING,
    private readonly protocols: () => string[] = () => [],
  ) {}

  /** True when frames can be sent now. */
  get ready(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Connects, and keeps connecting until {@link stop}. */
  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    window.addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  /** Closes for good; {@link start} begins anew. */
  stop(): void {
    this.wanted = false;
    window.removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    clearTimeout(this.retryTimer);
    this.drop(1000);
    this.attempt = 0;
  }

  /** Sends a frame; false when the socket is not open (the caller keeps what matters). */
  send(frame: object): boolean {
    if (!this.ready || !this.socket) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** The other side proved alive and useful: the next loss starts from the shortest delay again. */
  settled(): void {
    this.attempt = 0;
  }

  /** Gives the present connection up and makes a new one after the usual delay. */
  restart(): void {
    if (!this.wanted) return;
    const opened = this.opened;
    this.drop(4000);
    this.events.closed?.(4000, opened);
    this.retryLater();
  }

  private tryNow(): void {
    if (!this.wanted || this.socket || document.visibilityState === "hidden") return;
    clearTimeout(this.retryTimer);
    this.connect();
  }

  private connect(): void {
    if (!this.wanted || this.socket) return;
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.url(), this.protocols());
    } catch {
      // A page's content security policy may forbid the connection outright.
      this.events.closed?.(1006, false);
      this.retryLater();
      return;
    }
    this.socket = socket;
    this.opened = false;
    this.deadTimer = setTimeout(() => this.lost(socket, 4000), this.timing.openWithin);
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.opened = true;
      clearTimeout(this.deadTimer);
      // Asked at once: some proxies accept the connection and then pass nothing on.
      this.ask(socket);
      this.events.open?.();
    };
    socket.onmessage = (event: MessageEvent) => {
      if (this.socket !== socket) return;
      this.alive();
      const frame = parse<Frame>(event.data);
      if (frame) this.events.frame(frame);
    };
    socket.onclose = (event: CloseEvent) => this.lost(socket, event.code);
  }

  private lost(socket: WebSocket, code: number): void {
    if (this.socket !== socket) return;
    const opened = this.opened;
    this.drop(4000);
    this.events.closed?.(code, opened);
    this.retryLater();
  }

  private retryLater(): void {
    if (!this.wanted || this.socket) return;
    clearTimeout(this.retryTimer);
    const delay = backoff(this.attempt, Math.random(), this.timing.backoffBase, this.timing.backoffMax);
    this.attempt += 1;
    this.retryTimer = setTimeout(() => this.connect(), delay);
  }

  private alive(): void {
    clearTimeout(this.pingTimer);
    clearTimeout(this.deadTimer);
    this.pingTimer = setTimeout(() => {
      if (this.socket) this.ask(this.socket);
    }, this.timing.pingEvery);
  }

  private ask(socket: WebSocket): void {
    if (!this.send({ type: "ping" })) return;
    this.deadTimer = setTimeout(() => this.lost(socket, 4000), this.timing.pongWithin);
  }

  private drop(code: number): void {
    clearTimeout(this.pingTimer);
    clearTimeout(this.deadTimer);
    const socket = this.socket;
    this.socket = null;
    this.opened = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    try {
      socket.close(code);
    } catch {
      // Closing a socket that never opened may throw in old engines; it is gone either way.
    }
  }
}

function parse<Frame>(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as Frame) : null;
  } catch {
    return null;
  }
}

/** `https://host/path` → `wss://host/path`. */
export function socketUrl(base: string, path: string, query: Record<string, string> = {}): string {
  const url = new URL(path, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
