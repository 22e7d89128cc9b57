import type { Message, Sender } from "../../shared/wire";

/** A message as the server would send it; `over` changes what a test cares about. */
export function message(seq: number, sender: Sender, text: string, over: Partial<Message> = {}): Message {
  return {
    id: `m-${seq}-${Math.random().toString(36).slice(2)}`,
    seq,
    direction: sender === "citizen" ? "in" : "out",
    sender,
    sender_name: sender === "bot" ? "问办助手" : sender === "agent" ? "坐席 3 号" : "网页访客",
    kind: "text",
    text,
    created_at: new Date(Date.UTC(2026, 10, 23, 2, 0, seq)).toISOString(),
    buttons: [],
    card: null,
    client_id: null,
    ...over,
  };
}
