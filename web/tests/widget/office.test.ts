// @vitest-environment jsdom
import { expect, it } from "vitest";
import type { OfficeCard } from "../../shared/wire";
import { beside } from "../../widget/ui/beside";
import { office } from "../../widget/ui/office";

const CARD: OfficeCard = {
  kind: "office", name: "澜水县医疗保障局", phones: [{ number: "0728-6661102", note: "咨询" }], address: "石矶路2号",
  today: "今天 08:00-11:30，现在在上班", hours: "工作日 08:00-11:30", online: null, point: { lat: 30.5, lon: 113.1 },
  sources: [{ document: "便民服务手册", number: "澜政办〔2026〕5号", url: "javascript:alert(1)" }], issuer: "澜水县人民政府办公室", verified: "2026-11-20",
};

it("shows an office's number to tap, the hours of today and the source", () => {
  const shown = office(CARD);
  const call = shown.querySelector<HTMLAnchorElement>("a.call");
  expect(call?.getAttribute("href")).toBe("tel:07286661102");
  expect(shown.textContent).toContain("今天 08:00-11:30，现在在上班");
  expect(shown.textContent).toContain("《便民服务手册》（澜政办〔2026〕5号），澜水县人民政府办公室，2026-11-20 核对");
  expect(shown.querySelector("a[href^='javascript']")).toBeNull();
  expect(shown.textContent?.startsWith("澜水县医疗保障局")).toBe(true);
});

it("leaves beside the card what is said of another office", () => {
  const told = "梧东区的医保局我这里没有登记，下面是市里的。";
  expect(beside(CARD, `${told}\n澜水县医疗保障局\n电话：0728-6661102\n依据：《便民服务手册》`)).toEqual({ before: told, after: "" });
  expect(beside(CARD, "澜水县医疗保障局\n电话：0728-6661102").before).toBe("");
  const national = "税务局的电话我这里没有登记，不敢乱报。可以先打“纳税服务热线”问：12366。";
  expect(beside({ ...CARD, name: "纳税服务热线" }, `${national}\n依据：《函》`).before).toBe(national);
});
