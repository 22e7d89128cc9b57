import type { LiveSocket } from "../shared/socket";
import type { ErrorBody, Message } from "../shared/wire";
import { ApiFailure, passingCode, said, type WebApi } from "./api";
import type { Frame, Link, Timing } from "./link";
import type { Outbox, Pending } from "./outbox";

/** What sending needs of the conversation. */
export interface Sender {
  now: () => { api: WebApi; token: string | null; link: Link };
  readonly socket: LiveSocket<Frame>;
  /** Messages that came back: one's own, and replies. */
  live: (messages: Message[]) => void;
  /** Shows, or takes away, that an answer is being prepared. */
  expectReply: () => void;
  noReply: () => void;
  /** The session is over: begin another one. */
  renew: () => void;
  /** Polls again after so many ms at the earliest. */
  pollSoon: (ms: number) => void;
  /** The next pause after a failure, in ms. */
  delay: () => number;
  changed: () => void;
}

/**
 * Sends what is in the outbox, one at a time: the order written is the order received. A message goes by the socket or by a plain
 * request, whatever works, and is tried again with the same id until the server has it or refuses it for good.
 */
export class Sending {
  private inFlight: string | null = null;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private pumpTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly sender: Sender,
    readonly outbox: Outbox,
    private readonly timing: Timing,
  ) {}

  /** Sends the next message, unless one is on its way. */
  async pump(): Promise<void> {
    const item = this.outbox.next;
    if (this.inFlight !== null || !item) return;
    const { link } = this.sender.now();
    if (link === "live") this.bySocket(item);
    else if (link === "polling") await this.byRequest(item);
  }

  /** The way on which something was sent is gone; it is sent again when there is another. */
  lost(): void {
    clearTimeout(this.ackTimer);
    this.inFlight = null;
  }

  stop(): void {
    this.lost();
    clearTimeout(this.pumpTimer);
  }

  /** The server has this message. */
  settle(clientId: string): void {
    this.outbox.confirm(clientId);
    if (this.inFlight === clientId) this.lost();
  }

  /** The server refused a message: for good, or only now. */
  refused(error: ErrorBody, clientId: string | null, waitMs: number): void {
    if (clientId === null || clientId !== this.inFlight) return;
    this.lost();
    if (passingCode(error)) {
      this.pumpTimer = setTimeout(() => void this.pump(), Math.max(waitMs, this.sender.delay()));
    } else {
      this.outbox.refuse(clientId, error.message);
      void this.pump();
    }
  }

  private bySocket(item: Pending): void {
    const { socket } = this.sender;
    if (!socket.send({ type: "message", ...said(item) })) return;
    this.inFlight = item.clientId;
    clearTimeout(this.ackTimer);
    this.ackTimer = setTimeout(() => socket.restart(), this.timing.ackWithin);
  }

  private async byRequest(item: Pending): Promise<void> {
    const { api, token } = this.sender.now();
    if (!token) return;
    this.inFlight = item.clientId;
    this.sender.expectReply();
    this.sender.changed();
    try {
      const sent = await api.send(token, item);
      this.sender.live([sent.message, ...sent.replies]);
      this.settle(item.clientId);
      if (!sent.pending) this.sender.noReply();
    } catch (error) {
      this.failed(item, error);
      return;
    }
    this.sender.changed();
    void this.pump();
  }

  private failed(item: Pending, error: unknown): void {
    if (this.inFlight === item.clientId) this.inFlight = null;
    this.sender.noReply();
    if (!(error instanceof ApiFailure)) throw error;
    if (error.signedOut) {
      this.sender.renew();
      return;
    }
    // The next good poll sends it again, with the same id.
    if (error.passing) this.sender.pollSoon(Math.max(this.timing.pollEvery, error.waitMs, this.sender.delay()));
    else this.outbox.refuse(item.clientId, error.message);
    this.sender.changed();
  }
}
