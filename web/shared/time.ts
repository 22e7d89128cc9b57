/** Times on screen are Asia/Shanghai whatever the device's zone: the hotline's hours and deadlines are Chinese. */

const ZONE = "Asia/Shanghai";

const clockFormat = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hour12: false });
const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });

function day(at: Date): string {
  return dayFormat.format(at);
}

/** `14:05` */
export function clock(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  // Some engines print midnight as 24:00.
  return clockFormat.format(at).replace(/^24/, "00");
}

/** `14:05` today, `昨天 14:05`, `3月8日 14:05`, `2025年3月8日 14:05`. */
export function friendly(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const then = day(at);
  if (then === day(now)) return clock(iso);
  if (then === day(new Date(now.getTime() - 86_400_000))) return `昨天 ${clock(iso)}`;
  const [year, month, date] = then.split("-").map(Number);
  const head = then.slice(0, 4) === day(now).slice(0, 4) ? "" : `${year}年`;
  return `${head}${month}月${date}日 ${clock(iso)}`;
}

/** `2026-11-23 18:05`, for tables and timelines. */
export function stamp(iso: string | null | undefined): string {
  if (!iso) return "";
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "" : `${day(at)} ${clock(iso)}`;
}

/** How long somebody has waited: `00:42`, `12:05`, `1 小时 03 分`, `2 天 4 小时`. Never negative. */
export function waited(sinceIso: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - new Date(sinceIso).getTime()) / 1000));
  if (Number.isNaN(seconds)) return "";
  const two = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 3600) return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 24) return `${hours} 小时 ${two(Math.floor((seconds % 3600) / 60))} 分`;
  return `${Math.floor(hours / 24)} 天 ${hours % 24} 小时`;
}

/** How long until a deadline: `还剩 2 天 4 小时`, `还剩 1 小时 03 分`, `还剩 42 分`; after it `已超 3 小时 10 分`. */
export function remaining(atIso: string, nowMs: number): string {
  const minutes = Math.floor((new Date(atIso).getTime() - nowMs) / 60_000);
  if (Number.isNaN(minutes)) return "";
  const away = minutes < 0 ? -minutes : minutes;
  const hours = Math.floor(away / 60);
  const two = String(away % 60).padStart(2, "0");
  const shown = hours >= 24 ? `${Math.floor(hours / 24)} 天 ${hours % 24} 小时`
    : hours > 0 ? `${hours} 小时 ${two} 分` : `${away} 分`;
  return `${minutes < 0 ? "已超" : "还剩"} ${shown}`;
}
