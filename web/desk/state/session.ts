import { reactive } from "vue";
import { api } from "../api/desk";
import { DeskError } from "../api/client";
import type { User } from "../api/types";

/** Who is signed in on this page. */
export const session = reactive<{ user: User | null; known: boolean }>({ user: null, known: false });

const ANSWERING = new Set(["agent", "supervisor"]);

/** May see and take conversations; for others the server refuses the queue and the live connection. */
export function mayAnswer(): boolean {
  return ANSWERING.has(session.user?.role ?? "");
}

/** May take over from a colleague who is there. */
export function maySupervise(): boolean {
  return mayAnswer() && session.user?.role !== "agent";
}

/** May see who looked at masked data (查看记录), and let somebody see more today. */
export function maySeeReveals(): boolean {
  return maySupervise();
}

/** May see tickets; a department (承办单位) sees only its own. */
export function maySeeTickets(): boolean {
  return mayAnswer() || mayHandle();
}

/** Is a department that handles tickets (承办单位). */
export function mayHandle(): boolean {
  return session.user?.role === "department";
}

/** May see the knowledge page. */
export function maySeeKnowledge(): boolean {
  return mayAnswer() || session.user?.role === "editor";
}

/** May draft entries and set questions aside. */
export function mayEditKnowledge(): boolean {
  return maySeeKnowledge() && session.user?.role !== "agent";
}

/** May manage accounts. */
export function mayManageAccounts(): boolean {
  return session.user?.role === "admin";
}

/** May read the audit (审计), and nothing else. */
export function mayAudit(): boolean {
  return session.user?.role === "auditor";
}

/** Where this account's work is. */
export function home(): string {
  if (mayAnswer()) return "/conversations";
  if (mayHandle()) return "/inbox";
  if (maySeeKnowledge()) return "/knowledge";
  if (mayAudit()) return "/audit";
  return mayManageAccounts() ? "/accounts" : "/nothing";
}

/** Asks the server once who this is; being signed out is an answer, not an error. */
export async function identify(): Promise<void> {
  if (session.known) return;
  try {
    session.user = (await api.me()).user;
    session.known = true;
  } catch (error) {
    if (!(error instanceof DeskError) || error.status !== 401) throw error;
    session.known = true;
  }
}

/** The user; null when the code of the second factor is still needed ({@link enterCode}). */
export async function signIn(username: string, password: string): Promise<User | null> {
  const { user } = await api.login(username, password);
  return user ? welcome(user) : null;
}

/** The second step of a sign-in: a code of the app, or a recovery code. */
export async function enterCode(code: string): Promise<User> {
  return welcome((await api.loginCode(code)).user);
}

function welcome(user: User): User {
  session.user = user;
  session.known = true;
  return user;
}

/** Signs out, after `before` has saved what must not be lost; the page forgets the user even when the server can't be reached. */
export async function signOut(before: () => Promise<void> = async () => undefined): Promise<void> {
  try {
    await before();
    await api.logout();
  } finally {
    session.user = null;
    session.known = true;
  }
}
