import { beforeEach, describe, expect, it, vi } from "vitest";
import { Memory } from "../../widget/memory";
import { Outbox, type Pending } from "../../widget/outbox";

const HOST = "https://hotline.example.com";
const DAY = 24 * 3600 * 1000;

function item(clientId: string, at = Date.now()): Pending {
  return { clientId, text: `话 ${clientId}`, button: null, at, refused: null };
}

beforeEach(() => localStorage.clear());

describe("Outbox", () => {
  it("survives a reload, in the order written", () => {
    const before = new Outbox(new Memory(HOST));
    before.add(item("b", Date.now() - 2000));
    before.add(item("a", Date.now() - 1000));
    expect(new Outbox(new Memory(HOST)).all.map((one) => one.clientId)).toEqual(["b", "a"]);
  });

  it("does not lose another tab's message when two write at once", () => {
    const [one, other] = [new Outbox(new Memory(HOST)), new Outbox(new Memory(HOST))];
    one.add(item("one"));
    other.add(item("other"));
    one.confirm("one");
    expect(new Outbox(new Memory(HOST)).all.map((each) => each.clientId)).toEqual(["other"]);
  });

  it("keeps hosts apart and drops what is a day old or unreadable", () => {
    new Outbox(new Memory("https://other.example.com")).add(item("elsewhere"));
    new Outbox(new Memory(HOST)).add(item("old", Date.now() - DAY - 1));
    localStorage.setItem(`wenban:${HOST}:out:broken`, "{not json");
    expect(new Outbox(new Memory(HOST)).all).toEqual([]);
    expect(localStorage.getItem(`wenban:${HOST}:out:broken`)).toBeNull();
  });

  it("skips a refused message when asked for the next one, and takes it up again on retry", () => {
    const outbox = new Outbox(new Memory(HOST));
    outbox.add(item("first"));
    outbox.add(item("second"));
    outbox.refuse("first", "内容太长了");
    expect(outbox.next?.clientId).toBe("second");
    outbox.retry("first");
    expect(outbox.next?.clientId).toBe("first");
  });

  it("works for the life of the page where storage is forbidden", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const memory = new Memory(HOST);
    new Outbox(memory).add(item("kept"));
    expect(new Outbox(memory).all.map((one) => one.clientId)).toEqual(["kept"]);
  });
});
