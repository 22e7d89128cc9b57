import { expect, it } from "vitest";
import type { Card } from "../../shared/wire";
import { beside } from "../../widget/ui/beside";
import { help } from "../../widget/ui/help";

const SUMMARY: Card = { kind: "summary", fields: [{ name: "诉求内容", value: "路灯不亮\n三天了" }, { name: "姓名", value: "匿名" }] };
const TICKET: Card = { kind: "ticket", number: "HN1", query_code: "482913", state: "待受理" };
const ANSWER = (html: string): Card => ({ kind: "answer", entry: "e", title: "居住证怎么办", html });

it.each<[Card, string, string, string]>([
  [SUMMARY, "好的，会为您保密。\n请您核对一下：\n诉求内容：路灯不亮\n三天了\n姓名：匿名\n没问题就点“确认提交”。",
    "好的，会为您保密。", "没问题就点“确认提交”。"],
  [SUMMARY, "请您核对一下：\n诉求内容：路灯不亮\n三天了\n姓名：匿名\n没问题就点“确认提交”。", "", "没问题就点“确认提交”。"],
  [TICKET, "已经登记好了。\n工单号：HN1\n查询码：482913\n请记好这两个号。\n5个工作日内答复您。", "", "请记好这两个号。\n5个工作日内答复您。"],
  [ANSWER("<p>带<b>身份证</b>和居住证明，到派出所办理。</p>"),
    "您问的是“居住证怎么办”吧？\n带身份证和居住证明，到派出所办理。\n承办单位：市公安局", "您问的是“居住证怎么办”吧？", ""],
  [ANSWER("<p>带身份证。</p>"), "带身份证。\n承办单位：市公安局", "", ""],
])("no word beside a card is lost, and none is there twice", (card, text, before, after) => {
  expect(beside(card, text)).toEqual({ before, after });
});

it("puts the number to call right behind the first sentence of an advice", () => {
  const shown = help({ kind: "help", numbers: [{ number: "120", name: "急救" }] }, "请马上打 120。\n让他侧躺。\n坐席也在看。");
  expect([...shown.children].map((each) => each.textContent)).toEqual(["请马上打 120。", "120 急救", "让他侧躺。\n坐席也在看。"]);
  expect(shown.querySelector("a")?.getAttribute("href")).toBe("tel:120");
});
