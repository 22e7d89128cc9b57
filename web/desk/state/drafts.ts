import { reactive } from "vue";
import { uuid } from "../../shared/uuid";
import { DeskError, explain } from "../api/client";
import { api } from "../api/desk";
import { talkApi, type SavedDraft } from "../api/talk";
import { session } from "./session";

/** A reply on its way, or one that did not arrive. Its id stays, so that the citizen never reads it twice. */
export interface Piece {
  clientId: string;
  text: string;
  /** Why it did not arrive; null while it is on its way. */
  problem: string | null;
}

/** What this agent has typed in one conversation and not sent. */
export interface Own {
  id: string;
  version: number;
  clientId: string;
  text: string;
  unsent: Piece[];
  /** Whether the server does not have all of it yet. */
  dirty: boolean;
  problem: string | null;
}

/** How often what is typed is saved, and how soon again when that failed. */
export const SAVING = { everyMs: 1_000, againMs: 5_000 };
const STASH = "wenban-unsaved-drafts";
const EARLIER = "上次没有发出去";
const ELSEWHERE = "在另一个窗口里写的，没有发出";

const owns = reactive(new Map<string, Own>());
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const saving = new Map<string, Promise<void>>();
/** Number of changes of each draft: what was typed while a save was under way is saved by the next. */
const changes = new Map<string, number>();
/** Ids of what was sent or thrown away here: another window's older copy does not bring it back. */
const gone = new Set<string>();

function made(id: string): Own {
  let one = owns.get(id);
  if (!one) {
    owns.set(id, { id, version: 0, clientId: "", text: "", unsent: [], dirty: false, problem: null });
    one = owns.get(id) as Own;
  }
  return one;
}

/** Internal notes that are typed and not written down, by conversation: kept while the page is open. */
export const typedNotes = reactive(new Map<string, string>());

/** The words in the box of a conversation. */
export function boxOf(id: string | null): string {
  return (id && owns.get(id)?.text) || "";
}

/** The replies of a conversation that are on their way or did not arrive. */
export function unsentOf(id: string | null): Piece[] {
  return (id && owns.get(id)?.unsent) || [];
}

/** Why the draft of a conversation could not be saved last; null when it could. */
export function unsavedWhy(id: string | null): string | null {
  return (id && owns.get(id)?.problem) || null;
}

/** The agent typed. */
export function typed(id: string, text: string): void {
  const one = made(id);
  if (one.text === text) return;
  one.text = text;
  one.clientId = text ? one.clientId || uuid() : "";
  touch(one);
}

/** Puts words into the box: behind what is there, on a line of their own. */
export function insert(id: string, text: string): void {
  const before = boxOf(id).trimEnd();
  typed(id, before ? `${before}\n${text}` : text);
}

/** Takes the words out of the box to send them; returns the id under which they are sent. */
export function sendOff(id: string, text: string): string {
  const one = made(id);
  const clientId = (one.text.trim() === text && one.clientId) || uuid();
  one.unsent.push({ clientId, text, problem: null });
  one.text = one.clientId = "";
  touch(one);
  return clientId;
}

/** The conversation and the reply with an id; null when there is none. */
export function pieceOf(clientId: string): { id: string; piece: Piece } | null {
  for (const one of owns.values()) {
    const piece = one.unsent.find((each) => each.clientId === clientId);
    if (piece) return { id: one.id, piece };
  }
  return null;
}

/** What arrived, or is thrown away, is no draft any more. */
export function remove(id: string, clientIds: (string | null)[]): void {
  const one = owns.get(id);
  if (!one) return;
  for (const each of clientIds) if (each) gone.add(each);
  const left = one.unsent.filter((piece) => !gone.has(piece.clientId));
  const typedToo = one.clientId !== "" && gone.has(one.clientId);
  if (left.length === one.unsent.length && !typedToo) return;
  one.unsent = left;
  if (typedToo) one.text = one.clientId = "";
  touch(one);
}

/** Puts a reply that did not arrive back into the box, to be changed. */
export function backToBox(clientId: string): void {
  const found = pieceOf(clientId);
  if (!found) return;
  remove(found.id, [clientId]);
  insert(found.id, found.piece.text);
}

/** What the server has; what is typed here and not saved yet stays as it is. */
export function loaded(id: string, draft: SavedDraft): void {
  const one = made(id);
  if (one.dirty || saving.has(id) || draft.version < one.version) return;
  const known = new Map(one.unsent.map((piece) => [piece.clientId, piece]));
  one.version = draft.version;
  one.text = gone.has(draft.client_id) ? "" : draft.text;
  one.clientId = one.text ? draft.client_id || uuid() : "";
  one.unsent = draft.unsent.filter((each) => !gone.has(each.client_id)).map((each) => known.get(each.client_id)
    ?? { clientId: each.client_id, text: each.text, problem: EARLIER });
}

