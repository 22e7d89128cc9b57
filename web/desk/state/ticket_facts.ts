import { stamp } from "../../shared/time";
import type { Ticket } from "../api/types";
import { CHANNELS } from "./queue";

/** A fact of a ticket as the page shows it: its name, its value, and what to know about it. */
export interface Fact {
  name: string;
  value: string;
  hint?: string;
}

/** What the deadlines stand on, said plainly where it is nothing. */
export function grounds(one: Ticket): string {
  const { rule, basis, example, provisional } = one.due;
  if (!rule) return "";
  const said = example ? `“${rule}”是示例规则，没有依据文件，不要对群众承诺` : `${basis} · ${rule}`;
  return provisional ? `${said}；放假安排公布后会重新计算` : said;
}

/** The point on the map a citizen sent, with the address the device gave it. */
export function spot(one: Ticket): string {
  if (one.latitude == null || one.longitude == null) return "";
  return [one.place_label, `北纬 ${one.latitude.toFixed(5)}，东经 ${one.longitude.toFixed(5)}`].filter(Boolean).join(" · ");
}

/** How often it went back, was put off, and so on; empty when never. */
export function rounds(one: Ticket): string {
  const told = one.rounds;
  if (!told) return "";
  const named: [string, number][] = [
    ["退单", told.returns], ["延期", told.extensions], ["挂起", told.suspensions], ["重办", told.redos], ["催办", told.urges],
    ["回访没联系上", told.unreached],
  ];
  return named.filter(([, times]) => times > 0).map(([name, times]) => `${name} ${times} 次`).join("，");
}

function heard(one: Ticket): string {
  const told = one.callback;
  if (!told?.result) return "";
  return [told.result, told.satisfied ? `满意度 ${told.satisfied} 分` : "", told.why].filter(Boolean).join("，");
}

/** The facts that a ticket has, in the order to show them. A department is only proposed until it is dispatched. */
export function facts(one: Ticket): Fact[] {
  const all: (Omit<Fact, "value"> & { value: string | null | undefined })[] = [
    { name: "诉求类型", value: one.type },
    { name: "事项分类", value: one.category },
    { name: "发生地点", value: [one.district, one.address].filter(Boolean).join(" ") },
    { name: "地图定位", value: spot(one) },
    { name: "发生时间", value: one.happened_at },
    { name: "涉及对象", value: one.subject },
    ...(one.details ?? []).map((detail) => ({ name: detail.label, value: detail.value })),
    { name: "承办单位", value: one.department },
    { name: "协办单位", value: (one.assisting ?? []).join("、") },
    { name: "建议承办", value: one.department ? null : one.suggested_department, hint: "按事项分类建议，以派单为准" },
    { name: "紧急程度", value: one.urgency },
    ...one.due.steps.map((step) => ({ name: `${step.step}期限`, value: stamp(step.at) })),
    { name: "时限依据", value: grounds(one) },
    { name: "延长", value: one.added_days ? `${one.added_days} 个工作日` : null },
    { name: "正在申请延长", value: one.asked_days ? `${one.asked_days} 个工作日` : null },
    { name: "最晚恢复办理", value: stamp(one.suspended_until) },
    { name: "来源", value: one.channel ? CHANNELS[one.channel] ?? one.channel : null },
    { name: "登记时间", value: stamp(one.created_at) },
    { name: "受理时间", value: stamp(one.accepted_at) },
    { name: "派单时间", value: stamp(one.dispatched_at) },
    { name: "签收时间", value: stamp(one.signed_at) },
    { name: "答复时间", value: stamp(one.replied_at) },
    { name: "办结时间", value: stamp(one.closed_at) },
    { name: "经过", value: rounds(one) },
    { name: "回访", value: heard(one) },
    { name: "并入工单", value: one.merged_into },
    { name: "同一位群众的上一张", value: one.parent },
    { name: "反映人数", value: (one.reporters ?? 1) > 1 ? `${String(one.reporters)} 位群众` : null, hint: "同一地点的同样情况，人数是系统按内容估计的" },
  ];
  return all.flatMap(({ name, value, hint }) => (value ? [{ name, value, ...(hint && { hint }) }] : []));
}
