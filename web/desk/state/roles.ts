/** What the roles of accounts are called. */
export const ROLES: Record<string, string> = {
  agent: "话务员", department: "承办单位", supervisor: "班长", editor: "知识编辑", admin: "管理员", auditor: "审计员",
};
