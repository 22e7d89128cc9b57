import { api } from "../api/desk";

/** What shows that a person is at the page. */
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"] as const;
/** When the person last did something at this page, by the clock that no one can put back. */
let lastAt = performance.now();
/** Told when somebody comes back to the page after a while. */
let cameBack: (() => void) | null = null;
/** Seconds of quiet after which the server is told at once that somebody is here again. */
const QUIET_S = 30;

/** Seconds since the person last did something at this page. */
export function idleSeconds(): number {
  return Math.max(0, (performance.now() - lastAt) / 1000);
}

/** `told` is called when somebody does something after a while of quiet. */
export function onReturn(told: (() => void) | null): void {
  cameBack = told;
}

/** How often the server hears of it. */
export const REPORT_MS = 60_000;

/**
 * Tells the server, at most once a minute, that somebody is using the page: only that keeps a session going. When nobody
 * is, it asks who is signed in instead, so that a page whose session has ended does not go on showing people's data.
 * Returns what stops it.
 */
export function watchActivity(everyMs: number = REPORT_MS): () => void {
  let active = false;
  lastAt = performance.now();
  const note = (): void => {
    active = true;
    const quiet = idleSeconds();
    lastAt = performance.now();
    if (quiet > QUIET_S) cameBack?.();
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
