// @vitest-environment node
import { describe, expect, it } from "vitest";
import { Transcript, activeButtons } from "../../widget/transcript";
import type { Pending } from "../../widget/outbox";
import { message } from "../support/messages";

const CHOICE = { buttons: [{ title: "是", payload: "/affirm" }] };

function pending(text: string, refused: string | null = null): Pending {
  return { clientId: `c-${text}`, text, button: null, at: Date.now(), refused };
}

describe("order and repeats", () => {
  it("shows each message once, in the server's order, however it arrives", () => {
    const transcript = new Transcript();
    const [one, two, three] = [message(1, "citizen", "一"), message(2, "bot", "二"), message(3, "bot", "三")];
    transcript.addLive(three);
    transcript.addLive(one);
    transcript.addLive(two);
    transcript.addComplete([one, two, three]);
    expect(transcript.lines([], "bot").map((line) => line.message.text)).toEqual(["一", "二", "三"]);
  });

  it("resumes before a gap, and after it once the gap is known to be empty", () => {
    const transcript = new Transcript();
    expect(transcript.addLive(message(1, "bot", "一")).gap).toBe(false);
    const five = message(5, "bot", "五");
    expect(transcript.addLive(five).gap).toBe(true);
    expect(transcript.resumeFrom).toBe(1);
    transcript.addComplete([five]);
    expect(transcript.resumeFrom).toBe(5);
    expect(transcript.addLive(message(6, "bot", "六")).gap).toBe(false);
  });

  it("puts what is on its way last, and drops it when the server's copy is there", () => {
    const transcript = new Transcript();
    transcript.addLive(message(1, "bot", "您好"));
    const mine = pending("你好");
    expect(transcript.lines([mine], "bot").map((line) => line.state)).toEqual(["sent", "sending"]);
    transcript.addLive(message(2, "citizen", "你好", { client_id: mine.clientId }));
    expect(transcript.lines([mine], "bot").map((line) => line.state)).toEqual(["sent", "sent"]);
  });

  it("counts as unread only what the other side said", () => {
    const transcript = new Transcript();
    transcript.addComplete([message(1, "bot", "一"), message(2, "citizen", "二"), message(3, "agent", "三")]);
    expect([transcript.unreadAfter(0), transcript.unreadAfter(1), transcript.unreadAfter(3)]).toEqual([2, 1, 0]);
  });
});

describe("which buttons can be pressed", () => {
  it("those of the newest message of the bot, and no others", () => {
    const old = message(1, "bot", "旧", CHOICE);
    const fresh = message(2, "bot", "新", CHOICE);
    expect(activeButtons([old, fresh], "bot")).toBe(fresh.id);
    const bare = message(3, "bot", "没有按钮");
    expect(activeButtons([old, fresh, bare], "bot")).toBeNull();
  });

  it("none once the citizen has answered, so that one choice is not sent twice", () => {
    expect(activeButtons([message(1, "bot", "问", CHOICE), message(2, "citizen", "答")], "bot")).toBeNull();
    const transcript = new Transcript();
    transcript.addLive(message(1, "bot", "问", CHOICE));
    expect(transcript.lines([], "bot").map((line) => line.active)).toEqual([true]);
    expect(transcript.lines([pending("是")], "bot").map((line) => line.active)).toEqual([false, false]);
  });

  it("again when the answer was refused and waits for the citizen", () => {
    const transcript = new Transcript();
    transcript.addLive(message(1, "bot", "问", CHOICE));
    expect(transcript.lines([pending("是", "内容太长了")], "bot")[0]?.active).toBe(true);
  });

  it("those of the hotline's own lines: not to wait any longer, how the talk was", () => {
    const asked = message(1, "bot", "问", CHOICE);
    const back = message(2, "system", "转回排队", { buttons: [{ title: "不等了，继续问智能助手", payload: "/leave_queue" }] });
    expect(activeButtons([asked, back], "waiting")).toBe(back.id);
    expect(activeButtons([asked, back, message(3, "system", "还在排队")], "waiting")).toBe(back.id);
    const over = message(4, "system", "本次服务已结束", { buttons: [{ title: "满意", payload: "/rate" }] });
    const talk = [message(2, "citizen", "好"), message(3, "agent", "再见"), over];
    expect(activeButtons(talk, "bot")).toBe(over.id);
    expect(activeButtons([...talk, message(5, "citizen", "满意")], "bot")).toBeNull();
    expect(activeButtons([over], "human")).toBeNull();
  });

  it("none while a human has the conversation; a notice in between changes nothing", () => {
    const asked = message(1, "bot", "问", CHOICE);
    expect(activeButtons([asked], "human")).toBeNull();
    expect(activeButtons([asked, message(2, "system", "已排队")], "waiting")).toBe(asked.id);
  });
});
