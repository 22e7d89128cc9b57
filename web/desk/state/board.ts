import { computed, reactive } from "vue";
import type { Message } from "../../shared/wire";
import { explain } from "../api/client";
import { api } from "../api/desk";
import type { Conversation, Counts, Tab } from "../api/types";
import { belongs, sortQueue } from "./queue";
import { session } from "./session";

const LIMIT = 50;
const MOST_KNOWN = 400;

interface Board {
  tab: Tab;
  known: Map<string, Conversation>;
  counts: Counts;
  loading: boolean;
  problem: string | null;
  /** The conversation on screen; what arrives for it is read at once. */
  openId: string | null;
}

/** The queue: every conversation this page has heard of, the tab chosen, the server's counts. */
export const board = reactive<Board>({
  tab: "waiting", known: new Map(), counts: { waiting: 0, mine: 0 }, loading: false, problem: null, openId: null,
});

export const shown = computed<Conversation[]>(() => {
  const own = session.user?.id;
  return sortQueue([...board.known.values()].filter((one) => belongs(one, board.tab, own)), board.tab);
});

let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Fetches the chosen tab. A slower answer to an earlier question never replaces a later one. */
export async function refresh(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const mine = ++asked;
  const tab = board.tab;
  board.loading = true;
  try {
    const answer = await api.conversations(tab, LIMIT);
    if (mine !== asked) return;
    replace(tab, answer.conversations);
    board.counts = answer.counts;
    board.problem = null;
  } catch (error) {
    if (mine === asked) board.problem = explain(error);
  } finally {
    if (mine === asked) board.loading = false;
  }
}

/** Fetches soon; many events in a row make one request. */
export function refreshSoon(delayMs = 1500): void {
  timer ??= setTimeout(() => void refresh(), delayMs);
}

export function choose(tab: Tab): void {
  board.tab = tab;
  void refresh();
}

/** A conversation changed hands, mode or content. */
export function upsert(conversation: Conversation): void {
  const unread = conversation.id === board.openId ? 0 : conversation.unread;
  board.known.set(conversation.id, { ...conversation, unread });
  if (board.known.size > MOST_KNOWN) dropOldest();
}

/** A desk stays open for a whole shift: what the bot dealt with long ago need not stay in memory. */
function dropOldest(): void {
  const old = [...board.known.values()]
    .filter((one) => one.mode === "bot" && one.id !== board.openId)
    .sort((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at))
    .slice(0, MOST_KNOWN / 4);
  for (const one of old) board.known.delete(one.id);
}

/** A message arrived somewhere. */
export function noteMessage(conversationId: string, message: Message): void {
  const conversation = board.known.get(conversationId);
  // An unknown one is followed by a frame with the whole conversation.
  if (!conversation) return;
  const citizen = message.sender === "citizen";
  const unread = citizen && conversationId !== board.openId;
  const { kind, text, created_at } = message;
  board.known.set(conversationId, {
    ...conversation,
    last_words: citizen && kind !== "event" ? { kind, text, created_at } : conversation.last_words,
    stage: citizen || conversation.stage === "idle" ? "active" : conversation.stage,
    updated_at: created_at,
    unread: conversation.unread + (unread ? 1 : 0),
  });
}

/** Marks a conversation as being looked at. */
export function look(id: string | null): void {
  board.openId = id;
  const conversation = id ? board.known.get(id) : undefined;
  if (conversation) upsert(conversation);
}

/** After signing out nothing of the former agent's may stay on the page. */
export function forget(): void {
  clearTimeout(timer);
  timer = undefined;
  asked += 1;
  Object.assign(board, { tab: "waiting", counts: { waiting: 0, mine: 0 }, loading: false, problem: null, openId: null });
  board.known.clear();
}

function replace(tab: Tab, list: Conversation[]): void {
  const present = new Set(list.map((one) => one.id));
  // A full page may hide more; a short one is the whole truth about this tab.
  if (list.length < LIMIT) {
    for (const [id, one] of board.known) {
      if (!present.has(id) && belongs(one, tab, session.user?.id)) board.known.delete(id);
    }
  }
  list.forEach(upsert);
}
