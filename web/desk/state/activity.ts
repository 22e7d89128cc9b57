import { api } from "../api/desk";

/** What shows that a person is at the page. */
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"] as const;
/** How often the server hears of it. */
export const REPORT_MS = 60_000;

/**
 * Tells the server, at most once a minute, that somebody is using the page: only that keeps a session going. When nobody
 * is, it asks who is signed in instead, so that a page whose session has ended does not go on showing people's data.
 * Returns what stops it.
 */
export function watchActivity(everyMs: number = REPORT_MS): () => void {
  let active = false;
  const note = (): void => {
    active = true;
  };
  for (const sign of SIGNS) window.addEventListener(sign, note, { passive: true, capture: true });
  const timer = setInterval(() => {
    const asked: Promise<unknown> = active ? api.active() : api.me();
    active = false;
    // Being signed out is told to the page by the client; away for a moment is no matter here.
    asked.catch(() => undefined);
  }, everyMs);
  return () => {
    clearInterval(timer);
    for (const sign of SIGNS) window.removeEventListener(sign, note, { capture: true });
  };
}
