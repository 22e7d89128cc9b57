import { reactive, ref } from "vue";
import type { PhoneCall, RungCall } from "../api/phone";
import { session } from "./session";

/** Telephones that ring for this agent, or for everybody who is free. */
export const ringing = reactive(new Map<string, RungCall>());

/** The call that this agent has now; null when free. */
export const current = ref<PhoneCall | null>(null);

/** Counts what happened to calls, so that open lists know when to look again. */
export const happened = ref(0);

/** Whether a ringing call is for this agent: it names the agent, or nobody, and then for all who have no call. */
export function forMe(call: RungCall, me: string | undefined, busy: boolean): boolean {
  if (call.state_code !== "ringing") return false;
  return call.agent_id === null ? !busy : call.agent_id === me;
}

/** Applies what the live connection tells of a call. */
export function tellOfCall(call: RungCall): void {
  happened.value += 1;
  if (forMe(call, session.user?.id, current.value !== null)) ringing.set(call.id, call);
  else ringing.delete(call.id);
  if (current.value?.id === call.id && (call.state_code === "ended" || call.state_code === "missed")) {
    current.value = { ...current.value, state: call.state, state_code: call.state_code, ended_at: call.ended_at, talked_s: call.talked_s };
  }
}

/** After signing out nothing of the former agent's may stay on the page. */
export function forgetCalls(): void {
  ringing.clear();
  current.value = null;
}

/** `2 分 5 秒`. */
export function lasted(seconds: number | null): string {
  if (seconds === null) return "";
  return seconds < 60 ? `${String(Math.round(seconds))} 秒` : `${String(Math.floor(seconds / 60))} 分 ${String(Math.round(seconds % 60))} 秒`;
}
