import { ref, type Ref } from "vue";
import { explain } from "../api/client";
import { api } from "../api/desk";
import type { TicketRow } from "../api/types";
import type { Heap } from "./overview";

/** A heap with its first tickets. */
export interface Filled extends Heap {
  rows: TicketRow[];
  /** Whether there are more than `rows`. */
  more: boolean;
}

/** Fetches the first tickets of each heap; a slower answer to an earlier question never replaces a later one. */
export function useHeaps(heaps: readonly Heap[], most: number): {
  filled: Ref<Filled[]>; loading: Ref<boolean>; problem: Ref<string | null>; load: () => Promise<void>;
} {
  const filled = ref<Filled[]>([]);
  const loading = ref(false);
  const problem = ref<string | null>(null);
  let asked = 0;

  async function load(): Promise<void> {
    const mine = ++asked;
    loading.value = true;
    try {
      const pages = await Promise.all(heaps.map((heap) => first(heap, most)));
      if (mine !== asked) return;
      filled.value = heaps.map((heap, index) => ({ ...heap, rows: pages[index]?.tickets ?? [], more: Boolean(pages[index]?.next) }));
      problem.value = null;
    } catch (error) {
      if (mine === asked) problem.value = explain(error);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  return { filled, loading, problem, load };
}

async function first(heap: Heap, most: number): Promise<{ tickets: TicketRow[]; next: string | null }> {
  const page = await api.tickets(heap.filter, null, most);
  if (!heap.undated || page.next) return page;
  const known = new Set(page.tickets.map((row) => row.number));
  const all = await api.tickets({ ...heap.filter, order: "" }, null, most);
  return { tickets: [...page.tickets, ...all.tickets.filter((row) => !known.has(row.number))], next: all.next };
}

/** The heaps without what an earlier one has, so that each ticket is shown once, where it is most pressing. */
export function once(heaps: readonly Filled[]): Filled[] {
  const seen = new Set<string>();
  return heaps.map((heap) => {
    const rows = heap.rows.filter((row) => !seen.has(row.number));
    for (const row of rows) seen.add(row.number);
    return { ...heap, rows };
  });
}
