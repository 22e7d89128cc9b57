import type { Message, Mode } from "../shared/wire";
import type { Pending } from "./outbox";

/** One line of the conversation as the panel shows it. */
export interface Line {
  /** Stays the same when a pending message becomes a confirmed one, so its element stays too. */
  key: string;
  message: Message;
  state: "sent" | "sending" | "refused";
  reason: string | null;
  /** Whether its buttons can be pressed now. */
  active: boolean;
}

/**
 * What was said, in the server's order, each message once however often it arrives (live, missed, polled, echoed).
 */
export class Transcript {
  private readonly byId = new Map<string, Message>();
  private ordered: Message[] = [];
  /** Every message up to here is known to be here; where a new connection resumes from. */
  private mark = 0;

  /** `after` for the next connection or poll. */
  get resumeFrom(): number {
    return this.mark;
  }

  get newest(): number {
    return this.ordered[this.ordered.length - 1]?.seq ?? 0;
  }

  get size(): number {
    return this.ordered.length;
  }

  /**
   * Takes what the server sent in answer to "everything after `resumeFrom`": afterwards nothing older is missing.
   * Returns the messages that are new here.
   */
  addComplete(messages: Message[]): Message[] {
    const fresh = messages.filter((message) => this.put(message));
    for (const message of messages) this.mark = Math.max(this.mark, message.seq);
    return fresh;
  }

  /**
   * Takes one live message. `gap` tells that something between may be missing (frames of two server tasks can
   * overtake each other just when the connection breaks): the owner should ask once for everything after `resumeFrom`.
   */
  addLive(message: Message): { fresh: boolean; gap: boolean } {
    const fresh = this.put(message);
    while (this.has(this.mark + 1)) this.mark += 1;
    return { fresh, gap: this.newest > this.mark };
  }

  /** True when any of these is known: they belong to the conversation on screen. */
  overlaps(messages: Message[]): boolean {
    return messages.some((message) => this.byId.has(message.id));
  }

  clear(): void {
    this.byId.clear();
    this.ordered = [];
    this.mark = 0;
  }

  /** Messages from the other side newer than `seq`. */
  unreadAfter(seq: number): number {
    return this.ordered.filter((message) => message.direction === "out" && message.seq > seq).length;
  }

  /** The lines to show: confirmed ones in order, then those on their way. */
  lines(pending: readonly Pending[], mode: Mode): Line[] {
    const confirmed = new Set(this.ordered.map((message) => message.client_id));
    const waiting = pending.filter((item) => !confirmed.has(item.clientId));
    const activeId = waiting.some((item) => item.refused === null) ? null : activeButtons(this.ordered, mode);
    const lines: Line[] = this.ordered.map((message) => ({
      key: message.client_id ?? message.id,
      message,
      state: "sent",
      reason: null,
      active: message.id === activeId,
    }));
    for (const item of waiting) {
      lines.push({
        key: item.clientId,
        message: draft(item),
        state: item.refused === null ? "sending" : "refused",
        reason: item.refused,
        active: false,
      });
    }
    return lines;
  }

  private put(message: Message): boolean {
    if (this.byId.has(message.id)) return false;
    this.byId.set(message.id, message);
    let at = this.ordered.length;
    while (at > 0 && (this.ordered[at - 1]?.seq ?? 0) > message.seq) at -= 1;
    this.ordered.splice(at, 0, message);
    return true;
  }

  private has(seq: number): boolean {
    for (let at = this.ordered.length - 1; at >= 0; at -= 1) {
      const here = this.ordered[at]?.seq ?? 0;
      if (here === seq) return true;
      if (here < seq) return false;
    }
    return false;
  }
}

/**
 * Id of the message whose buttons may be pressed: the newest that offers any, by the bot or by the hotline itself (不等了, the
 * rating at the end), as long as the citizen has not answered since (a second press would send the choice twice) and no human
 * has taken over. A plain notice of the hotline in between changes nothing; a plain answer of the bot ends the choice.
 */
export function activeButtons(ordered: readonly Message[], mode: Mode): string | null {
  if (mode === "human") return null;
  for (let at = ordered.length - 1; at >= 0; at -= 1) {
    const message = ordered[at];
    if (!message || message.sender === "citizen") return null;
    if (message.sender !== "agent" && message.buttons.length > 0) return message.id;
    if (message.sender === "bot") return null;
  }
  return null;
}

function draft(item: Pending): Message {
  return {
    id: item.clientId, seq: 0, direction: "in", sender: "citizen", sender_name: "我",
    kind: item.photo ? "image" : item.location ? "location" : "text", text: item.text,
    media: item.photo ? { image: item.photo.id, width: item.photo.width, height: item.photo.height }
      : item.location ?? null,
    created_at: new Date(item.at).toISOString(), buttons: [], card: null, client_id: item.clientId,
  };
}
