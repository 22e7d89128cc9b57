import { computed, ref, shallowRef, watch, type Ref } from "vue";
import { DeskError, explain } from "../api/client";
import { api } from "../api/desk";
import type { Contact, FieldValue, TicketPage, TicketRow } from "../api/types";
import { useTicketNews } from "./ticket_news";

/**
 * The ticket on screen: fetched, kept up to date, moved on.
 *
 * Moves are made on the version that was on screen when their form was opened ({@link begin}), so that nothing that somebody
 * else did meanwhile is passed over unseen.
 */
export function useTicketPage(number: Ref<string>) {
  const page = shallowRef<TicketPage | null>(null);
  const contact = ref<Contact | null>(null);
  const problem = ref<string | null>(null);
  const loading = ref(false);
  /** Code of the move whose form is open; null when none is. */
  const doing = ref<string | null>(null);
  /** What somebody else did while the form was open; null when nothing. */
  const overtaken = ref<string | null>(null);
  let version = 0;
  /** Whether a move of this page is on its way: the page is fetched after it anyway. */
  let acting = false;

  const ticket = computed(() => {
    const found = page.value?.ticket;
    return found && contact.value ? { ...found, ...contact.value.words } : found ?? null;
  });
  /** The history; what was seen in clear stays so. A history only grows, so its lines keep their places. */
  const events = computed(() => (page.value?.events ?? []).map((event, place) => contact.value?.events[place] ?? event));
  const move = computed(() => page.value?.may.find((one) => one.action === doing.value) ?? null);

  async function load(): Promise<void> {
    const wanted = number.value;
    loading.value = true;
    try {
      const answer = await api.ticket(wanted);
      if (wanted !== number.value) return;
      page.value = answer;
      problem.value = null;
    } catch (error) {
      if (wanted !== number.value) return;
      problem.value = explain(error);
      if (error instanceof DeskError && error.status === 404) page.value = null;
    } finally {
      if (wanted === number.value) loading.value = false;
    }
  }

  /** Opens the form of a move. */
  function begin(action: string): void {
    version = page.value?.ticket.version ?? 0;
    overtaken.value = null;
    doing.value = action;
  }

  /** The ticket has changed under the open form: its words stay, and the next try is made on what is on screen then. */
  async function overtake(): Promise<void> {
    await load();
    version = page.value?.ticket.version ?? version;
    const last = page.value?.events.at(-1);
    overtaken.value = last ? `刚才${last.actor}已经“${last.action}”，页面已经更新。` : "这张工单刚刚有了变动，页面已经更新。";
  }

  /** Makes a move; whether this account no longer sees the ticket. The page is fetched again. */
  async function act(action: string, fields: Record<string, FieldValue>): Promise<boolean> {
    const mine = number.value;
    if (doing.value !== action) version = page.value?.ticket.version ?? 0;
    acting = true;
    try {
      const { gone } = await api.act(mine, action, version, fields);
      doing.value = null;
      if (!gone) await load();
      return gone;
    } catch (error) {
      if (error instanceof DeskError && error.code === "stale") await overtake();
      if (error instanceof DeskError && error.code === "not_now") await load();
      throw error;
    } finally {
      acting = false;
    }
  }

  /** Seeing the contact is itself an event: the history is fetched again, the clear words stay. */
  async function reveal(reason: string): Promise<void> {
    contact.value = await api.reveal(number.value, reason);
    await load();
  }

  function heard(row: TicketRow | null): void {
    const known = page.value?.ticket;
    // Without the live connection a department would leave a record of looking every half minute; a move tells it anyway.
    if (!known || !row || row.number !== known.number || row.version < known.version || acting) return;
    // What only adds to a ticket (催办, a note) leaves its version: the history is fetched, and nobody who writes is disturbed.
    if (row.version > known.version && doing.value) void overtake();
    else void load();
  }

  useTicketNews(heard);
  watch(number, () => {
    page.value = null;
    contact.value = null;
    doing.value = null;
    void load();
  }, { immediate: true });

  return { page, ticket, events, contact, problem, loading, doing, move, overtaken, load, begin, act, reveal };
}
