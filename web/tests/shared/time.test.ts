// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { backoff } from "../../shared/backoff";
import { clock, friendly, remaining, stamp, waited } from "../../shared/time";
import { uuid } from "../../shared/uuid";

describe("times on screen", () => {
  const now = new Date("2026-11-23T10:00:00Z"); // 18:00 in China

  it("are China's, whatever the device's zone", () => {
    expect(clock("2026-11-23T10:05:00Z")).toBe("18:05");
    expect(clock("2026-11-23T16:00:00Z")).toBe("00:00");
    expect(stamp("2026-11-23T16:30:00Z")).toBe("2026-11-24 00:30");
  });

  it("name the day when it is another one", () => {
    expect(friendly("2026-11-23T09:58:00Z", now)).toBe("17:58");
    expect(friendly("2026-11-22T15:59:00Z", now)).toBe("昨天 23:59");
    expect(friendly("2026-03-08T06:05:00Z", now)).toBe("3月8日 14:05");
    expect(friendly("2025-12-31T06:05:00Z", now)).toBe("2025年12月31日 14:05");
  });

  it("say nothing about what is no time", () => {
    expect([clock("soon"), friendly("", now), stamp(null), waited("soon", 0)]).toEqual(["", "", "", ""]);
  });

  it("tell how long somebody has waited, and never a negative time", () => {
    const since = now.toISOString();
    const after = (seconds: number): string => waited(since, now.getTime() + seconds * 1000);
    expect([after(-5), after(42), after(725), after(3780), after(180_000)])
      .toEqual(["00:00", "00:42", "12:05", "1 小时 03 分", "2 天 2 小时"]);
  });

  it("tell how long is left until a deadline, and how long it is over", () => {
    const after = (minutes: number): string => remaining(new Date(now.getTime() + minutes * 60_000).toISOString(), now.getTime());
    expect([after(3000), after(63), after(42), after(0), after(-1), after(-190), after(-3000)]).toEqual([
      "还剩 2 天 2 小时", "还剩 1 小时 03 分", "还剩 42 分", "还剩 0 分", "已超 1 分", "已超 3 小时 10 分", "已超 2 天 2 小时",
    ]);
    expect(remaining("soon", 0)).toBe("");
  });
});

describe("backoff", () => {
  it("doubles with jitter over the upper half, up to the limit", () => {
    expect([0, 1, 2].map((attempt) => backoff(attempt, 0))).toEqual([500, 1000, 2000]);
    expect(backoff(1, 0.999)).toBeLessThanOrEqual(2000);
    expect([backoff(12, 0), backoff(2000, 0.999)].every((delay) => delay >= 15_000 && delay <= 30_000)).toBe(true);
  });
});

describe("uuid", () => {
  it("is a version 4 one on plain http pages too, where randomUUID is missing", () => {
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const made = Array.from({ length: 50 }, () => uuid());
    vi.unstubAllGlobals();
    expect(new Set(made).size).toBe(50);
    for (const one of made) expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
