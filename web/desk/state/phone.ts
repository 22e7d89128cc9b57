import { reactive, ref } from "vue";
import { phone, type PhoneCall, type RungCall } from "../api/phone";
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

/** How long a call may ring, in ms: after that its end was never told, and it counts as missed (`telephony/calls.py`). */
export const GIVEN_UP_MS = 10 * 60_000;

/** Looks for the calls that ring now, and for the one this agent has: nobody told this page of them when it was opened. */
export async function lookForCalls(): Promise<void> {
  const me = session.user?.id;
  const { calls } = await phone.calls();
  const mine = calls.find((one) => one.state_code === "talking" && one.agent?.id === me) ?? null;
  if (!current.value || current.value.state_code !== "talking") current.value = mine;
  ringing.clear();
  for (const { agent, ...one } of calls) {
    const rung = { ...one, agent_id: agent?.id ?? null };
    if (forMe(rung, me, current.value !== null)) ringing.set(one.id, rung);
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
