import type { Due } from "../api/types";

/** Before a deadline, from when on it stands out; the server's list of what is due soon has the same limit. */
export const SOON_MS = 24 * 3_600_000;

/** How a ticket's next deadline looks: past (超期), within a day, later; `none` when nothing is due any more. */
export function dueLook(due: Due, nowMs: number): "late" | "soon" | "calm" | "none" {
  if (!due.next) return "none";
  const left = Date.parse(due.next.at) - nowMs;
  if (Number.isNaN(left)) return "none";
  if (left < 0) return "late";
  return left < SOON_MS ? "soon" : "calm";
}
