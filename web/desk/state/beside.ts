import { onUnmounted, reactive, watch } from "vue";
import { explain } from "../api/client";
import { talkApi, type Beside, type DeliveryState, type Suggestions } from "../api/talk";
import { loaded } from "./drafts";
import { session } from "./session";
import { thread } from "./thread";

interface State {
  /** The conversation that `data` is of. */
  id: string | null;
  data: Beside | null;
  suggested: Suggestions | null;
  problem: string | null;
}

/** What stands beside the conversation on screen. */
export const beside = reactive<State>({ id: null, data: null, suggested: null, problem: null });

let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;
let suggestedFor = "";

/** Whether this agent has the conversation on screen. */
export function isMine(): boolean {
  const one = thread.conversation;
  return one?.mode === "human" && one.agent?.id === session.user?.id;
}

/** What became of a message of the conversation on screen; null where nothing is said of it. */
export function deliveryOf(messageId: string): DeliveryState | null {
  return (beside.id === thread.id && beside.data?.deliveries[messageId]) || null;
}

/** Fetches it. A slower answer to an earlier question never replaces a later one. */
export async function loadBeside(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const id = thread.id;
  const mine = ++asked;
  if (!id) return;
  try {
    const data = await talkApi.beside(id);
    if (mine !== asked || thread.id !== id) return;
    Object.assign(beside, { id, data, problem: null });
    loaded(id, data.draft);
  } catch (error) {
    if (mine === asked && thread.id === id) beside.problem = explain(error);
  }
}

/** Fetches it soon; a burst of changes makes one request. */
export function besideSoon(ms = 400): void {
  timer ??= setTimeout(() => void loadBeside(), ms);
}

/** Looks what the knowledge base has on the citizen's last words, once for each of them. It is a help, never in the way. */
async function suggest(): Promise<void> {
  const id = thread.id;
  const last = [...thread.messages].reverse().find((one) => one.direction === "in" && (one.kind === "text" || one.kind === "voice"));
  if (!id || !last || !isMine() || suggestedFor === last.id) return;
  suggestedFor = last.id;
  // The key must never put in an answer to what was said before.
  beside.suggested = null;
  try {
    const found = await talkApi.suggestions(id);
    if (thread.id === id && suggestedFor === last.id) beside.suggested = found;
  } catch {
    suggestedFor = "";
  }
}

/** Keeps it up to date while the pane is on screen. */
export function useBeside(): void {
  watch(() => thread.id, (id) => {
    Object.assign(beside, { id, data: null, suggested: null, problem: null });
    suggestedFor = "";
  }, { immediate: true });
  watch(() => [thread.id, thread.conversation?.mode, thread.conversation?.agent?.id, thread.conversation?.stage], () => {
    if (thread.conversation) void loadBeside();
  }, { immediate: true });
  watch(() => [thread.messages.at(-1)?.id, isMine()], () => {
    void suggest();
    // The citizen's words change what was asked and tried. Others' are told by events of their own.
    if (thread.messages.at(-1)?.direction === "in" && beside.data) besideSoon(1_500);
  }, { immediate: true });
  onUnmounted(() => {
    clearTimeout(timer);
    timer = undefined;
    asked += 1;
  });
}
