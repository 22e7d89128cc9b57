import { computed, reactive } from "vue";
import type { Message } from "../../shared/wire";
import { explain } from "../api/client";
import { api } from "../api/desk";
import { NO_SEARCH, type Conversation, type Counts, type Search, type Tab } from "../api/types";
import { present } from "./clock";
import { belongs, neglected, sortQueue } from "./queue";
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
  /** What the lists under 待接入 and 全部 are narrowed to. */
  search: Search;
  /** Ids that the server found for it, in its order; null when nothing is searched for. */
  found: string[] | null;
  /** Where the tab's next page begins; null when all of it is here. */
  next: string | null;
  /** How many conversations 更多 has fetched under this tab. */
  paged: number;
}

/** An empty board, as after signing in. */
function blank(): Omit<Board, "known"> {
  return {
    tab: "waiting", counts: { waiting: 0, mine: 0 }, loading: false, problem: null, openId: null,
    search: { ...NO_SEARCH }, found: null, next: null, paged: 0,
  };
}

/** The queue: every conversation this page has heard of, the tab chosen, the server's counts. */
export const board = reactive<Board>({ ...blank(), known: new Map() });

export const shown = computed<Conversation[]>(() => {
  const own = session.user?.id;
  if (board.found) {
    return board.found.flatMap((id) => board.known.get(id) ?? []).filter((one) => belongs(one, board.tab, own));
  }
  return sortQueue([...board.known.values()].filter((one) => belongs(one, board.tab, own)), board.tab, board.tab === "mine" ? present.value : 0);
});

/**
 * Who may be in danger and has nobody: urgent ones that wait, and the agent's own whose last words stand unanswered. Whichever page and
 * tab is shown, without the one on screen.
 */
export const alarming = computed<Conversation[]>(() => {
  const own = session.user?.id;
  const found = [...board.known.values()].filter((one) => one.urgent && one.id !== board.openId
    && (one.mode === "waiting" || (one.agent?.id === own && neglected(one, present.value) !== null)));
  return sortQueue(found, "all");
});

/**
 * Fetches the urgent ones that wait, and the agent's own, whichever tab is shown: none may be missed because the page is new, or
 * because the connection was gone.
 */
export async function refreshUrgent(): Promise<void> {
  try {
    const urgent = { ...NO_SEARCH, kind: "urgent" as const };
    const waiting = board.tab === "waiting" ? null : await api.conversations("waiting", urgent, null, LIMIT);
    const own = board.tab === "mine" ? null : await api.conversations("mine", NO_SEARCH, null, LIMIT);
    if (waiting) {
      const there = new Set(waiting.conversations.map((one) => one.id));
      for (const one of alarming.value) if (one.mode === "waiting" && !there.has(one.id)) board.known.delete(one.id);
    }
    for (const page of [waiting, own]) page?.conversations.forEach(upsert);
  } catch {
    // The next connection asks again.
  }
}

/** The tabs whose lists can be narrowed. */
const SEARCHED: readonly Tab[] = ["waiting", "all"];

export function searchable(tab: Tab): boolean {
  return SEARCHED.includes(tab);
}

let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Fetches the chosen tab. A slower answer to an earlier question never replaces a later one. */
export async function refresh(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  await fetchPage(null);
}

/** 更多: fetches what comes behind the last page. */
export async function more(): Promise<void> {
  if (board.next) await fetchPage(board.next);
}

async function fetchPage(after: string | null): Promise<void> {
  const mine = ++asked;
  const tab = board.tab;
  const search = searchable(tab) ? { ...board.search } : NO_SEARCH;
  const searching = Object.values(search).some(Boolean);
  board.loading = true;
  try {
    const page = await api.conversations(tab, search, after, LIMIT);
    if (mine !== asked) return;
    const ids = page.conversations.map((one) => one.id);
    // Only a first page without a next one, and without a search, is the whole truth about its tab.
    if (after === null && page.next === null && !searching) forgetOthers(tab, new Set(ids));
    if (after !== null) board.paged += ids.length;
    // Fetched again, the first page says nothing about where the later ones, already here, end.
    if (after !== null || board.paged === 0) board.next = page.next;
    const kept = board.paged > 0 ? board.found ?? [] : [];
    board.found = !searching ? null : [...new Set(after === null ? [...ids, ...kept] : [...kept, ...ids])];
    page.conversations.forEach(upsert);
    board.counts = page.counts;
    board.problem = null;
  } catch (error) {
    if (mine === asked) board.problem = explain(error);
  } finally {
    if (mine === asked) board.loading = false;
  }
}

/** Narrows the list under the present tab; an empty search shows all of it again. */
export function find(search: Search): void {
  board.search = { ...search, q: search.q.trim() };
  list(searchable(board.tab) ? board.tab : "all");
}

/** Fetches soon; many events in a row make one request. */
export function refreshSoon(delayMs = 1500): void {
  timer ??= setTimeout(() => void refresh(), delayMs);
}

/** Shows another tab, all of it: a search forgotten under another tab must hide nobody who waits. */
export function choose(tab: Tab): void {
  if (tab !== board.tab) board.search = { ...NO_SEARCH };
  list(tab);
}

function list(tab: Tab): void {
  Object.assign(board, { tab, found: null, next: null, paged: 0 });
  void refresh();
}

/** A conversation changed hands, mode or content. */
export function upsert(conversation: Conversation): void {
  const unread = conversation.id === board.openId ? 0 : conversation.unread;
  board.known.set(conversation.id, { ...conversation, unread });
  if (board.known.size > MOST_KNOWN + board.paged) dropOldest();
}

/** A desk stays open for a whole shift: what the bot dealt with long ago need not stay in memory. */
function dropOldest(): void {
  const old = [...board.known.values()]
    .filter((one) => one.mode === "bot" && one.id !== board.openId && !board.found?.includes(one.id))
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
  Object.assign(board, blank());
  board.known.clear();
}

function forgetOthers(tab: Tab, present: Set<string>): void {
  for (const [id, one] of board.known) {
    if (!present.has(id) && belongs(one, tab, session.user?.id)) board.known.delete(id);
  }
}
