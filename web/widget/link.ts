import { SOCKET_TIMING, type SocketTiming } from "../shared/socket";
import type { ErrorBody, Message, Mode } from "../shared/wire";

/**
 * How we reach the server now. `live`: websocket. `polling`: plain requests, because websockets don't get through
 * (old proxies). `offline`: neither; messages wait in the outbox.
 */
export type Link = "idle" | "connecting" | "live" | "polling" | "offline";

/** What the server says on the web channel's socket. */
export type Frame =
  | { type: "hello"; mode: Mode; position?: number; messages: Message[] }
  | { type: "message"; message: Message }
  | { type: "mode"; mode: Mode; position?: number; agents?: boolean }
  | { type: "typing"; active: boolean }
  | { type: "error"; error: ErrorBody; client_id?: string | null; retry_after_s?: number | null }
  | { type: "ack"; client_id: string; message: Message }
  | { type: "pong" };

/** Milliseconds; tests shorten them. */
export interface Timing extends SocketTiming {
  /** An unacknowledged message means the socket is dead, whatever it says of itself. */
  ackWithin: number;
  /** A first connection slower than this is helped out by plain requests. */
  socketWithin: number;
  pollEvery: number;
  pollHidden: number;
  /** Longest a "typing" sign stays without news. */
  typingFor: number;
}

export const TIMING: Timing = {
  ...SOCKET_TIMING, ackWithin: 8000, socketWithin: 4000, pollEvery: 3000, pollHidden: 15_000, typingFor: 15_000,
};

/** "The other side is preparing an answer": shown until told otherwise, but never longer than news can be late. */
export class TypingSign {
  shown = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly longestMs: number, private readonly changed: () => void) {}

  set(active: boolean): void {
    clearTimeout(this.timer);
    this.shown = active;
    if (!active) return;
    this.timer = setTimeout(() => {
      this.shown = false;
      this.changed();
    }, this.longestMs);
  }
}

/** Runs one asynchronous job again and again; the job says in how many milliseconds it wants its next turn. */
export class Poller {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private on = false;

  constructor(private readonly job: () => Promise<number>) {}

  get active(): boolean {
    return this.on;
  }

  start(): void {
    if (this.on) return;
    this.on = true;
    this.soon(0);
  }

  stop(): void {
    this.on = false;
    clearTimeout(this.timer);
  }

  /** Moves the next turn; nothing when stopped. */
  soon(delayMs: number): void {
    if (!this.on) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const next = await this.job();
      this.soon(next);
    }, delayMs);
  }
}
