// @vitest-environment node
import { describe, expect, it } from "vitest";
import { belongs, lastWords, neglected, preview, quiet, sortQueue } from "../../desk/state/queue";
import type { Tab } from "../../desk/api/types";
import { conversation } from "../support/desk_server";

function order(tab: Tab, ...list: ReturnType<typeof conversation>[]): string[] {
  return sortQueue(list, tab).map((one) => one.id);
}

describe("sortQueue", () => {
  it("puts urgent ones first, then whoever has waited longest", () => {
    expect(order("waiting",
      conversation("new", { waiting_since: "2026-11-23T02:10:00Z" }),
      conversation("old", { waiting_since: "2026-11-23T01:00:00Z" }),
      conversation("urgent-new", { urgent: true, waiting_since: "2026-11-23T02:11:00Z" }),
      conversation("urgent-old", { urgent: true, waiting_since: "2026-11-23T02:09:00Z" }),
    )).toEqual(["urgent-old", "urgent-new", "old", "new"]);
  });

  it("goes by the server's rank: who comes back from an agent is before all but the urgent ones", () => {
    expect(order("waiting",
      conversation("old", { rank: 2, waiting_since: "2026-11-23T01:00:00Z" }),
      conversation("back", { rank: 1, waiting_since: "2026-11-23T02:10:00Z" }),
      conversation("said-over", { rank: 0, urgent: false, waiting_since: "2026-11-23T02:12:00Z" }),
      conversation("urgent", { rank: 0, urgent: true, waiting_since: "2026-11-23T02:11:00Z" }),
    )).toEqual(["urgent", "said-over", "back", "old"]);
  });

  it("puts unread before read among one's own, then the latest", () => {
    const human = { mode: "human" as const, waiting_since: null };
    expect(order("mine",
      conversation("read", { ...human, updated_at: "2026-11-23T03:00:00Z" }),
      conversation("unread-old", { ...human, unread: 1, updated_at: "2026-11-23T01:00:00Z" }),
      conversation("unread-new", { ...human, unread: 3, updated_at: "2026-11-23T02:00:00Z" }),
    )).toEqual(["unread-new", "unread-old", "read"]);
  });

  it("puts whoever has been left without an answer first among one's own, the longest first", () => {
    const now = Date.parse("2026-11-23T03:00:00Z");
    const human = { mode: "human" as const, waiting_since: null };
    const left = (since: string, due: string): object => ({ ...human, unanswered_since: since, answer_due_at: due });
    const list = [
      conversation("unread", { ...human, unread: 2, updated_at: "2026-11-23T02:59:00Z" }),
      conversation("not-late", left("2026-11-23T02:59:00Z", "2026-11-23T03:01:00Z")),
      conversation("late", left("2026-11-23T02:56:00Z", "2026-11-23T02:58:00Z")),
      conversation("later", left("2026-11-23T02:53:00Z", "2026-11-23T02:55:00Z")),
    ];
    expect(sortQueue(list, "mine", now).map((one) => one.id)).toEqual(["later", "late", "unread", "not-late"]);
    expect(list.map((one) => neglected(one, now))).toEqual([null, null, 240_000, 420_000]);
  });

  it("does not keep an urgent one on top after it went back to the bot", () => {
    expect(order("all",
      conversation("was-urgent", { mode: "bot", urgent: true, updated_at: "2026-11-23T01:00:00Z" }),
      conversation("later", { mode: "bot", updated_at: "2026-11-23T02:00:00Z" }),
    )).toEqual(["later", "was-urgent"]);
  });

  it("has everybody who waits first among all, as the server's pages have", () => {
    expect(order("all",
      conversation("bot-unread", { mode: "bot", unread: 2, updated_at: "2026-11-23T03:00:00Z" }),
      conversation("bot-later", { mode: "bot", updated_at: "2026-11-23T04:00:00Z" }),
      conversation("urgent-held", { mode: "human", urgent: true, updated_at: "2026-11-23T01:00:00Z" }),
      conversation("waits-new", { waiting_since: "2026-11-23T02:10:00Z" }),
      conversation("waits-old", { waiting_since: "2026-11-23T01:00:00Z" }),
    )).toEqual(["waits-old", "waits-new", "urgent-held", "bot-later", "bot-unread"]);
  });

  it("leaves the list it is given alone and survives missing times", () => {
    const list = [conversation("b", { waiting_since: null }), conversation("a", { waiting_since: null })];
    expect(order("waiting", ...list)).toEqual(["a", "b"]);
    expect(list.map((one) => one.id)).toEqual(["b", "a"]);
  });
});

describe("belongs", () => {
  it("knows whose a conversation is", () => {
    const mine = conversation("m", { mode: "human", agent: { id: "u1", display_name: "坐席 3 号" } });
    const theirs = conversation("t", { mode: "human", agent: { id: "u2", display_name: "坐席 5 号" } });
    expect([belongs(mine, "mine", "u1"), belongs(theirs, "mine", "u1"), belongs(mine, "mine", undefined)])
      .toEqual([true, false, false]);
    expect([belongs(theirs, "waiting", "u1"), belongs(theirs, "all", "u1")]).toEqual([false, true]);
  });
});

describe("a line of the queue", () => {
  const said = (kind: string, text: string): string =>
    lastWords(conversation("a", { last_words: { kind, text, created_at: "2026-11-23T02:00:00Z" } }));

  it("shows the citizen's last words, also where they are none", () => {
    expect(lastWords(conversation("a"))).toBe("（还没有说话）");
    expect([said("text", "路灯坏了"), said("image", ""), said("location", "龙湖公园"), said("location", "")]).toEqual(
      ["路灯坏了", "（照片）", "位置：龙湖公园", "位置：地图上的一点"],
    );
    expect([said("image", "［照片］"), said("image", "灯又坏了")]).toEqual(["（照片）", "（照片）灯又坏了"]);
    expect(said("voice", "")).toBe("（不是文字）");
  });

  it("shows what a talk is about, and the last words below it when they are others", () => {
    const last_words = { kind: "text", text: "还要等多久", created_at: "2026-11-23T02:00:00Z" };
    const shown = (mode: "waiting" | "human" | "bot", about: string | null): [string, string | null] => {
      const { about: above, last } = preview(conversation("a", { mode, about, last_words }));
      return [above, last];
    };
    expect(shown("waiting", "厨房着火了")).toEqual(["厨房着火了", "还要等多久"]);
    expect(shown("human", "厨房着火了")).toEqual(["厨房着火了", "还要等多久"]);
    expect(shown("waiting", null)).toEqual(["还要等多久", null]);
    expect(shown("waiting", "排队太慢，还要等多久")).toEqual(["排队太慢，还要等多久", null]);
    expect(shown("bot", "厨房着火了")).toEqual(["还要等多久", null]);
  });

  it("says that nobody writes any more, and that it is over", () => {
    expect((["active", "idle", "closed"] as const).map((stage) => quiet(conversation("a", { stage })))).toEqual([null, "静默", "已结束"]);
  });
});
