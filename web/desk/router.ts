import { createRouter, createWebHistory, type RouteLocationRaw } from "vue-router";
import { home, identify, mayAnswer, mayAudit, mayHandle, mayManageAccounts, maySeeKnowledge, maySeeReveals, maySeeTickets, maySupervise, session } from "./state/session";

declare module "vue-router" {
  interface RouteMeta {
    title?: string;
    /** Shown to people who are not signed in. */
    open?: boolean;
    /** Whether the signed-in account's role may see the page at all. */
    allowed?: () => boolean;
  }
}

function nowhereElse(): boolean {
  return home() === "/nothing";
}

export const router = createRouter({
  history: createWebHistory("/desk/"),
  routes: [
    // Redirects are followed before anybody knows who is signed in; the guard below sends on who works elsewhere.
    { path: "/", redirect: "/conversations" },
    { path: "/sign-in", name: "sign-in", component: () => import("./views/SignIn.vue"), meta: { open: true, title: "登录" } },
    { path: "/password", name: "password", component: () => import("./views/Password.vue"), meta: { title: "修改密码" } },
    { path: "/security", name: "security", component: () => import("./views/Security.vue"), meta: { title: "账号安全" } },
    {
      path: "/accounts", name: "accounts", component: () => import("./views/Accounts.vue"),
      meta: { title: "账号", allowed: mayManageAccounts },
    },
    {
      path: "/conversations/:id?", name: "conversations", component: () => import("./views/Conversations.vue"),
      props: true, meta: { title: "会话", allowed: mayAnswer },
    },
    {
      path: "/tickets", name: "tickets", component: () => import("./views/Tickets.vue"),
      meta: { title: "工单", allowed: maySeeTickets },
    },
    {
      path: "/inbox", name: "inbox", component: () => import("./views/Inbox.vue"),
      meta: { title: "待办工单", allowed: mayHandle },
    },
    {
      path: "/call/:id?", name: "call", component: () => import("./views/Call.vue"),
      props: true, meta: { title: "来电登记", allowed: mayAnswer },
    },
    {
      path: "/calls", name: "calls", component: () => import("./views/Calls.vue"),
      meta: { title: "回访电话", allowed: mayAnswer },
    },
    {
      path: "/canned", name: "canned", component: () => import("./views/Canned.vue"),
      meta: { title: "常用语", allowed: mayAnswer },
    },
    {
      path: "/board", name: "board", component: () => import("./views/Board.vue"),
      meta: { title: "工单看板", allowed: maySupervise },
    },
    {
      path: "/tickets/:number", name: "ticket", component: () => import("./views/TicketDetail.vue"), props: true,
      meta: { title: "工单详情", allowed: maySeeTickets },
    },
    {
      path: "/knowledge", name: "knowledge", component: () => import("./views/Knowledge.vue"),
      meta: { title: "知识", allowed: maySeeKnowledge },
    },
    {
      path: "/reveals", name: "reveals", component: () => import("./views/Reveals.vue"),
      meta: { title: "查看记录", allowed: maySeeReveals },
    },
    {
      path: "/agents", name: "agents", component: () => import("./views/Agents.vue"),
      meta: { title: "坐席状态", allowed: maySupervise },
    },
    {
      path: "/rights", name: "rights", component: () => import("./views/Rights.vue"),
      meta: { title: "个人信息请求", allowed: maySupervise },
    },
    {
      path: "/audit", name: "audit", component: () => import("./views/Audit.vue"),
      meta: { title: "审计", allowed: mayAudit },
    },
    { path: "/nothing", component: () => import("./views/Nothing.vue"), meta: { title: "无权限", allowed: nowhereElse } },
    { path: "/:rest(.*)*", redirect: "/conversations" },
  ],
});

router.beforeEach(async (to): Promise<RouteLocationRaw | true> => {
  try {
    await identify();
  } catch {
    // The server can't be reached: the page's own requests will say so, with a way to try again.
    return to.meta.open ? true : { name: "sign-in", query: { back: to.fullPath } };
  }
  if (to.meta.open) return session.user ? home() : true;
  if (!session.user && to.name !== "password") return { name: "sign-in", query: { back: to.fullPath } };
  if (session.user?.must_change_password && to.name !== "password") return { name: "password" };
  if (session.user?.must_set_up && !session.user.must_change_password && to.name !== "security") return { name: "security" };
  if (to.meta.allowed && !to.meta.allowed()) return home();
  return true;
});
