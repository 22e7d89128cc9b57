import type { Message } from "../shared/wire";
import type { Transcript } from "./transcript";

/** How long to wait for more before asking for what is missing, in ms: a burst of frames jumps once. */
const CALM_MS = 300;

/** What receiving needs of the conversation. */
export interface Receiver {
  /** Fetches everything since where the transcript is whole; when it fails, the next connection resumes there and brings it. */
  missing: () => Promise<Message[]>;
  /** The server has this message of ours. */
  settle: (clientId: string) => void;
  /** Somebody has answered. */
  answered: () => void;
  changed: () => void;
}

/** Takes messages into the transcript, and asks once for whatever live ones jumped over. */
export class Receiving {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly transcript: Transcript, private readonly receiver: Receiver) {}

  /** Messages among which none is missing. */
  complete(messages: Message[]): void {
    this.noticed(this.transcript.addComplete(messages), messages);
  }

  /** Messages before which some may be missing. */
  live(messages: Message[]): void {
    let gap = false;
    const fresh = messages.filter((message) => {
      const added = this.transcript.addLive(message);
      gap = gap || added.gap;
      return added.fresh;
    });
    this.noticed(fresh, messages);
    if (gap) this.fill();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private fill(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.receiver.missing().then((messages) => {
        this.complete(messages);
        this.receiver.changed();
      }, () => undefined);
    }, CALM_MS);
  }

  private noticed(fresh: Message[], all: Message[]): void {
    // An echo of our own message is as good as its acknowledgement.
    for (const message of all) if (message.direction === "in" && message.client_id) this.receiver.settle(message.client_id);
    if (fresh.some((message) => message.direction === "out")) this.receiver.answered();
  }
}
