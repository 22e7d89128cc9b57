/** Reasons that are chosen with one click; the server knows the same (`desk/reveals.py`, held by a test). */
export const PRESETS = ["回拨或回访群众", "核对地址或事情经过", "代群众登记或更正信息", "情况紧急，要马上联系", "群众要求核对本人信息"];

/** What every dialog says that shows masked data. */
export const RECORDED = "点一个原因就能看到。每次查看都会记下您的账号、时间和原因，班长能看到。";

const WHAT: Record<string, string> = { ticket: "看了工单", conversation: "看了会话", callback: "看了约定回电", more: "加了次数" };

/** What a record is about, in words. */
export function what(code: string): string {
  return WHAT[code] ?? code;
}
