import { onScopeDispose } from "vue";
import type { TicketRow } from "../api/types";
import { mayAnswer } from "./session";

/** Hears of a ticket that has changed; of null when some may have changed and nobody knows which. */
export type Heard = (ticket: TicketRow | null) => void;

const POLL_MS = 30_000;
const listeners = new Set<Heard>();

/** Tells the open page of a change. */
export function tellOfTicket(ticket: TicketRow | null): void {
  for (const heard of listeners) heard(ticket);
}

/**
 * Hears of changed tickets as long as the component lives. Only the hotline's staff has the live connection; whoever
 * has none hears every half minute, while the page is looked at, that some may have changed.
 */
export function useTicketNews(heard: Heard, pollMs = POLL_MS): void {
  listeners.add(heard);
  const timer = mayAnswer() ? undefined : setInterval(() => {
    if (document.visibilityState === "visible") heard(null);
  }, pollMs);
  onScopeDispose(() => {
    listeners.delete(heard);
    clearInterval(timer);
  });
}
