// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeskClient, DeskError, explain } from "../../desk/api/client";
import { DeskServer } from "../support/desk_server";
import { until } from "../support/until";

let server: DeskServer;
let client: DeskClient;
let told: string[];

beforeEach(async () => {
  server = new DeskServer();
  await server.start();
  client = new DeskClient(server.url, 500);
  told = [];
  client.barriers = { signedOut: () => told.push("out"), passwordRequired: () => told.push("password"), secondFactorRequired: () => told.push("second") };
});

afterEach(() => server.stop());

async function failing(run: Promise<unknown>): Promise<DeskError> {
  const error: unknown = await run.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DeskError);
  return error as DeskError;
}

function answer(status: number, body: unknown): void {
  server.instead = () => ({ status, body });
}

describe("DeskClient", () => {
  it("sends JSON with the header that forged requests can't have, and leaves empty query fields out", async () => {
    await client.post("/login", { username: "agent3", password: "口令" });
    await client.get("/conversations", { mode: "all", q: "", before: null, mine: undefined, limit: 50 });
    expect(server.asked[0]?.headers).toMatchObject({ "x-requested-with": "wenban", "content-type": "application/json" });
    expect(server.asked[0]?.body).toEqual({ username: "agent3", password: "口令" });
    expect(server.asked[1]?.query).toEqual({ mode: "all", limit: "50" });
  });

  it("passes the server's code, sentence and details on", async () => {
    answer(409, { error: { code: "already_taken", message: "这个会话已由坐席 5 号接入", details: { agent: { id: "u2" } } } });
    const error = await failing(client.post("/conversations/x/take"));
    expect([error.status, error.code, explain(error)]).toEqual([409, "already_taken", "这个会话已由坐席 5 号接入"]);
    expect(error.details).toEqual({ agent: { id: "u2" } });
    expect(told).toEqual([]);
  });

  it("tells the page when the session is over, but not when a sign-in failed", async () => {
    answer(401, { error: { code: "unauthorized", message: "请先登录", details: {} } });
    await failing(client.get("/conversations"));
    expect(told).toEqual(["out"]);
    expect((await failing(client.post("/login", {}))).status).toBe(401);
    expect(told).toEqual(["out"]);
  });

  it("tells the page when the password has to be changed first", async () => {
    answer(403, { error: { code: "password_change_required", message: "请先修改初始密码", details: {} } });
    await failing(client.get("/tickets"));
    expect(told).toEqual(["password"]);
  });

  it.each([
    ["a proxy's error page", 502, "<html>Bad gateway</html>", "服务暂时繁忙，请稍后再试"],
    ["a sign-in page of some gateway with status 200", 200, "<html>Login</html>", "服务暂时繁忙，请稍后再试"],
    ["an error without a message", 429, { error: {} }, "操作太频繁了，请稍后再试"],
  ])("makes a readable sentence of %s", async (_, status, body, sentence) => {
    answer(status, body);
    expect(explain(await failing(client.get("/me")))).toBe(sentence);
  });

  it("says so when the server can't be reached, breaks off, or never answers", async () => {
    server.instead = () => "hang-up";
    expect((await failing(client.get("/me"))).code).toBe("network");
    await server.stop();
    const error = await failing(client.get("/me"));
    expect([error.status, explain(error)]).toEqual([0, "连不上服务器，请检查网络后再试"]);
  });

  it("does not show an agent a programmer's words", () => {
    expect(explain(new TypeError("x is undefined"))).toBe("页面出了点问题，请刷新后再试");
  });
});

describe("a request that was under way while the session's cookie was replaced", () => {
  it("is asked again with the new cookie, and signs nobody out", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => { release = done; });
    let fresh = false;
    server.instead = async (asked) => {
      if (asked.path === "/password") {
        await held;
        fresh = true;
        return { status: 200, body: { user: {} } };
      }
      return fresh ? { status: 200, body: { tickets: [] } } : { status: 401, body: { error: { code: "unauthorized", message: "请先登录", details: {} } } };
    };
    const change = client.post("/password", { old: "a", new: "b" });
    const list = client.get("/tickets");
    await until("it was refused once", () => server.asked.some((asked) => asked.path === "/tickets"));
    release();
    await change;
    expect(await list).toEqual({ tickets: [] });
    expect(told).toEqual([]);
    expect(server.asked.filter((asked) => asked.path === "/tickets").length).toBe(2);
  });

  it("is asked again once only", async () => {
    answer(401, { error: { code: "unauthorized", message: "请先登录", details: {} } });
    const change = client.post("/password", {}).catch(() => undefined);
    await failing(client.get("/tickets"));
    await change;
    expect(server.asked.filter((asked) => asked.path === "/tickets").length).toBeLessThanOrEqual(2);
    expect(told).toContain("out");
  });
});
