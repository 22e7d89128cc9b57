import type { Memory } from "./memory";
import type { Point } from "./photo";

/** A message the server has not confirmed yet. */
export interface Pending {
  clientId: string;
  text: string;
  button: string | null;
  /** Milliseconds since the epoch, by the device's clock. */
  at: number;
  /** Why the server refused it for good; such a message waits for the citizen, not for the network. */
  refused: string | null;
  /** A photo the server has already, sent instead of words. */
  photo?: { id: string; width: number; height: number } | null;
  /** Where the citizen is, sent instead of words. */
  location?: Point | null;
}

const HEAD = "out:";
const KEEP_MS = 24 * 3600 * 1000;

/**
 * Messages on their way, kept in storage so that a reload, a closed tab or a flat battery loses none. Each message has
 * a storage key of its own: two tabs writing at once cannot overwrite each other's.
 *
 * A message keeps its `clientId` through every retry; the server answers a repeat with the first result, so sending
 * too often is harmless and sending too seldom is the only mistake.
 */
export class Outbox {
  private items: Pending[];

  constructor(private readonly memory: Memory, now: number = Date.now()) {
    this.items = memory
      .names(HEAD)
      .map((name) => this.read(name, now))
      .filter((item): item is Pending => item !== null)
      .sort((a, b) => a.at - b.at);
  }

  /** All of them, oldest first. */
  get all(): readonly Pending[] {
    return this.items;
  }

  /** The next one to send. */
  get next(): Pending | null {
    return this.items.find((item) => item.refused === null) ?? null;
  }

  add(item: Pending): void {
    this.items.push(item);
    this.write(item);
  }

  /** The server has it. True when it was ours. */
  confirm(clientId: string): boolean {
    const before = this.items.length;
    this.items = this.items.filter((item) => item.clientId !== clientId);
    this.memory.remove(HEAD + clientId);
    return this.items.length < before;
  }

  /** Forgets all of them. */
  clear(): void {
    for (const item of this.items) this.memory.remove(HEAD + item.clientId);
    this.items = [];
  }

  /** The server will never take it as it is. */
  refuse(clientId: string, reason: string): void {
    this.change(clientId, reason);
  }

  /** The citizen wants a refused one tried again. */
  retry(clientId: string): void {
    this.change(clientId, null);
  }

  private change(clientId: string, refused: string | null): void {
    const item = this.items.find((one) => one.clientId === clientId);
    if (!item) return;
    item.refused = refused;
    this.write(item);
  }

  private write(item: Pending): void {
    this.memory.set(HEAD + item.clientId, JSON.stringify(item));
  }

  private read(name: string, now: number): Pending | null {
    try {
      const item = JSON.parse(this.memory.get(name) ?? "") as Partial<Pending>;
      // After a day the moment has passed; sending it then would only confuse.
      if (typeof item.clientId === "string" && typeof item.text === "string" && now - (item.at ?? 0) < KEEP_MS) {
        return { clientId: item.clientId, text: item.text, button: item.button ?? null, at: item.at ?? now,
                 refused: item.refused ?? null, photo: item.photo ?? null, location: item.location ?? null };
      }
    } catch {
      // Not ours, or cut short: dropped below.
    }
    this.memory.remove(name);
    return null;
  }
}
