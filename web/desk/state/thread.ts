import { computed, reactive } from "vue";
import type { Message } from "../../shared/wire";
import { DeskError, explain } from "../api/client";
import { api } from "../api/desk";
import { talkApi, type Disposition } from "../api/talk";
import type { Conversation, ConversationDetail } from "../api/types";
import { look, refreshSoon, upsert } from "./board";
import { forgetDrafts, pieceOf, remove, sendOff, unsentOf, type Piece } from "./drafts";

interface Thread {
  id: string | null;
  conversation: ConversationDetail | null;
  messages: Message[];
  loading: boolean;
  busy: boolean;
  problem: string | null;
}

/** The conversation on screen. */
export const thread = reactive<Thread>({
  id: null, conversation: null, messages: [], loading: false, busy: false, problem: null,
});

/** The replies on their way in the conversation on screen, and those that did not arrive. */
export const drafts = computed<Piece[]>(() => unsentOf(thread.id));

/** Shows a conversation (or none). */
export async function open(id: string | null): Promise<void> {
  if (id === thread.id) return;
  Object.assign(thread, { id, conversation: null, messages: [], problem: null, loading: id !== null });
  look(id);
  if (id) await reload();
}

/** Fetches the whole conversation again: at opening, and after the live connection was away. */
export async function reload(): Promise<void> {
  const id = thread.id;
  if (!id) return;
  try {
    const answer = await api.conversation(id);
    if (thread.id !== id) return;
    thread.conversation = answer.conversation;
    add(answer.messages);
    upsert(answer.conversation);
    thread.problem = null;
  } catch (error) {
    if (thread.id === id) thread.problem = explain(error);
  } finally {
    if (thread.id === id) thread.loading = false;
  }
}

/** Takes messages in any order and any number of times; each is shown once, in the server's order. */
export function add(messages: Message[]): void {
  const ids = new Set(thread.messages.map((message) => message.id));
  const fresh = messages.filter((message) => !ids.has(message.id));
  if (thread.id) remove(thread.id, messages.filter((message) => message.direction === "out").map((message) => message.client_id));
  // The citizen wrote: a closed window is open again.
  if (thread.conversation?.reach && thread.messages.length > 0 && fresh.some((one) => one.direction === "in")) void reload();
  if (fresh.length > 0) thread.messages = [...thread.messages, ...fresh].sort((a, b) => a.seq - b.seq);
}

/** The conversation changed (taken, handed back …): what the form collected stays until it is fetched again. */
export function changed(conversation: Conversation): void {
  if (thread.id !== conversation.id) return;
  const { slots = [], reach, holder_present } = thread.conversation ?? {};
  thread.conversation = { slots, reach, holder_present, ...conversation };
}

export async function say(text: string): Promise<void> {
  if (!thread.id) return;
  await deliver(sendOff(thread.id, text));
}

/** Sends a reply, or sends it again: the id stays, so the citizen never reads it twice. */
export async function deliver(clientId: string): Promise<void> {
  const found = pieceOf(clientId);
  if (!found) return;
  const { id, piece } = found;
  piece.problem = null;
  try {
    const { message } = await api.say(id, clientId, piece.text);
    discard(clientId);
    if (thread.id === id) add([message]);
    // What may still be sent is less now.
    if (thread.id === id && thread.conversation?.reach) await reload();
  } catch (error) {
    piece.problem = explain(error);
    if (error instanceof DeskError && error.status === 409 && thread.id === id) await reload();
  }
}

export function discard(clientId: string): void {
  const found = pieceOf(clientId);
  if (found) remove(found.id, [clientId]);
}

/** After signing out nothing of the former agent's may stay on the page. */
export function clear(): void {
  forgetDrafts();
  void open(null);
}

/** 查看: the numbers of the conversation on screen in clear, until another one is opened. Recorded with the reason. */
export async function reveal(reason: string): Promise<void> {
  const id = thread.id;
  if (!id) return;
  const { messages, slots } = await api.revealTalk(id, reason);
  if (thread.id !== id) return;
  const clear = new Map(messages.map((message) => [message.id, message]));
  thread.messages = thread.messages.map((message) => clear.get(message.id) ?? message);
  add(messages);
  if (thread.conversation) thread.conversation.slots = slots;
}

/** 接入. When a colleague was faster, says who. */
export async function take(): Promise<boolean> {
  return act((id) => api.take(id));
}

/** 交还机器人. */
export async function handBack(note: string): Promise<boolean> {
  return act((id) => api.handBack(id, note));
}

/** 转接: to a colleague, or back into the queue when `to` is null. */
export async function transfer(to: string | null, note: string): Promise<boolean> {
  return act((id) => api.transfer(id, to, note));
}

/** 接手, from the colleague who has the conversation as it is shown. When nobody has it any more (the colleague's conversations go
 * back into the queue soon after the sign-out), it is taken as from the queue. */
export async function takeOver(note: string): Promise<boolean> {
  const holder = thread.conversation?.agent?.id;
  return act(async (id) => {
    if (!holder) return api.take(id);
    try {
      return await api.takeOver(id, holder, note);
    } catch (error) {
      if (error instanceof DeskError && error.code === "not_held") return api.take(id);
      throw error;
    }
  });
}

/** 结束会话, with what it came to. */
export async function end(disposition: Disposition = "other"): Promise<boolean> {
  return act((id) => talkApi.close(id, disposition));
}

async function act(step: (id: string) => Promise<{ conversation: Conversation }>): Promise<boolean> {
  const id = thread.id;
  if (!id || thread.busy) return false;
  thread.busy = true;
  try {
    const { conversation } = await step(id);
    upsert(conversation);
    changed(conversation);
    thread.problem = null;
    return true;
  } catch (error) {
    const message = refusal(error);
    if (error instanceof DeskError && error.status === 409) await reload();
    if (thread.id === id) thread.problem = message;
    return false;
  } finally {
    thread.busy = false;
    refreshSoon(0);
  }
}

function refusal(error: unknown): string {
  if (!(error instanceof DeskError) || error.code !== "already_taken") return explain(error);
  const agent = error.details.agent as { display_name?: string } | string | undefined;
  const name = typeof agent === "string" ? agent : agent?.display_name;
  return name ? `这个会话已由${name}接入` : error.message;
}