function touch(one: Own): void {
  one.dirty = true;
  changes.set(one.id, (changes.get(one.id) ?? 0) + 1);
  stash();
  soon(one.id, SAVING.everyMs);
}

function soon(id: string, ms: number): void {
  if (timers.has(id)) return;
  timers.set(id, setTimeout(() => void save(id), ms));
}

/** Saves the draft of a conversation now, after a save that is under way. */
export async function save(id: string): Promise<void> {
  clearTimeout(timers.get(id));
  timers.delete(id);
  while (saving.has(id)) await saving.get(id);
  const one = owns.get(id);
  if (!one?.dirty) return;
  const job = put(one).finally(() => saving.delete(id));
  saving.set(id, job);
  await job;
}

function present(one: Own): SavedDraft {
  return {
    version: one.version, client_id: one.clientId, text: one.text,
    unsent: one.unsent.map((piece) => ({ client_id: piece.clientId, text: piece.text })),
  };
}

async function put(one: Own): Promise<void> {
  const before = changes.get(one.id);
  try {
    const { draft } = await talkApi.saveDraft(one.id, present(one));
    one.version = draft.version;
    one.problem = null;
    one.dirty = changes.get(one.id) !== before;
    if (one.dirty) soon(one.id, SAVING.everyMs);
  } catch (error) {
    if (error instanceof DeskError && error.code === "draft_changed") {
      merge(one, error.details.draft as SavedDraft);
    } else if (error instanceof DeskError && error.status === 404) {
      one.dirty = false;
    } else {
      one.problem = explain(error);
      if (owns.has(one.id)) soon(one.id, SAVING.againMs);
    }
  }
  stash();
}

/** Another window of this agent saved first: both texts are kept, this one in the box. */
function merge(one: Own, theirs: SavedDraft): void {
  one.version = theirs.version;
  const known = new Set(one.unsent.map((piece) => piece.clientId));
  for (const each of theirs.unsent) {
    if (!known.has(each.client_id) && !gone.has(each.client_id)) one.unsent.push({ clientId: each.client_id, text: each.text, problem: EARLIER });
  }
  const other = gone.has(theirs.client_id) || known.has(theirs.client_id) ? "" : theirs.text;
  if (!one.text || other.startsWith(one.text)) {
    one.text = other;
    one.clientId = other ? theirs.client_id || uuid() : "";
  } else if (other.trim() && !one.text.startsWith(other)) {
    // Its window goes on under the old id; this copy of it is a reply of its own.
    one.unsent.push({ clientId: uuid(), text: other, problem: ELSEWHERE });
  }
  touch(one);
  clearTimeout(timers.get(one.id));
  timers.delete(one.id);
  soon(one.id, 0);
}

/** Saves all that is not saved, for somebody who signs out; gives up after `patienceMs`. */
export async function flush(patienceMs = 4_000): Promise<void> {
  const all = [...owns.values()].filter((one) => one.dirty).map((one) => save(one.id));
  await Promise.race([Promise.allSettled(all), new Promise((resolve) => setTimeout(resolve, patienceMs))]);
}

/** The page goes away: what is not saved is sent without waiting for an answer. */
export function lastWords(): void {
  for (const one of owns.values()) {
    if (one.dirty) api.client.leave(`/conversations/${encodeURIComponent(one.id)}/draft`, present(one));
  }
}

/** Keeps in this tab what the server does not have yet, so that a reload without a connection loses nothing. */
function stash(): void {
  const unsaved = [...owns.values()].filter((one) => one.dirty).map((one) => ({ id: one.id, draft: present(one) }));
  try {
    if (unsaved.length === 0) sessionStorage.removeItem(STASH);
    else sessionStorage.setItem(STASH, JSON.stringify({ user: session.user?.id ?? null, unsaved }));
  } catch {
    // Without the store the server alone keeps it.
  }
}

/** Brings back what this agent typed before a reload or before the session ended; another agent's is thrown away. */
export function restore(): void {
  let kept: { user: string | null; unsaved: { id: string; draft: SavedDraft }[] } | null = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(STASH) ?? "null");
    sessionStorage.removeItem(STASH);
  } catch {
    return;
  }
  if (!kept || kept.user !== session.user?.id) return;
  for (const { id, draft } of kept.unsaved) {
    if (owns.get(id)?.dirty) continue;
    owns.delete(id);
    loaded(id, draft);
    touch(made(id));
  }
}

/** After signing out nothing of the former agent's may stay on the page. What could not be saved waits for them in the tab. */
export function forgetDrafts(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  owns.clear();
  typedNotes.clear();
  changes.clear();
  gone.clear();
}
